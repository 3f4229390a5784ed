package import DataTree
package import KubeAPI
internal import KubeClient

extension TestCluster {
    /// The objects of some kinds as text by their identity, without what differs from run to run.
    ///
    /// - Parameters:
    ///   - resources: the kinds.
    ///   - unstable: fields of conditions to leave out besides the times.
    ///   - normal: takes more from an object's tree; nil leaves the object out.
    package func texts(
        of resources: [APIResource],
        withoutConditionFields unstable: [String] = [],
        _ normal: (KubeObject, inout Tree) -> Bool
    ) async throws -> [String: String] {
        var state: [String: String] = [:]
        for resource in resources {
            for object in try await admin.list(resource).objects {
                var tree = Self.plain(object, unstable)
                guard normal(object, &tree) else { continue }
                state[ResourceID(object).description] = tree.jsonText(.canonical)
            }
        }
        return state
    }

    private static func plain(_ object: KubeObject, _ unstable: [String]) -> Tree {
        var tree = object.tree
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            tree.set(nil, at: ["metadata", field])
        }
        tree.set(nil, at: ["status", "observedGeneration"])
        tree.sortTexts(at: ["status", "conditions"], without: ["lastTransitionTime", "observedGeneration"] + unstable)
        return tree
    }
}

extension Tree {
    /// Makes a list an array of sorted texts, the elements without some fields; does nothing where there is no list.
    package mutating func sortTexts(at path: [String], without fields: [String]) {
        guard let elements = value(at: TreePath(path.map { .key($0) }))?.array else { return }
        let texts = elements.map { element in
            var element = element
            for field in fields { element[field] = Tree?.none }
            return element.jsonText(.canonical)
        }
        set(.array(texts.sorted().map { .string($0) }), at: path)
    }
}
