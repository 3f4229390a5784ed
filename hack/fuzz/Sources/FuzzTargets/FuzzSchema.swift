#if canImport(DataTree)
    internal import DataTree
#endif

/// A schema with one field of each kind; `nested` is the schema again.
struct FuzzSchema: MergeSchema {
    var listKind = ListKind.atomic
    var mapKind = MapKind.granular
    var patchMergeKey: String?
    var patchStrategies: Set<PatchStrategy> = []
    var defaultValue: Tree?

    func field(_ key: String) -> (any MergeSchema)? {
        switch key {
        case "list":
            FuzzSchema(listKind: .map(keys: ["name", "port"]), patchMergeKey: "name", patchStrategies: [.merge])
        case "set": FuzzSchema(listKind: .set, patchStrategies: [.merge])
        case "atomic": FuzzSchema(mapKind: .atomic)
        case "replaced": FuzzSchema(patchStrategies: [.replace])
        case "port": FuzzSchema(defaultValue: 80)
        case "nested": FuzzSchema()
        default: nil
        }
    }

    var items: (any MergeSchema)? { FuzzSchema() }
}
