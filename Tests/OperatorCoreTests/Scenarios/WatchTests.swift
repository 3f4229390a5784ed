internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// The whole operator against watches that behave, and against watches that do not.
@Suite struct WatchTests {
    @Test func installsAndThenWritesNothingForTenMinutes() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: demo}")
                try await live.untilReady(within: 60)
                try await live.pass(30)
                live.transport.forget()
                try await live.pass(600)
                #expect(live.transport.writes.isEmpty, "\(live.transport.writes)")
            }
        }
    }

    @Test func repairsDriftWithinOneEvent() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            try await live.whileRunning { live in
                try await cluster.create("{profile: default}")
                try await live.untilReady(within: 60)
                try await live.pass(10)
                live.transport.forget()
                let key = ObjectKey(namespace: "istio-system", name: "istio")
                _ = try await cluster.admin.patch(.configMaps, key, .merge(["data": ["mesh": "edited"]]))
                await clock.advance(by: .milliseconds(10))
                let map = try await cluster.object(.configMaps, "istio-system", "istio")
                #expect(map?.tree.value(at: "data", "mesh")?.string == "version: 1.29.2")
                #expect(live.transport.writes.count { $0.path.hasSuffix("/configmaps/istio") } == 1)
            }
        }
    }

    @Test(arguments: ["status: null", "status: {phase: Failed, version: 0.0.1}"])
    func putsBackAStatusThatSomebodyChangedAndThenRests(_ change: String) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            try await live.whileRunning { live in
                try await cluster.create("{profile: default}")
                try await live.untilReady(within: 60)
                try await live.pass(30)
                let before = try #require(try await cluster.resource()?.tree["status"])
                live.transport.forget()
                let patch = Patch.merge(try requireDocument(change))
                _ = try await cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, patch)
                try await live.pass(1)
                let after = try #require(try await cluster.resource()?.tree["status"])
                for field in ["phase", "version", "revision", "components", "observedGeneration"] {
                    #expect(after[field] == before[field], "\(field)")
                }
                #expect(try await cluster.condition("Ready")?.status == .isTrue)
                try await live.pass(600)
                let writes = live.transport.writes.filter { !$0.path.contains("events") }
                #expect(writes.map(\.path).allSatisfy { $0.hasSuffix("/status") }, "\(writes)")
                #expect(writes.count <= 2, "\(writes)")
            }
        }
    }

    @Test func answersSomebodyWhoKeepsWritingTheStatusOnceAMinute() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            try await live.whileRunning { live in
                try await cluster.create("{profile: default}")
                try await live.untilReady(within: 60)
                try await live.pass(30)
                live.transport.forget()
                for _ in 0..<300 {
                    let patch = Patch.merge(["status": ["phase": "Failed"]])
                    _ = try await cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, patch)
                    try await live.pass(1)
                }
                let writes = live.transport.writes.count { $0.path.hasSuffix("/status") }
                #expect((3...3 + 5).contains(writes), "\(writes)")
                try await live.pass(61)
                #expect(try await cluster.resource()?.tree.value(at: "status", "phase") == "Ready")
            }
        }
    }

    /// What a faulty watch does to its events; each is a JSON line.
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// How long events are on their way.
        var delay = Duration.zero
        var change: @Sendable (_ lines: [[UInt8]], _ number: Int) -> [[UInt8]]

        /// A way to a cluster's server on which this happens.
        func server(of cluster: TestCluster, _ clock: VirtualClock) -> InProcessTransport {
            let server = InProcessTransport(cluster.core)
            let number = Mutex(0)
            var faults = TransportFaults.none
            faults.rewrite = { _, lines in
                let count = number.withLock { count in
                    count += 1
                    return count
                }
                if delay > .zero { try? await clock.sleep(for: delay) }
                return change(lines, count)
            }
            server.faults = faults
            return server
        }
    }

    static let faults: [Fault] = [
        Fault(testDescription: "every third event lost") { lines, number in number % 3 == 0 ? [] : lines },
        Fault(testDescription: "every event twice") { lines, _ in lines.flatMap { [$0, $0] } },
        Fault(testDescription: "events reordered") { lines, _ in Array(lines.reversed()) },
        Fault(testDescription: "events delayed by 40 s", delay: .seconds(40)) { lines, _ in lines },
        Fault(testDescription: "events late, doubled and reordered", delay: .seconds(20)) { lines, number in
            number % 2 == 0 ? Array((lines + lines).reversed()) : lines
        },
        Fault(testDescription: "410 now and then") { lines, number in
            guard number % 5 == 0 else { return lines }
            let gone =
                #"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","#
                + #""reason":"Expired","code":410,"message":"too old"}}"#
            return [Array(gone.utf8) + [0x0a]]
        },
    ]

    @Test(arguments: faults) func reachesTheSameEndThroughFaultyWatches(_ fault: Fault) async throws {
        let whole = try await CrashAnywhereTests.play(
            Scenario(name: "change", before: "{profile: default}") { try await $0.change("{profile: demo}") }
        )
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock, server: fault.server(of: cluster, clock))
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: default}")
                try await live.untilReady(within: 1_500)
                try await cluster.change("{profile: demo}")
                try await live.untilReady(within: 1_500)
                // Whatever the watch tells: each object is made and changed once, and afterwards nothing is.
                let writes = live.transport.writes.filter { $0.status < 300 && !$0.path.contains("events") }
                    .filter { !$0.path.contains("meshoperators") }
                let repeated = Dictionary(grouping: writes, by: \.path).filter { $0.value.count > 1 }
                #expect(repeated.isEmpty, "\(fault.testDescription): \(repeated.keys)")
                try await live.pass(120)  // Series of Events are closed after a while.
                live.transport.forget()
                try await live.pass(600)
                #expect(live.transport.writes.isEmpty, "\(fault.testDescription): \(live.transport.writes)")
            }
            let state = try await cluster.endState()
            for (id, text) in whole.state where state[id] != text {
                Issue.record("\(fault.testDescription): \(id)\n\(text)\n\(state[id] ?? "is missing")")
            }
            #expect(state.count == whole.state.count)
        }
    }

    static let gone: [UInt8] = Array(
        (#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","#
            + #""reason":"Expired","code":410,"message":"too old"}}"# + "\n").utf8
    )

    /// The n-th piece of any watch is answered with 410 instead, for every n there is until the mesh is Ready.
    @Test(arguments: 1...48) func reachesTheSameEndThroughA410AtAnyPoint(_ point: Int) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let server = InProcessTransport(cluster.core)
            let number = Mutex(0)
            var faults = TransportFaults.none
            faults.rewrite = { _, lines in
                let count = number.withLock { count in
                    count += 1
                    return count
                }
                return count == point ? [Self.gone] : lines
            }
            server.faults = faults
            let live = try LiveOperator(cluster, clock, server: server)
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: minimal}")
                try await live.untilReady(within: 120)
                _ = try await cluster.admin.delete(.configMaps, ObjectKey(namespace: "istio-system", name: "istio"))
                try await live.pass(10)
                #expect(try await cluster.object(.configMaps, "istio-system", "istio") != nil)
                let writes = live.transport.writes.filter { $0.status < 300 && $0.path.hasSuffix("/configmaps/istio") }
                #expect(writes.count == 2)
            }
        }
    }

    /// A deletion is swallowed, and the watch then breaks with 410 (fault 5 of an API server under load).
    @Test func noticesADeletionItWasNeverToldOf() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let server = InProcessTransport(cluster.core)
            let live = try LiveOperator(cluster, clock, server: server)
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: minimal}")
                try await live.untilReady(within: 60)
                try await live.pass(5)
                var faults = TransportFaults.none
                faults.rewrite = { request, lines in
                    guard request.path.hasSuffix("/configmaps") else { return lines }
                    return lines.compactMap { line in
                        let text = String(decoding: line, as: UTF8.self)
                        if text.contains("DELETED") { return nil }
                        return text.contains(#""name":"sign""#) ? Self.gone : line
                    }
                }
                server.faults = faults
                live.transport.forget()
                try await Self.provoke(cluster, live)
                let map = try await cluster.object(.configMaps, "istio-system", "istio")
                #expect(map != nil)
                #expect(live.transport.writes.count { $0.path.hasSuffix("/configmaps/istio") && $0.status < 300 } == 1)
            }
        }
    }

    private static func provoke(_ cluster: TestCluster, _ live: LiveOperator) async throws {
        _ = try await cluster.admin.delete(.configMaps, ObjectKey(namespace: "istio-system", name: "istio"))
        try await live.pass(5)
        let sign = KubeObject(kind: .configMap, key: ObjectKey(namespace: "default", name: "sign"))
        _ = try await cluster.admin.create(.configMaps, sign)
        try await live.pass(30)
    }

    @Test func doesNotDeleteWhatAServerInThePastDoesNotKnow() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.synchronize()
        let past = try await cluster.admin.list(MeshNames.resource)
        try await life.settle()
        try await cluster.change("{profile: demo}")
        try await life.settle()
        life.transport.forget()
        // A list from before the change arrives: older than what is known, it must not lead to writes.
        try await life.synchronize()
        life.receiveLate(past)
        try await life.reconcile()
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        #expect(try await cluster.object(.deployments, "istio-system", "egress") != nil)
    }

    @Test func keepsOtherMeshesGoingWhileOneStalls() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock, workers: 2)
            live.transport.setRule { request, write in
                write > 0 && request.path.hasSuffix("/meshoperators/slow") ? .stall(.seconds(30)) : nil
            }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                var slow = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "slow"))
                slow.tree["spec"] = ["profile": "minimal", "namespace": "slow-system"]
                _ = try await cluster.admin.create(MeshNames.resource, slow)
                try await cluster.create("{profile: default}")
                try await live.untilReady(within: 20)
                try await live.pass(600)
                let stalled = live.transport.writes.count { $0.path.hasSuffix("/meshoperators/slow") }
                #expect(stalled >= 2)
                #expect(stalled <= 21, "a stall of 30 s allows at most 20 tries in 600 s")
            }
        }
    }

    @Test func backsOffWhenTheServerFails() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            live.transport.setRule { _, write in write > 0 ? .refuse(status: 500, reason: "InternalError") : nil }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: default}")
                await clock.advance(by: .seconds(600))
                let tries = live.transport.writes.count
                #expect(tries >= 5)
                let paths = Dictionary(grouping: live.transport.writes, by: \.path).mapValues(\.count)
                #expect(tries <= 40, "\(tries) writes in 600 s: \(paths)")
                live.transport.setRule { _, _ in nil }
                try await live.untilReady(within: 400)
            }
        }
    }

    @Test(arguments: [7, 1]) func waitsAsLongAsTheServerDemandsWhileOtherMeshesGoOn(_ seconds: Int) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock, workers: 1)
            let tries = Mutex<[Duration]>([])
            live.transport.setRule { request, write in
                guard write > 0, request.path.contains("/slow-system/configmaps") else { return nil }
                let isBusy = tries.withLock { tries in
                    tries.append(clock.now.offset)
                    return tries.count <= 3
                }
                return isBusy ? .refuse(status: 429, reason: "TooManyRequests", retryAfter: "\(seconds)") : nil
            }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                var slow = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "slow"))
                slow.tree["spec"] = ["profile": "minimal", "namespace": "slow-system", "values": ["slow": true]]
                _ = try await cluster.admin.create(MeshNames.resource, slow)
                await clock.advance(by: .seconds(2))
                try await cluster.create("{profile: default}")
                try await live.untilReady(within: 15)
                // Its own objects changing meanwhile are no reason to try again sooner.
                let owner = ["metadata": ["annotations": ["a": "b"]]] as Tree
                for _ in 0..<30 {
                    _ = try? await cluster.admin.patch(
                        .serviceAccounts,
                        ObjectKey(namespace: "slow-system", name: "istiod"),
                        .merge(owner)
                    )
                    try await live.pass(1)
                }
            }
            let times = tries.withLock(\.self)
            #expect(times.count == 4, "\(times)")
            let waits = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect(waits.allSatisfy { $0 >= .seconds(seconds) }, "\(waits)")
        }
    }

    @Test func onlyTheLeaderOfTwoWrites() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let one = try LiveOperator(cluster, clock, elects: true, name: "one")
            let two = try LiveOperator(cluster, clock, elects: true, name: "two")
            try await one.whileRunning { one in
                await clock.advance(by: .seconds(5))
                try await two.whileRunning { two in
                    try await cluster.create("{profile: default}")
                    try await one.untilReady(within: 60)
                    let others = two.transport.writes.filter { !$0.path.contains("/leases") && $0.status < 300 }
                    #expect(others.isEmpty, "\(others)")
                    #expect(one.transport.writes.contains { $0.path.contains("/configmaps") })
                }
            }
        }
    }

    @Test func theNextLeaderTakesOverWithoutWritingAnythingTwice() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let one = try LiveOperator(cluster, clock, elects: true, name: "one")
            let two = try LiveOperator(cluster, clock, elects: true, name: "two")
            try await two.whileRunning { two in
                // The first operator leads, installs, and is cut off from the server for good.
                await clock.advance(by: .seconds(5))
                try await one.whileRunning { one in
                    try await cluster.create("{profile: default}")
                    try await two.untilReady(within: 60)
                    two.transport.setRule { _, _ in .reset }
                    two.transport.forget()
                    try await one.pass(60)
                    try await cluster.change("{profile: demo}")
                    try await one.untilReady(within: 120)
                    #expect(two.transport.writes.allSatisfy { $0.status == 0 })
                    let repeated = Dictionary(grouping: one.transport.writes, by: \.path).filter {
                        $0.value.count > 1 && !$0.key.contains("meshoperators") && !$0.key.contains("lease")
                            && !$0.key.contains("events")
                    }
                    #expect(repeated.isEmpty, "\(repeated.keys)")
                }
            }
        }
    }
}
