package import DataTree
package import KubeAPI
internal import ManifestRendering

/// Whether a pod that an injection webhook is asked about gets a sidecar, by what istiod itself looks at.
///
/// The order is istiod's (`injectRequired`): no pod that shares the network of its node, none in a namespace of the system; then the
/// label `sidecar.istio.io/inject`, and only without it the annotation of that name, of which nothing but `true` asks for a sidecar;
/// then `neverInjectSelector`, `alwaysInjectSelector`, and `global.proxy.autoInject`.
package struct InjectionRules: Sendable, Hashable {
    private var never: [LabelSelector] = []
    private var always: [LabelSelector] = []
    private var isDefault = true

    /// The rules of a mesh without settings of its own.
    package init() {}

    /// Reads `spec.values` of a MeshOperator; a selector that cannot be read counts as none.
    package init(values: Tree?) {
        let injector = values?["sidecarInjectorWebhook"]
        func selectors(_ field: String) -> [LabelSelector] {
            (injector?[field]?.array ?? []).compactMap { try? LabelSelector($0) }.filter { !$0.isEverything }
        }
        never = selectors("neverInjectSelector")
        always = selectors("alwaysInjectSelector")
        isDefault = values?.value(at: "global", "proxy", "autoInject")?.string != "disabled"
    }

    /// Whether a sidecar is injected.
    ///
    /// - Parameters:
    ///   - pod: a pod as ``SidecarPod/trimmed(_:)`` leaves it.
    ///   - labels: the labels that count: its own, or those of the template that new pods are made of.
    /// - Returns: false where istiod leaves it as it is.
    package func injects(_ pod: KubeObject, labels: [String: String]) -> Bool {
        guard pod.annotation(SidecarPod.hostNetwork) == nil, !SystemNamespaces.names.contains(pod.namespace ?? "")
        else {
            return false
        }
        let said = labels[RevisionChoice.injectLabel] ?? pod.annotation(RevisionChoice.injectLabel) ?? ""
        guard said.isEmpty else { return said == "true" }
        if never.contains(where: { $0.matches(labels) }) { return false }
        return always.contains { $0.matches(labels) } || isDefault
    }
}
