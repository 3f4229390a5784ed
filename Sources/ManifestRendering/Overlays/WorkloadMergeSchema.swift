internal import DataTree

/// What strategic merge patch needs to know of the kinds that `k8s` settings change: which of their lists merge, and by
/// which key (Kubernetes API reference, "patch strategy: merge"); all other lists are replaced.
struct WorkloadMergeSchema: MergeSchema {
    /// Whether this is something within a container, where `ports` means something else.
    private let isInContainer: Bool
    /// The key by which elements of this list merge, nil for other values.
    let patchMergeKey: String?

    /// The schema of a whole object.
    static let object = WorkloadMergeSchema(isInContainer: false, patchMergeKey: nil)

    private init(isInContainer: Bool, patchMergeKey: String?) {
        self.isInContainer = isInContainer
        self.patchMergeKey = patchMergeKey
    }

    func field(_ key: String) -> (any MergeSchema)? {
        let entersContainer = key == "containers" || key == "initContainers"
        return WorkloadMergeSchema(isInContainer: isInContainer || entersContainer, patchMergeKey: mergeKey(of: key))
    }

    var items: (any MergeSchema)? { WorkloadMergeSchema(isInContainer: isInContainer, patchMergeKey: nil) }
    var listKind: ListKind { patchMergeKey.map { .map(keys: [$0]) } ?? .atomic }
    var mapKind: MapKind { .granular }
    var patchStrategies: Set<PatchStrategy> { patchMergeKey == nil ? [] : [.merge] }

    private func mergeKey(of field: String) -> String? {
        switch field {
        case "containers", "initContainers", "env", "volumes", "imagePullSecrets": "name"
        case "volumeMounts": "mountPath"
        case "ports": isInContainer ? "containerPort" : "port"
        case "topologySpreadConstraints": "topologyKey"
        case "hostAliases": "ip"
        default: nil
        }
    }
}
