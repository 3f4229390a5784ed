internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore
internal import Testing

/// A whole operator in small: every Deployment gets a ServiceAccount of its name.
@Suite struct SandboxControllerTests {
    /// Keeps a ServiceAccount per Deployment, tells so in its status, and removes it before the Deployment goes.
    struct Companion: ResourceReconciler {
        let resource = APIResource.deployments
        let finalizer: String? = "meshoperator.io/companion"
        let client: ClusterClient
        let recorder: EventRecorder

        func begin(_ object: KubeObject) {}

        var phases: [ReconcilePhase<Void>] {
            [
                ReconcilePhase("Companion") { [client, recorder] scope in
                    let owner = scope.object
                    if try await client.find(.serviceAccounts, owner.key) == nil {
                        var account = KubeObject(kind: .serviceAccount, key: owner.key)
                        account.ownerReferences = owner.ownerReference().map { [$0] } ?? []
                        _ = try await client.create(.serviceAccounts, account)
                        recorder.record(EventSubject(owner), reason: "CompanionCreated", note: "made a service account")
                    }
                    scope.set("Progressing", .isTrue, reason: "CompanionThere")
                    return .proceed
                }
            ]
        }

        func finalize(_ scope: inout ReconcileScope<Void>) async throws -> FinalizeOutcome {
            guard try await client.find(.serviceAccounts, scope.object.key) != nil else { return .released }
            _ = try await client.delete(.serviceAccounts, scope.object.key)
            return .waiting(recheckAfter: .seconds(1))
        }
    }

    struct Operator: Sendable {
        let host: ControllerHost
        let elector: LeaderElector

        init(_ world: SandboxWorld, identity: String, transport: (any HTTPTransport)? = nil) throws {
            let environment = world.environment
            let transport = transport ?? world.transport
            let plain = ClusterClient(transport: transport)
            elector = LeaderElector(
                client: plain,
                configuration: .init(lease: ObjectKey(namespace: "default", name: "companion"), identity: identity),
                environment: environment
            )
            let fenced = ClusterClient(transport: FencedTransport(transport, fence: elector.fence))
            let recorder = EventRecorder(
                client: fenced,
                configuration: .init(controller: "meshoperator.io/companion", instance: identity),
                environment: environment
            )
            let deployments = ObjectStore(.init(name: "deployments-\(identity)"))
            let accounts = ObjectStore(.init(name: "serviceaccounts-\(identity)", indexes: [.owner]))
            let driver = ResourceDriver(
                Companion(client: fenced, recorder: recorder),
                store: deployments,
                client: fenced,
                environment: environment
            )
            let controller = Controller(
                .init(name: "companion-\(identity)"),
                reconciler: driver,
                environment: environment
            )
            controller.watch(deployments, where: .specChanged.or(.finalizersChanged))
            controller.watch(accounts, mapping: .owner(.deployments))
            let watchers = try [(APIResource.deployments, deployments), (.serviceAccounts, accounts)].map {
                resource,
                store in
                try Watcher(
                    source: ClusterSource(client: plain, resource: resource),
                    store: store,
                    environment: environment
                )
            }
            host = ControllerHost(
                .init(watchers: watchers, controllers: [controller], elector: elector, recorder: recorder),
                environment: environment
            )
        }
    }

    private static let key = ObjectKey(namespace: "default", name: "web")

    private static func deployment() -> KubeObject {
        var object = KubeObject(kind: .deployment, key: key)
        object.tree["spec"] = [
            "selector": ["matchLabels": ["app": "web"]],
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": ["containers": [["name": "web", "image": "web:1"]]],
            ],
        ]
        return object
    }

    @Test("made, repaired, told, left alone, cleaned up")
    func life() async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let op = try Operator(world, identity: "one")
            try await withBackground {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await op.host.run() }
                    group.addTask { try await world.tick() }
                    try await group.waitForAll()
                }
            } _: {
                await clock.advance(by: .seconds(2))
                _ = try await world.user.create(.deployments, Self.deployment())
                await clock.advance(by: .seconds(2))
                let live = try await world.user.get(.deployments, Self.key)
                #expect(live.finalizers == ["meshoperator.io/companion"])
                #expect(live.conditions.isTrue("Progressing"))
                #expect(live.tree.value(at: "status", "observedGeneration") == 1)
                #expect(try await world.user.find(.serviceAccounts, Self.key) != nil)
                await clock.advance(by: .seconds(2))
                let events = try await world.user.list(.events, .namespace("default")).objects
                #expect(
                    events.contains {
                        $0.tree["reason"] == "CompanionCreated"
                            && $0.tree.value(at: "regarding", "uid")?.string == live.uid
                    }
                )

                world.transport.resetAudit()
                await clock.advance(by: .seconds(600))
                let writes = world.transport.audit.filter { $0.isWrite && !$0.path.contains("/leases") }
                #expect(writes.isEmpty, "ten minutes after convergence: \(writes)")

                _ = try await world.user.delete(.serviceAccounts, Self.key)
                await clock.advance(by: .seconds(2))
                #expect(try await world.user.find(.serviceAccounts, Self.key) != nil, "repaired by the event alone")

                _ = try await world.user.delete(.deployments, Self.key)
                await clock.advance(by: .seconds(5))
                #expect(try await world.user.find(.deployments, Self.key) == nil)
                #expect(try await world.user.find(.serviceAccounts, Self.key) == nil)
                op.host.stop()
                await clock.advance(by: .seconds(2))
                let lease = try await world.user.get(.leases, ObjectKey(namespace: "default", name: "companion"))
                #expect(LeaseRecord(lease).holder.isEmpty)
            }
        }
    }

    @Test("deleted and made anew under its name: the new one is served, whatever the events say")
    func recreated() async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let op = try Operator(world, identity: "one")
            try await withBackground {
                try await op.host.run()
            } _: {
                for _ in 0..<3 {
                    let made = try await world.user.create(.deployments, Self.deployment())
                    await clock.advance(by: .seconds(3))
                    let account = try await world.user.get(.serviceAccounts, Self.key)
                    #expect(account.ownerReferences.map(\.uid) == [made.uid])
                    _ = try await world.user.delete(.deployments, Self.key)
                    await clock.advance(by: .seconds(3))
                }
                _ = try await world.user.create(.deployments, Self.deployment())
                await clock.advance(by: .seconds(3))
                #expect(try await world.user.get(.deployments, Self.key).conditions.isTrue("Progressing"))
            }
        }
    }

    @Test("conflicts on every first write, 429, 500 and resets: it gets there, without a hot loop", .tags(.fault))
    func apiFaults() async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let op = try Operator(world, identity: "one")
            let seen = Cell<Set<String>>([])
            world.transport.faults = TransportFaults { request, number, _ in
                guard !["GET", "HEAD"].contains(request.method), !request.path.contains("/leases") else {
                    return number % 7 == 0 ? .failBefore(TransportError(.connectionLost, "reset")) : .pass
                }
                if seen.change({ $0.insert("\(request.method) \(request.path)").inserted }) {
                    return .answer(.status(409, reason: "Conflict"))
                }
                switch number % 5 {
                case 0: return .answer(.status(429, reason: "TooManyRequests", retryAfter: 1))
                case 1: return .answer(.status(500, reason: "InternalError"))
                case 2: return .failAfter(TransportError(.connectionLost, "reset"))
                default: return .pass
                }
            }
            try await withBackground {
                try await op.host.run()
            } _: {
                _ = try await world.user.create(.deployments, Self.deployment())
                await clock.advance(by: .seconds(60))
                let live = try await world.user.get(.deployments, Self.key)
                #expect(live.conditions.isTrue("Progressing"))
                #expect(try await world.user.find(.serviceAccounts, Self.key) != nil)
                let requests = world.transport.audit.filter { !$0.path.contains("/leases") }
                #expect(requests.count < 150, "\(requests.count) requests in a minute")
                world.transport.faults = .none
                _ = try await world.user.delete(.deployments, Self.key)
                await clock.advance(by: .seconds(60))
                #expect(try await world.user.find(.deployments, Self.key) == nil)
            }
        }
    }

    @Test("two at once: one writes, and the other takes over when the first is cut off", .tags(.fault))
    func two() async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let (first, second) = (InProcessTransport(world.core), InProcessTransport(world.core))
            let (one, other) = (
                try Operator(world, identity: "one", transport: first),
                try Operator(world, identity: "two", transport: second)
            )
            try await withBackground {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await one.host.run() }
                    group.addTask {
                        try? await world.environment.time.sleep(for: .seconds(1))
                        try? await other.host.run()
                    }
                }
            } _: {
                await clock.advance(by: .seconds(5))
                _ = try await world.user.create(.deployments, Self.deployment())
                await clock.advance(by: .seconds(10))
                #expect(one.elector.leads)
                let idle = second.audit.filter { $0.isWrite }
                #expect(idle.isEmpty, "the one that waits writes nothing: \(idle)")
                first.faults = TransportFaults { _, _, _ in .failBefore(TransportError(.connectionFailed, "cut off")) }
                _ = try await world.user.delete(.serviceAccounts, Self.key)
                await clock.advance(by: .seconds(40))
                #expect(!one.elector.leads)
                #expect(other.elector.leads)
                #expect(try await world.user.find(.serviceAccounts, Self.key) != nil)
                #expect(
                    LeaseRecord(try await world.user.get(.leases, ObjectKey(namespace: "default", name: "companion")))
                        .transitions == 1
                )
            }
        }
    }
}

extension APIResponse {
    /// A refusal as a server words it.
    static func status(_ code: Int, reason: String, retryAfter: Int? = nil) -> APIResponse {
        let tree: Tree = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": .integer(Int64(code)),
            "reason": .string(reason),
            "message": "scripted",
        ]
        var headers = [HeaderField("Content-Type", "application/json")]
        if let retryAfter { headers.append(HeaderField("Retry-After", "\(retryAfter)")) }
        return APIResponse(status: code, headers: headers, body: .bytes(tree.json(.compact)))
    }
}
