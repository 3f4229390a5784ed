internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// `Manifests/install.yaml`, which puts the operator into a cluster.
@Suite struct InstallManifestTests {
    /// One thing a role allows.
    struct Permission: Hashable, Comparable, CustomStringConvertible {
        var group: String
        var resource: String
        var verb: String
        var description: String { "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)")" }
        static func < (left: Permission, right: Permission) -> Bool { left.description < right.description }
    }

    static func objects() throws -> [KubeObject] {
        try YAML.documents(try fileText("\(packageRoot)/Manifests/install.yaml")).map { KubeObject($0) }
    }

    static func granted() throws -> Set<Permission> {
        var result: Set<Permission> = []
        // Roles of MeshRollouts and of analyses have names of their own, and tests of their own.
        for role in try objects()
        where role.name == "mesh-operator" && ["ClusterRole", "Role"].contains(role.kind.kind) {
            for rule in role.tree["rules"]?.array ?? [] {
                for group in rule["apiGroups"]?.array?.compactMap(\.string) ?? [] {
                    for resource in rule["resources"]?.array?.compactMap(\.string) ?? [] {
                        for verb in rule["verbs"]?.array?.compactMap(\.string) ?? [] {
                            result.insert(Permission(group: group, resource: resource, verb: verb))
                        }
                    }
                }
            }
        }
        return result
    }

    /// What a request needs by RBAC; nothing for paths that are no resource.
    static func needed(_ request: PassedRequest) -> [Permission] {
        var parts = request.path.split(separator: "/").map(String.init)
        guard let root = parts.first, root == "api" || root == "apis" else { return [] }
        let group = root == "apis" ? parts[1] : ""
        parts.removeFirst(root == "apis" ? 3 : 2)
        if parts.first == "namespaces", parts.count > 2 { parts.removeFirst(2) }
        let resource = parts.count > 2 ? "\(parts[0])/\(parts[2])" : parts[0]
        let verbs: [String] =
            switch request.method {
            case .get: parts.count > 1 ? ["get"] : request.isWatch ? ["watch"] : ["list"]
            case .post: ["create"]
            case .put: ["update"]
            case .patch: request.status == 201 ? ["patch", "create"] : ["patch"]
            case .delete: ["delete"]
            case .head, .options: []
            }
        var needed = verbs.map { Permission(group: group, resource: resource, verb: $0) }
        // Whoever writes roles with permissions of which it has no use must be allowed to.
        if ["roles", "clusterroles"].contains(resource), verbs.contains("patch") {
            needed += ["bind", "escalate"].map { Permission(group: group, resource: resource, verb: $0) }
        }
        return needed
    }

    @Test func grantsExactlyWhatTheOperatorDoes() async throws {
        let used = Mutex<Set<Permission>>([])
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            try await cluster.serveNetworkAttachments()
            let live = try LiveOperator(cluster, clock, elects: true)
            let seen = Mutex<Set<String>>([])
            live.transport.setRule { request, write in
                // Servers before Kubernetes 1.32 know no streaming lists: they are listed, then watched.
                if request.query.contains(where: { $0.name == "sendInitialEvents" }) {
                    return .refuse(status: 400, reason: "BadRequest")
                }
                guard write > 0, !request.path.contains("lease"), !request.path.contains("events") else { return nil }
                let isFirst = seen.withLock { $0.insert("\(request.method) \(request.path)").inserted }
                return isFirst ? .refuse(status: 409, reason: "Conflict") : nil
            }
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(5))
                try await cluster.create(
                    "{profile: demo, values: {autoscale: true, extras: true}, teardown: {crds: Delete}}"
                )
                try await live.untilReady(within: 200)
                try await cluster.change("{profile: minimal}")
                try await live.untilReady(within: 200)
                for _ in 0..<3 {
                    try await cluster.change("{paused: true}")
                    try await live.pass(20)
                    try await cluster.change("{paused: false}")
                    try await live.pass(20)
                }
                try await live.pass(700)
                _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
                try await live.pass(120)
                #expect(try await cluster.resource() == nil)
            }
            used.withLock { $0 = Set(live.transport.passed.flatMap(Self.needed)) }
        }
        let (needed, granted) = (used.withLock { $0 }, try Self.granted())
        #expect(needed.subtracting(granted).sorted() == [], "the operator does this without being allowed to")
        #expect(granted.subtracting(needed).sorted() == [], "the roles grant this without need")
        #expect(granted.allSatisfy { !$0.description.contains("*") })
    }

    @Test func carriesTheCustomResourceDefinitionsOfTheTypes() throws {
        let definitions = try Self.objects().filter { $0.kind == .customResourceDefinition }
        #expect(definitions.contains { $0.tree == MeshOperatorDefinition.tree }, "run hack/generate")
        let files = folderEntries("\(packageRoot)/CRDs").filter { $0.hasSuffix(".yaml") }
        #expect(definitions.count == files.count)
        for file in files {
            let tree = try #require(try YAML.documents(try fileText("\(packageRoot)/CRDs/\(file)")).first)
            #expect(definitions.contains { $0.tree == tree }, "\(file) differs: run hack/generate")
        }
    }

    @Test func runsTheOperatorWithoutPrivileges() throws {
        let deployment = try #require(try Self.objects().first { $0.kind == .deployment })
        let pod = try #require(deployment.tree.value(at: "spec", "template", "spec"))
        let container = try #require(pod["containers"]?[0])
        #expect(pod.value(at: "securityContext", "runAsNonRoot")?.bool == true)
        #expect(container.value(at: "securityContext", "readOnlyRootFilesystem")?.bool == true)
        #expect(container.value(at: "securityContext", "allowPrivilegeEscalation")?.bool == false)
        #expect(container.value(at: "securityContext", "capabilities", "drop") == ["ALL"])
        #expect(container["livenessProbe"] != nil)
        #expect(container["readinessProbe"] != nil)
        #expect(container.value(at: "resources", "requests", "cpu") != nil)
    }

    @Test func isTakenByAnAPIServer() async throws {
        let cluster = try await TestCluster()
        for object in try Self.objects() {
            let resource = try #require(APIResource.serving(object.kind), "\(object.kind)")
            _ = try await cluster.admin.apply(resource, object, force: true)
        }
    }
}
