internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct LeaderElectorTests {
    static let key = ObjectKey(namespace: "istio-system", name: "mesh-operator")
    static let path = "/apis/coordination.k8s.io/v1/namespaces/istio-system/leases/mesh-operator"

    private static func elector(_ identity: String, _ server: ObjectServer, _ environment: RuntimeEnvironment)
        -> LeaderElector
    {
        LeaderElector(
            client: server.client,
            configuration: .init(lease: key, identity: identity),
            environment: environment
        )
    }

    private static func holder(_ server: ObjectServer) -> String? {
        server.object(path).map { LeaseRecord($0).holder }
    }

    @Test("one leads, the other takes over soon after the lease is given back")
    func handOver() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let (first, second) = (
                Self.elector("first", server, environment), Self.elector("second", server, environment)
            )
            let log = Record<String>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await first.run {
                        log.append("first leads")
                        try await environment.time.sleep(for: .seconds(60))
                        log.append("first ends")
                    }
                }
                await clock.advance(by: .seconds(1))
                group.addTask {
                    try await second.run {
                        log.append("second leads")
                        try await environment.time.sleep(for: .seconds(10))
                    }
                }
                await clock.advance(by: .seconds(50))
                #expect(log.all == ["first leads"])
                #expect(first.leads)
                #expect(!second.leads)
                #expect(second.holder == "first")
                await clock.advance(by: .seconds(15))
                #expect(log.all == ["first leads", "first ends", "second leads"])
                #expect(!first.leads)
                await clock.advance(by: .seconds(20))
                try await group.waitForAll()
                #expect(Self.holder(server) == "")
            }
        }
    }

    @Test(
        "never do two fences stand open at once, whatever the server does",
        .tags(.property, .fault),
        arguments: propertySeeds(60)
    )
    func exclusive(seed: UInt64) async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock, seed: seed)
            let server = ObjectServer(time: environment.time, latency: .milliseconds(300))
            let random = Cell(SeededRandom(seed: seed))
            let isFaulty = Cell(true)
            server.setFault { _ in
                guard isFaulty.value else { return nil }
                return random.change { random in
                    switch random.int(below: 8) {
                    case 0: .hang
                    case 1: .lostAnswer
                    case 2: .refused
                    case 3: .status(500)
                    default: nil
                    }
                }
            }
            let electors = ["a", "b", "c"].map { Self.elector($0, server, environment) }
            let leaders = Record<String>()
            try await withBackground {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for elector in electors {
                        group.addTask {
                            while !Task.isCancelled {
                                try? await elector.run {
                                    leaders.append("led")
                                    try await environment.time.sleep(for: .seconds(40))
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            } _: {
                for _ in 0..<2_000 {
                    await clock.advance(by: .milliseconds(250))
                    #expect(electors.filter(\.leads).count <= 1, "seed \(seed) at \(environment.time.now)")
                }
                #expect(leaders.count > 3, "seed \(seed): somebody leads now and then")
                isFaulty.value = false
                await clock.advance(by: .seconds(60))
                let before = leaders.count
                await clock.advance(by: .seconds(200))
                #expect(leaders.count > before, "seed \(seed): and always does once the server is well")
            }
        }
    }

    @Test("a lease that may not be used is an obstacle that is told, until it may; one that others hold is none")
    func obstacle() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let (first, second) = (
                Self.elector("first", server, environment), Self.elector("second", server, environment)
            )
            server.setFault { _ in .status(403) }
            try await withBackground {
                try? await first.run { try await environment.time.sleep(for: .seconds(1_000)) }
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(first.obstacle?.hasPrefix("the lease istio-system/mesh-operator cannot be used: ") == true)
                #expect(!first.leads)
                server.setFault { _ in .status(500) }
                await clock.advance(by: .seconds(10))
                #expect(first.obstacle != nil, "a failure that may pass is no proof of a permission")
                server.setFault { _ in nil }
                await clock.advance(by: .seconds(10))
                #expect(first.obstacle == nil)
                #expect(first.leads)
                try await withBackground {
                    try? await second.run {}
                } _: {
                    await clock.advance(by: .seconds(30))
                    #expect(second.obstacle == nil)
                    #expect(second.holder == "first")
                }
            }
        }
    }

    @Test("the namespace of the lease is made where it is missing, once, and by others at the same time as well")
    func missingNamespace() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let (first, second) = (
                Self.elector("first", server, environment), Self.elector("second", server, environment)
            )
            server.setFault { request in
                let isMissing = server.object("/api/v1/namespaces/istio-system") == nil
                return request.method == .post && request.path.hasSuffix("/leases") && isMissing ? .status(404) : nil
            }
            try await withBackground {
                try? await first.run { try await environment.time.sleep(for: .seconds(1_000)) }
            } _: {
                try await withBackground {
                    try? await second.run {}
                } _: {
                    await clock.advance(by: .seconds(30))
                    #expect(first.leads != second.leads)
                    #expect(server.objects(under: "/api/v1/namespaces").map(\.name) == ["istio-system"])
                }
            }
        }
    }

    @Test("a leader who cannot renew stops before anybody else may start")
    func lost() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time)
            let elector = Self.elector("first", server, environment)
            let log = Record<String>()
            try await withBackground {
                do {
                    try await elector.run {
                        do { try await environment.time.sleep(for: .seconds(1_000)) } catch {
                            log.append("cancelled@\(environment.time.now)")
                        }
                    }
                } catch let error as LeadershipError {
                    log.append("\(error.code)")
                }
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(elector.leads)
                server.setFault { _ in .hang }
                await clock.advance(by: .milliseconds(8_900))
                #expect(elector.leads)
                await clock.advance(by: .milliseconds(1_200))
                #expect(!elector.leads)
                await clock.advance(by: .seconds(1))
                #expect(
                    log.all == ["cancelled@10.02 seconds", "lost"] || log.all == ["cancelled@10.01 seconds", "lost"]
                )
            }
        }
    }

    @Test("the writes of a leader stop with the lease, and one under way ends before the next leader can start")
    func fencedWrites() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let server = ObjectServer(time: environment.time, latency: .zero)
            let elector = Self.elector("first", server, environment)
            let fenced = FencedTransport(server, fence: elector.fence)
            let client = ClusterClient(transport: fenced)
            let settings = KubeObject(kind: .configMap, key: ObjectKey(namespace: "shop", name: "settings"))

            await #expect(throws: KubeError.self) { try await client.create(.configMaps, settings) }
            #expect(server.writes.isEmpty, "no write before leadership")
            try await withBackground {
                try? await elector.run { try await environment.time.sleep(for: .seconds(1_000)) }
            } _: {
                await clock.advance(by: .seconds(1))
                _ = try await client.create(.configMaps, settings)
                let limits = Record<Duration?>()
                server.setFault { request in
                    if !request.path.contains("/leases/") { limits.append(request.timeouts.total) }
                    return request.path.contains("/leases/") ? .hang : nil
                }
                await clock.advance(by: .seconds(5))
                _ = try await client.patch(.configMaps, settings.key, .merge(["data": ["a": "1"]]))
                let limit = try #require(limits.last ?? nil)
                #expect(limit <= .seconds(15) - .seconds(5))
                #expect(limit > .seconds(5))
                await clock.advance(by: .seconds(6))
                let before = server.writes
                let refusal = await #expect(throws: KubeError.self) {
                    try await client.patch(.configMaps, settings.key, .merge(["data": ["a": "2"]]))
                }
                let cause = (refusal?.cause as? TransportError)?.cause as? LeadershipError
                #expect(cause?.code == .notLeading)
                #expect(server.writes == before)
                #expect(try await client.get(.configMaps, settings.key).tree["data"] == ["a": "1"], "reads go on")
            }
        }
    }
}
