internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Keeps the addresses behind Services.
struct EndpointsReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "endpoints",
            sources: [
                .object(.services),
                .controller(of: .endpointSlices, .service),
                // Any change of pods may concern any service of the namespace.
                .namespace(of: .pods),
            ],
            reconciler: EndpointsReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        if key.name == ClusterController.Source.everything {
            let pods = try await context.reader.list(.pods, namespace: key.namespace)
            for service in try await context.reader.list(.services, namespace: key.namespace) {
                try await reconcile(service, pods: pods)
            }
        } else if let service = try await context.reader.get(.services, key) {
            try await reconcile(service, pods: context.reader.list(.pods, namespace: key.namespace))
        } else if try await context.reader.get(.endpoints, key) != nil {
            try await context.writer.delete(.endpoints, KubeObject(kind: APIResource.endpoints.kind, key: key))
        }
        return .done
    }

    private func reconcile(_ service: KubeObject, pods: [KubeObject]) async throws {
        let slices = try await context.reader.list(.endpointSlices, controlledBy: service)
        guard !service.isDeleting, let plan = EndpointsPlan(service, pods: pods, slices: slices) else { return }
        for slice in plan.creations { try await context.writer.create(.endpointSlices, slice) }
        for slice in plan.updates { try await context.writer.update(.endpointSlices, slice) }
        for slice in plan.deletions { try await context.writer.delete(.endpointSlices, slice) }
        guard let old = try await context.reader.get(.endpoints, service.key) else {
            try await context.writer.create(.endpoints, plan.endpoints)
            return
        }
        guard old.tree["subsets"] != plan.endpoints.tree["subsets"] else { return }
        var new = old
        new.tree["subsets"] = plan.endpoints.tree["subsets"]
        try await context.writer.update(.endpoints, new)
    }
}
