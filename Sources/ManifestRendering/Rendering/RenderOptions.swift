package import KubeAPI

/// What rendering takes from outside the resource.
package struct RenderOptions: Sendable, Hashable {
    /// How objects are labelled.
    package enum Labels: Sendable, Hashable {
        /// As this operator's: `app.kubernetes.io/managed-by: meshoperator`, and the owner where one is given.
        case own(owner: String?)
        /// As upstream's installer labels them, fields it writes as `null` included, so that a comparison with an
        /// existing installation shows only what really differs.
        case upstream
    }

    /// How objects are labelled.
    package var labels = Labels.own(owner: nil)
    /// The cluster's Kubernetes version such as `v1.33.1`, nil where unknown.
    package var kubernetesVersion: String?
    /// CRDs to render with the base component.
    package var crds: [KubeObject] = []

    /// Makes options of defaults.
    package init() {}
}
