internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import SandboxStore

/// Empties namespaces that are being deleted, and lets them go once they are empty.
struct NamespaceDeletion: Reconciling {
    private static let finalizer = "kubernetes"

    let context: ControllerContext
    let registry: ResourceRegistry

    /// The controller to run.
    static func controller(_ context: ControllerContext, registry: ResourceRegistry) -> ClusterController {
        ClusterController(
            name: "namespace-deletion",
            sources: [.init(.namespaces) { $0.isDeleting ? [$0.key] : [] }],
            reconciler: NamespaceDeletion(context: context, registry: registry)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let namespace = try await context.reader.get(.namespaces, key), namespace.isDeleting,
            let finalizers = namespace.tree.value(at: "spec", "finalizers")?.array,
            finalizers.contains(.string(Self.finalizer))
        else { return .done }
        var remaining: [String: Int] = [:]
        var finalized = 0
        for resource in registry.collections where resource.api.isNamespaced {
            for object in try await context.reader.list(resource.collection, namespace: key.name) {
                if object.isDeleting {
                    if !object.finalizers.isEmpty { finalized += 1 }
                } else {
                    try await context.writer.delete(resource.api, object)
                }
                if try await context.reader.get(resource.collection, object.key) != nil {
                    remaining["\(resource.groupResource)", default: 0] += 1
                }
            }
        }
        guard remaining.isEmpty else {
            try await report(namespace, remaining, finalized: finalized)
            return .requeue(after: .milliseconds(100))
        }
        var done = namespace
        done.tree.set(.array(finalizers.filter { $0 != .string(Self.finalizer) }), at: ["spec", "finalizers"])
        try await context.writer.update(.namespaces, done, subresource: "finalize")
        return .done
    }

    /// Shows what holds the namespace up, as `kubectl get namespace -o yaml` lets people see.
    private func report(_ namespace: KubeObject, _ remaining: [String: Int], finalized: Int) async throws {
        let list = remaining.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value) resource instances" }
        var conditions = namespace.conditions
        let now = context.now().rfc3339
        conditions.set(
            Condition(
                type: "NamespaceContentRemaining",
                status: .isTrue,
                reason: "SomeResourcesRemain",
                message: "Some resources are remaining: " + list.joined(separator: ", ")
            ),
            now: now
        )
        conditions.set(
            Condition(
                type: "NamespaceFinalizersRemaining",
                status: finalized > 0 ? .isTrue : .isFalse,
                reason: finalized > 0 ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
                message: finalized > 0
                    ? "Some content in the namespace has finalizers remaining: in \(finalized) resource instances"
                    : "All content-preserving finalizers finished"
            ),
            now: now
        )
        var wanted = namespace
        wanted.conditions = conditions
        try await context.publish(.namespaces, wanted, replacing: namespace)
    }
}
