internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import SandboxStore

@testable internal import OperatorCore

extension TestCluster {
    /// A cluster that serves MeshOperators.
    convenience init(seed: UInt64 = 1, admission: [any AdmissionPlugin] = []) async throws {
        try await self.init(definitions: [MeshOperatorDefinition.tree], seed: seed, admission: admission)
    }

    // MARK: People

    static let key = ObjectKey(name: "mesh")

    /// Creates the MeshOperator `mesh` with a spec in YAML.
    @discardableResult
    func create(_ spec: String) async throws -> KubeObject {
        var object = KubeObject(kind: MeshNames.kind, key: Self.key)
        object.tree["spec"] = try requireDocument(spec)
        return try await admin.create(MeshNames.resource, object)
    }

    /// Changes the spec of the MeshOperator by a merge patch in YAML.
    func change(_ spec: String) async throws {
        _ = try await admin.patch(MeshNames.resource, Self.key, .merge(["spec": try requireDocument(spec)]))
    }

    func resource() async throws -> KubeObject? { try await admin.find(MeshNames.resource, Self.key) }

    func condition(_ type: String) async throws -> Condition? {
        try await resource()?.conditions.condition(type)
    }

    /// The kinds of objects of a mesh that a cluster without Multus serves.
    static let servedKinds = OwnedKind.all.filter { $0.resource != .networkAttachmentDefinitions }

    /// Has the kind served that clusters with Multus serve.
    func serveNetworkAttachments() async throws {
        let tree = Self.definition(
            "NetworkAttachmentDefinition",
            plural: "network-attachment-definitions",
            group: "k8s.cni.cncf.io"
        )
        _ = try await admin.create(.customResourceDefinitions, KubeObject(tree))
    }

    // MARK: The end state

    /// Every object of the mesh and the MeshOperator as text, without what differs from run to run.
    func endState() async throws -> [String: String] {
        try await texts(of: Self.servedKinds.map(\.resource) + [MeshNames.resource]) { object, tree in
            guard object.kind != .namespace || object.name == "istio-system" else { return false }
            Self.normalise(object, &tree)
            return true
        }
    }

    private static func normalise(_ object: KubeObject, _ tree: inout Tree) {
        tree.set(nil, at: ["metadata", "annotations", MeshNames.Annotation.ownerUID])
        tree.set(nil, at: ["spec", "clusterIP"])
        tree.set(nil, at: ["spec", "clusterIPs"])
        if let ports = tree.value(at: "spec", "ports")?.array, object.kind == .service {
            tree.set(
                .array(
                    ports.map { port in
                        var port = port
                        port["nodePort"] = Tree?.none
                        return port
                    }
                ),
                at: ["spec", "ports"]
            )
        }
        tree.set(nil, at: ["status", "gateways"])
        tree.sortTexts(at: ["metadata", "managedFields"], without: ["time"])
    }
}
