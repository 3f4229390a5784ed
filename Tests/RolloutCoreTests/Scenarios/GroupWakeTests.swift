internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// Members of a group are looked at again as soon as what they wait for has changed, in whatever group that is by then.
@Suite struct GroupWakeTests {
    private static func spec(_ name: String, hold: String) -> String {
        """
        workload: {stable: {name: \(name)-v1, version: v1}, canary: {name: \(name)-v2, version: v2}}
        host: \(name)
        group: shop
        steps: [{setWeight: 50, hold: \(hold)}]
        progressDeadline: 3000s
        """
    }

    private static func change(_ name: String, _ spec: Tree, _ cluster: TestCluster) async throws {
        let key = ObjectKey(namespace: "shop", name: name)
        _ = try await cluster.admin.patch(RolloutNames.resource, key, .merge(["spec": spec]))
    }

    /// Reviews is done with its step, ratings is not.
    private static func halfWay(_ live: LiveRollout) async throws {
        let cluster = live.cluster
        for name in ["reviews", "ratings"] {
            try await cluster.deploy("\(name)-v1", version: "v1")
        }
        _ = try await cluster.step()
        try await live.pass(3)
        try await cluster.rollOut(spec("reviews", hold: "3s"), name: "reviews")
        try await cluster.rollOut(spec("ratings", hold: "60s"), name: "ratings")
        try await live.pass(5)
        for name in ["reviews", "ratings"] { try await cluster.deploy("\(name)-v2", version: "v2") }
        try await live.pass(30)
        #expect(try await cluster.status("reviews").progress.reason == "AwaitingGroup")
        #expect(try await cluster.status("ratings").progress.reason == "Holding")
        #expect(try await cluster.weights("reviews")["v2"] == 50)
    }

    @Test("A member that left its group and is promoted lets those go on that wait for it")
    func promoted() async throws {
        try await withVirtualTime { clock in
            let live = try LiveRollout(try await TestCluster(), clock)
            try await live.whileRunning { live in
                try await Self.halfWay(live)
                try await Self.change("ratings", ["group": .null], live.cluster)
                try await live.pass(5)
                let waiting = try await live.cluster.status("reviews").progress
                #expect(waiting.waitingFor.contains("ratings left group shop"), "\(waiting.waitingFor)")
                try await live.pass(80)
                #expect(try await live.cluster.status("ratings").phase == .completed)
                #expect(try await live.cluster.status("reviews").phase == .completed)
            }
        }
    }

    @Test("A member that was left behind in a group, and leaves it as well, is waited for no more")
    func leftBehind() async throws {
        try await withVirtualTime { clock in
            let live = try LiveRollout(try await TestCluster(), clock)
            try await live.whileRunning { live in
                try await Self.halfWay(live)
                try await Self.change("reviews", ["group": "other"], live.cluster)
                try await live.pass(5)
                let waiting = try await live.cluster.status("reviews").progress
                #expect(waiting.waitingFor.contains("ratings is in shop still"), "\(waiting.waitingFor)")
                try await Self.change("ratings", ["group": .null], live.cluster)
                try await live.pass(10)
                #expect(try await live.cluster.status("reviews").phase != .progressing)
                #expect(try await live.cluster.status("ratings").progress.reason == "Holding")
            }
        }
    }
}
