internal import DataTree
internal import FieldOwnership
package import KubeAPI

/// Whether pods made now would get a sidecar.
package enum InjectionReadiness: Sendable, Hashable {
    /// They would.
    case ready
    /// Nothing in this mesh injects sidecars.
    case notInstalled
    /// They would not; says why.
    case notReady(String)
    /// Nobody can tell which of them would, since others narrowed down what a webhook is asked about; says who and how.
    case narrowed(String)

    /// Judges the control planes and injection webhooks of a mesh.
    ///
    /// A webhook serves when each entry that calls a Service has the certificate authority to trust, which the control plane
    /// writes itself, when that Service is there, and when a control plane is available.
    ///
    /// - Parameters:
    ///   - live: the objects of the mesh.
    ///   - controlPlane: how its control planes are.
    ///   - isMissing: whether something that belongs to the mesh is not there; a Service may be somebody else's.
    /// - Returns: the verdict.
    package static func of(
        _ live: [KubeObject],
        controlPlane: [ObjectReadiness],
        isMissing: (ResourceID) -> Bool = { _ in false }
    ) -> InjectionReadiness {
        let webhooks = live.filter { $0.kind.kind == "MutatingWebhookConfiguration" }
        guard !webhooks.isEmpty else { return .notInstalled }
        for webhook in webhooks {
            for entry in webhook.tree["webhooks"]?.array ?? [] {
                guard let config = entry["clientConfig"], let service = config["service"] else { continue }
                let name = "webhook \(entry["name"]?.string ?? "") of \(webhook.name)"
                let key = ObjectKey(namespace: service["namespace"]?.string, name: service["name"]?.string ?? "")
                let called = ResourceID(group: "", kind: "Service", key: key)
                if isMissing(called) { return .notReady("\(name) calls \(called), which is not there") }
                guard config["caBundle"]?.string?.isEmpty != false else { continue }
                return .notReady("\(name) has no caBundle yet, which istiod writes")
            }
        }
        for readiness in controlPlane {
            if case .waiting(let what) = readiness { return .notReady(what) }
            if case .failed(let what) = readiness { return .notReady(what) }
        }
        return webhooks.lazy.compactMap(narrowing).first.map { .narrowed($0) } ?? .ready
    }

    /// What somebody else wrote by which a webhook may leave pods out that it is meant for; nil where nothing is.
    ///
    /// The fields are written as one value, or are never rendered: what is not ours, as the managed fields say, is not as rendered.
    private static func narrowing(_ webhook: KubeObject) -> String? {
        let ownership = ObjectOwnership(webhook)
        for entry in webhook.tree["webhooks"]?.array ?? [] {
            let name = entry["name"]?.string ?? ""
            for field in ExclusiveFields.narrowing + ["rules"] {
                guard let value = entry[field], ExclusiveFields.saysSomething(value) else { continue }
                let place = FieldPlace([.field("webhooks"), .key(["name": .string(name)]), .field(field)])
                let owners = Set(ownership.records.filter { $0.owns(place) }.map(\.manager))
                guard !owners.contains(MeshPlanner.manager), let owner = owners.min() else { continue }
                return
                    "\(field) of webhook \(name) of \(webhook.name) is not as rendered, since field manager \(owner) "
                    + "wrote it: pods that it leaves out get no sidecar"
            }
        }
        return nil
    }
}
