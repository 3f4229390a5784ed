internal import DataTree
package import KubeAPI

/// Whether pods made now would get a sidecar.
package enum InjectionReadiness: Sendable, Hashable {
    /// They would.
    case ready
    /// Nothing in this mesh injects sidecars.
    case notInstalled
    /// They would not; says why.
    case notReady(String)

    /// Judges the control planes and injection webhooks of a mesh.
    ///
    /// A webhook serves when each entry that calls a Service has the certificate authority to trust, which the control plane
    /// writes itself, and when a control plane is available.
    package static func of(_ live: [KubeObject], controlPlane: [ObjectReadiness]) -> InjectionReadiness {
        let webhooks = live.filter { $0.kind.kind == "MutatingWebhookConfiguration" }
        guard !webhooks.isEmpty else { return .notInstalled }
        for webhook in webhooks {
            for entry in webhook.tree["webhooks"]?.array ?? [] {
                let config = entry["clientConfig"]
                guard config?["service"] != nil, config?["caBundle"]?.string?.isEmpty != false else { continue }
                let name = entry["name"]?.string ?? ""
                return .notReady("webhook \(name) of \(webhook.name) has no caBundle yet, which istiod writes")
            }
        }
        for readiness in controlPlane {
            if case .waiting(let what) = readiness { return .notReady(what) }
            if case .failed(let what) = readiness { return .notReady(what) }
        }
        return .ready
    }
}
