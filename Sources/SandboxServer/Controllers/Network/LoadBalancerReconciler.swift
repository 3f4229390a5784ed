internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Gives Services of type LoadBalancer an address of this machine, as a cloud would give them one of its own.
struct LoadBalancerReconciler: Reconciling {
    let context: ControllerContext
    /// Loopback addresses: they reach nobody outside, and every one of them is this machine.
    let addresses = AddressPool(first: "127.96.0.1", count: 60_000)

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "load-balancer",
            sources: [.object(.services)],
            reconciler: LoadBalancerReconciler(context: context)
        )
    }

    /// The addresses in the status of a service.
    static func addresses(of service: KubeObject) -> [String] {
        let ingress = service.tree.value(at: "status", "loadBalancer", "ingress")?.array ?? []
        return ingress.compactMap { $0["ip"]?.string }
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let service = try await context.reader.get(.services, key)
        guard let service, !service.isDeleting, service.tree.value(at: "spec", "type") == "LoadBalancer",
            service.tree.value(at: "spec", "loadBalancerClass") == nil
        else {
            addresses.release("\(key)")
            if let service, !service.isDeleting, !Self.addresses(of: service).isEmpty {
                try await publish(nil, on: service)
            }
            return .done
        }
        if let kept = Self.addresses(of: service).first {
            addresses.keep(kept, for: "\(key)")
            return .done
        }
        guard let address = addresses.address(for: "\(key)") else { return .requeue(after: .seconds(10)) }
        try await publish(address, on: service)
        await context.events.record(service, "EnsuredLoadBalancer", "Ensured load balancer")
        return .done
    }

    private func publish(_ address: String?, on service: KubeObject) async throws {
        var wanted = service
        let ingress: Tree? = address.map { ["ingress": [["ip": .string($0), "ipMode": "VIP"]]] }
        wanted.tree.set(ingress ?? [:], at: ["status", "loadBalancer"])
        try await context.publish(.services, wanted, replacing: service)
    }
}
