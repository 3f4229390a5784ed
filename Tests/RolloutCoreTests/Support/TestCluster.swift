internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI

@testable internal import RolloutCore

extension TestCluster {
    /// A cluster that serves what a rollout needs, with the namespace `shop`.
    convenience init(seed: UInt64 = 1) async throws {
        let group = TrafficResources.virtualServices.kind.group
        let definitions = [
            MeshRolloutDefinition.tree, Self.definition("VirtualService", plural: "virtualservices", group: group),
            Self.definition("DestinationRule", plural: "destinationrules", group: group),
        ]
        try await self.init(definitions: definitions, seed: seed, serverTime: .passes)
        try await create("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}", .namespaces)
    }

    // MARK: People

    static let key = ObjectKey(namespace: "shop", name: "reviews")

    /// Creates a MeshRollout with a spec in YAML.
    @discardableResult
    func rollOut(_ spec: String, name: String = "reviews") async throws -> KubeObject {
        var object = KubeObject(kind: RolloutNames.kind, key: ObjectKey(namespace: "shop", name: name))
        object.tree["spec"] = try requireDocument(spec)
        return try await admin.create(RolloutNames.resource, object)
    }

    /// Creates a Deployment of a version.
    func deploy(_ name: String, version: String, replicas: Int = 2, kind: String = "Deployment") async throws {
        let resource: APIResource = kind == "StatefulSet" ? .statefulSets : .deployments
        try await create(
            """
            apiVersion: apps/v1
            kind: \(kind)
            metadata: {name: \(name), namespace: shop}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: reviews, version: \(version)}}
              template:
                metadata: {labels: {app: reviews, version: \(version)}}
                spec: {containers: [{name: app, image: "reviews:\(version)"}]}
            """,
            resource
        )
    }

    /// Creates a DaemonSet of a version.
    func daemonSet(_ name: String, version: String) async throws {
        try await create(
            """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: \(name), namespace: shop}
            spec:
              selector: {matchLabels: {app: reviews, version: \(version)}}
              template:
                metadata: {labels: {app: reviews, version: \(version)}}
                spec: {containers: [{name: app, image: "reviews:\(version)"}]}
            """,
            .daemonSets
        )
    }

    func scale(_ name: String, _ replicas: Int64) async throws {
        _ = try await admin.setScale(.deployments, ObjectKey(namespace: "shop", name: name), replicas: replicas)
    }

    func annotate(_ name: String, _ value: String?, on rollout: String = "reviews") async throws {
        let tree: Tree = ["metadata": ["annotations": [name: value.map { .string($0) } ?? .null]]]
        _ = try await admin.patch(RolloutNames.resource, ObjectKey(namespace: "shop", name: rollout), .merge(tree))
    }

    func find(_ resource: APIResource, _ name: String, _ namespace: String = "shop") async throws -> KubeObject? {
        try await admin.find(resource, ObjectKey(namespace: namespace, name: name))
    }

    func service(_ name: String = "reviews") async throws -> KubeObject? {
        try await find(TrafficResources.virtualServices, name)
    }

    func status(_ name: String = "reviews") async throws -> MeshRolloutStatus {
        MeshRolloutStatus(lenient: try await find(RolloutNames.resource, name)?.tree["status"] ?? .null)
    }

    /// The weights of the first http route, by subset.
    func weights(_ name: String = "reviews") async throws -> [String: Int64] {
        let route = try await service(name)?.tree.value(at: "spec", "http")?.array?.last?["route"]?.array ?? []
        return route.reduce(into: [:]) { result, entry in
            result[entry["destination"]?["subset"]?.string ?? "", default: 0] += entry["weight"]?.integer ?? 100
        }
    }

    // MARK: The end state

    /// Every object of the scenario as text, without what differs from run to run.
    func endState() async throws -> [String: String] {
        let kinds: [APIResource] = [
            RolloutNames.resource, TrafficResources.virtualServices, TrafficResources.destinationRules, .deployments,
            .statefulSets,
        ]
        return try await texts(of: kinds, withoutConditionFields: ["message"]) { object, tree in
            Self.normalise(object, &tree)
            return true
        }
    }

    private static func normalise(_ object: KubeObject, _ tree: inout Tree) {
        tree.set(nil, at: ["metadata", "managedFields"])
        tree.set(nil, at: ["status", "progress"])
        if let cause = tree.value(at: "status", "verdict", "cause") { tree.set(cause, at: ["status", "verdict"]) }
        for name in [RolloutNames.Annotation.serving, RolloutNames.Annotation.record] {
            guard let text = object.annotations[name], var mark = try? Tree(json: text) else { continue }
            for field in ["since", "began", "started", "condemned"] { mark[field] = Tree?.none }
            if let verdict = mark["verdict"]?["cause"] { mark["verdict"] = verdict }
            tree.set(.string(mark.jsonText(.canonical)), at: ["metadata", "annotations", name])
        }
        let references = object.ownerReferences.map(\.name)
        if !references.isEmpty {
            tree.set(.array(references.map { .string($0) }), at: ["metadata", "ownerReferences"])
        }
    }
}
