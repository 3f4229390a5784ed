internal import DataTree
internal import KubeAPI

/// Writes amounts of CPU and memory as API servers store them (`2000m` as `2`, `1024Mi` as `1Gi`).
///
/// What is rendered then equals what is read back, so that nothing looks like drift that is none.
enum CanonicalQuantities {
    /// A workload with the amounts of its containers rewritten; any other object as it is.
    static func apply(to object: Tree) -> Tree {
        guard let pod = object.value(at: "spec", "template", "spec"), pod.object != nil else { return object }
        var result = object
        for list in ["containers", "initContainers"] {
            guard let containers = pod[list]?.array else { continue }
            result.set(.array(containers.map(container)), at: ["spec", "template", "spec", list])
        }
        return result
    }

    private static func container(_ container: Tree) -> Tree {
        guard let resources = container["resources"]?.object else { return container }
        var result = container
        result["resources"] = .object(resources.mapValues(amounts))
        return result
    }

    private static func amounts(_ amounts: Tree) -> Tree {
        guard case .object(let object) = amounts else { return amounts }
        return .object(object.mapValues { amount in Quantity(amount).map { .string($0.description) } ?? amount })
    }
}
