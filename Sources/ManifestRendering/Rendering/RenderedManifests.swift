package import KubeAPI

/// The order in which objects are applied; removal goes the other way round.
package enum RenderPhase: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// Namespaces and CRDs.
    case foundation
    /// Accounts, permissions and configuration.
    case configuration
    /// The workloads of the control plane and the node agent, with their Services.
    case controlPlane
    /// Admission webhooks, which need a control plane that answers.
    case webhooks
    /// Gateways, which need injection and a control plane to connect to.
    case gateways

    /// Earlier phases come first.
    package static func < (left: RenderPhase, right: RenderPhase) -> Bool { left.rawValue < right.rawValue }
}

/// An object of a mesh, with the component it belongs to.
package struct RenderedObject: Sendable, Hashable {
    /// The object.
    package var object: KubeObject
    /// The component, for example `pilot` or `ingressGateways/istio-ingressgateway`.
    package var component: String
    /// When it is applied.
    package var phase: RenderPhase
}

/// All objects of a mesh.
package struct RenderedManifests: Sendable, Hashable {
    /// The objects, by phase, within it by component, in a fixed order.
    package var rendered: [RenderedObject]
    /// The catalogue's entry they were rendered for.
    package var version: String
    /// What the user should know: patches that found nothing, settings without effect.
    package var warnings: [String]
    /// The places of overlays for which there is no object, by the warnings that say so.
    package var unmatched: [String: String] = [:]

    /// The objects in the order of application.
    package var objects: [KubeObject] { rendered.map(\.object) }

    /// The objects in the order of application, one list per phase; a list may be empty.
    package var phases: [[KubeObject]] {
        RenderPhase.allCases.map { phase in rendered.filter { $0.phase == phase }.map(\.object) }
    }

    /// The names of the components that have objects, in order of their first object.
    package var components: [String] {
        var seen: Set<String> = []
        return rendered.map(\.component).filter { seen.insert($0).inserted }
    }
}
