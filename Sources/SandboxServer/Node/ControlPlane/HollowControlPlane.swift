internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import SandboxStore
internal import Synchronization

/// Plays the injector of hollow istiods, and refuses connections to all other hollow pods.
///
/// Only injection is played. Validation is not: its webhook says `failurePolicy: Ignore` until a control plane has proven
/// that it refuses something, and this one proves nothing.
final class HollowControlPlane: WebhookStandIn {
    private struct Known {
        var version: String
        var settings: InjectionSettings?
    }

    private let reader: ClusterReader
    private let authority: [UInt8]
    private let known = Mutex<[ObjectKey: Known]>([:])

    /// Makes a control plane whose certificates lead to `authority`, in PEM.
    init(reader: ClusterReader, authority: String) {
        self.reader = reader
        self.authority = Array(authority.utf8)
    }

    func answer(
        _ review: Tree,
        from pod: ObjectKey,
        at endpoint: WebhookEndpoint
    ) async throws(TransportError) -> Tree? {
        let found: KubeObject?
        do { found = try await reader.get(.pods, pod) } catch { found = nil }
        guard let found, HollowNode.runs(found) else { return nil }
        let refusal = TransportError(
            .connectionFailed,
            "dial tcp \(endpoint.host):\(endpoint.port): connect: connection refused"
        )
        guard let discovery = HollowDiscovery(found), discovery.isReady, Self.isInjection(endpoint.path),
            let settings = await settings(of: discovery)
        else { throw refusal }
        guard endpoint.roots == authority else {
            throw TransportError(
                .connectionFailed,
                "tls: failed to verify certificate: x509: certificate signed by unknown authority"
            )
        }
        let injector = SidecarInjector(
            settings: settings,
            revision: discovery.revision,
            usesNativeSidecars: await usesNativeSidecars(discovery)
        )
        return Self.answer(review, injector)
    }

    /// `/inject`, or with what is told about cluster and network: `/inject/cluster/NAME/net/NAME`.
    private static func isInjection(_ path: String) -> Bool { path == "/inject" || path.hasPrefix("/inject/") }

    private static func answer(_ review: Tree, _ injector: SidecarInjector) -> Tree {
        let request = review["request"]
        let pod = KubeObject(request?["object"] ?? [:])
        let namespace = pod.namespace ?? request?["namespace"]?.string ?? ""
        var response: Tree = ["uid": request?["uid"] ?? "", "allowed": true]
        if let injected = injector.inject(pod, namespace: namespace) {
            response["patchType"] = "JSONPatch"
            response["patch"] = .string(Base64.encode(patch(from: pod, to: injected).json(.compact)))
        }
        return ["apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response]
    }

    /// The change as JSON Patch, by whole lists and maps.
    private static func patch(from old: KubeObject, to new: KubeObject) -> Tree {
        var operations: [Tree] = []
        for path in [
            ["metadata", "labels"], ["metadata", "annotations"], ["spec", "initContainers"], ["spec", "containers"],
            ["spec", "volumes"],
        ] {
            let (before, after) = (value(old, path), value(new, path))
            guard before != after else { continue }
            let pointer = Tree.string("/" + path.joined(separator: "/"))
            operations.append(
                after.map { ["op": "add", "path": pointer, "value": $0] } ?? ["op": "remove", "path": pointer]
            )
        }
        return .array(operations)
    }

    private static func value(_ object: KubeObject, _ path: [String]) -> Tree? {
        path.reduce(object.tree as Tree?) { $0?[$1] }
    }

    // MARK: What it knows

    /// The settings in the ConfigMap of its revision; nil when there is none, without which it would not start.
    private func settings(of discovery: HollowDiscovery) async -> InjectionSettings? {
        let name = InjectionSettings.mapName(revision: discovery.revision)
        let key = ObjectKey(namespace: discovery.pod.namespace, name: name)
        guard let map = try? await reader.get(.configMaps, key) else { return nil }
        let version = "\(map.uid ?? "")/\(map.resourceVersion ?? "")"
        if let known = known.withLock({ $0[key] }), known.version == version { return known.settings }
        let settings = InjectionSettings(map)
        known.withLock { $0[key] = Known(version: version, settings: settings) }
        return settings
    }

    /// Left to itself it uses sidecar containers where every node is of Kubernetes 1.33 or later, in which they are stable.
    private func usesNativeSidecars(_ discovery: HollowDiscovery) async -> Bool {
        switch discovery.nativeSidecars {
        case "true": return true
        case "auto":
            guard let nodes = try? await reader.list(.nodes) else { return false }
            return nodes.allSatisfy { node in
                let version = node.tree.value(at: "status", "nodeInfo", "kubeletVersion")?.string ?? ""
                return KubernetesVersion(String(version.prefix { $0 != "-" })).map { $0.minor >= 33 } ?? false
            }
        default: return false
        }
    }
}
