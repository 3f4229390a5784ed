package import DataTree

extension SchemaNode: MergeSchema {
    /// The schema of the value under `key`, nil where the key is free of schema.
    package func field(_ key: String) -> (any MergeSchema)? { child(key) }

    /// The schema of list elements, nil where there is none.
    package var items: (any MergeSchema)? { facts.items }

    /// How lists are merged; without `x-kubernetes-list-type` as a whole.
    package var listKind: ListKind {
        switch facts.extensions.listType {
        case nil, .atomic: .atomic
        case .set: .set
        case .map(let keys): .map(keys: keys)
        }
    }

    /// How objects are merged; without `x-kubernetes-map-type` field by field, whole where nothing is known of the fields.
    package var mapKind: MapKind {
        facts.extensions.isAtomicMap ? .atomic : .granular
    }

    /// The merge key of strategic merge patch, of native kinds only.
    package var patchMergeKey: String? { facts.extensions.patchMergeKey }

    /// The strategies of strategic merge patch, of native kinds only.
    package var patchStrategies: Set<PatchStrategy> {
        Set(
            facts.extensions.patchStrategies.compactMap { name in
                switch name {
                case "merge": .merge
                case "replace": .replace
                case "retainKeys": .retainKeys
                default: nil
                }
            }
        )
    }

    /// The default of the schema.
    package var defaultValue: Tree? { facts.defaultValue }
}
