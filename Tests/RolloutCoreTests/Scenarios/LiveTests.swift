internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Synchronization
internal import Testing

@testable internal import RolloutCore

/// With watches and queue, and with no more rights than `Manifests/install.yaml` gives.
@Suite struct LiveTests {
    static func granted() throws -> Set<String> {
        var result: Set<String> = []
        let roles = try YAML.documents(try fileText("\(packageRoot)/Manifests/install.yaml")).map { KubeObject($0) }
        for role in roles where role.kind == .clusterRole && role.name == "mesh-operator-rollouts" {
            for rule in role.tree["rules"]?.array ?? [] {
                let group = rule["apiGroups"]?[0]?.string ?? ""
                for resource in rule["resources"]?.array?.compactMap(\.string) ?? [] {
                    for verb in rule["verbs"]?.array?.compactMap(\.string) ?? [] {
                        result.insert("\(verb) \(resource).\(group)")
                    }
                }
            }
        }
        return result
    }

    /// What a request needs by RBAC.
    static func needed(_ request: PassedRequest) -> String? {
        var parts = request.path.split(separator: "/").map(String.init)
        guard let root = parts.first, root == "api" || root == "apis" else { return nil }
        let group = root == "apis" ? parts[1] : ""
        parts.removeFirst(root == "apis" ? 3 : 2)
        if parts.first == "namespaces", parts.count > 2 { parts.removeFirst(2) }
        let resource = parts.count > 2 ? "\(parts[0])/\(parts[2])" : parts[0]
        let verb: String
        switch request.method {
        case .get: verb = parts.count > 1 ? "get" : request.isWatch ? "watch" : "list"
        case .post: verb = "create"
        case .put: verb = "update"
        case .patch: verb = "patch"
        case .delete: verb = "delete"
        case .head, .options: return nil
        }
        return "\(verb) \(resource).\(group)"
    }

    static func used(_ requests: [PassedRequest]) -> Set<String> {
        Set(requests.compactMap(needed)).filter { !$0.hasSuffix("events.events.k8s.io") }
    }

    /// A canary over objects that are made, from the first pod to the end of the MeshRollout, driven by watches alone.
    static func live() async throws -> Set<String> {
        let used = Mutex<Set<String>>([])
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveRollout(cluster, clock)
            try await cluster.deploy("reviews-v1", version: "v1")
            _ = try await cluster.step()
            try await live.whileRunning { live in
                try await live.pass(5)
                try await cluster.rollOut(
                    SampleRollout.spec("steps: [{setWeight: 50, hold: 5s}]\npromotion: {scaleDownDelay: 5s}")
                )
                try await live.pass(5)
                #expect(try await cluster.weights() == ["v1": 100])
                try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
                try await live.pass(60)
                #expect(try await cluster.status().phase == .completed)
                #expect(try await cluster.weights() == ["v2": 100])
                let before = live.transport.writes.count
                try await live.pass(60)
                #expect(live.transport.writes.count == before, "at rest nothing is written")
                let wiped = Patch.merge(["status": ["phase": .null, "conditions": .null]])
                _ = try await cluster.admin.patchStatus(RolloutNames.resource, TestCluster.key, wiped)
                try await live.pass(2)
                #expect(try await cluster.status().phase == .completed, "a status that somebody wiped is put back")
                let since = live.transport.writes.dropFirst(before).filter { !$0.path.contains("events") }
                #expect(since.count == 1, "\(since)")
                _ = try await cluster.admin.delete(RolloutNames.resource, TestCluster.key)
                try await live.pass(20)
                #expect(try await cluster.find(RolloutNames.resource, "reviews") == nil)
                #expect(try await cluster.service() == nil)
            }
            used.withLock { $0 = Self.used(live.transport.passed) }
        }
        return used.withLock { $0 }
    }

    /// A rollout of another kind of workload, to its end.
    static func direct(_ kind: String, _ promotion: String) async throws -> Set<String> {
        let cluster = try await TestCluster()
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        func deploy(_ version: String) async throws {
            if kind == "DaemonSet" { return try await cluster.daemonSet("reviews-\(version)", version: version) }
            try await cluster.deploy(
                "reviews-\(version)",
                version: version,
                replicas: version == "v1" ? 2 : 1,
                kind: kind
            )
        }
        try await deploy("v1")
        _ = try await cluster.step()
        try await cluster.rollOut(
            """
            workload: {kind: \(kind), stable: {name: reviews-v1, version: v1}, canary: {name: reviews-v2, version: v2}}
            host: reviews
            virtualServices: [{name: reviews}]
            steps: [{setWeight: 50, hold: 1s}]
            promotion: {mode: \(promotion), scaleDownDelay: 1s}
            """
        )
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await deploy("v2")
        try await life.run(to: .completed, within: 200)
        try await life.run(5)
        if kind == "DaemonSet" {
            let old = try await cluster.find(.daemonSets, "reviews-v1")
            #expect(old?.tree.value(at: "spec", "template", "spec", "nodeSelector", RolloutNames.parking) != nil)
        }
        return used(life.transport.passed)
    }

    @Test func isGrantedExactlyWhatItDoes() async throws {
        var used = try await Self.live()
        for (kind, promotion) in [
            ("StatefulSet", "CopyTemplate"), ("Deployment", "CopyTemplate"), ("DaemonSet", "ScaleDown"),
        ] {
            used.formUnion(try await Self.direct(kind, promotion))
        }
        used.formUnion(["get services.", "list pods."])  // By kind Pods, in SidesTests.
        used.insert("list replicasets.apps")  // Where the stable side does not come up again, in WayBackTests.
        let granted = try Self.granted()
        #expect(used.subtracting(granted).sorted() == [], "this is done without being allowed to")
        #expect(granted.subtracting(used).sorted() == [], "this is granted without need")
    }
}
