package import MeshAPI

/// What a user allows, and how versions change.
package struct HopRules: Sendable, Hashable {
    /// What a user takes knowingly, by annotations on the MeshOperator that say `true`.
    package struct Acceptances: OptionSet, Sendable, Hashable {
        /// The bits.
        package let rawValue: Int
        /// Makes acceptances of bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// A version without fixes (`meshoperator.io/accept-end-of-life`).
        package static let endOfLife = Acceptances(rawValue: 1)
        /// A version that nobody tested on the cluster's Kubernetes version (`meshoperator.io/accept-kubernetes-version`).
        package static let kubernetes = Acceptances(rawValue: 2)

        /// Reads the annotations of a MeshOperator.
        package init(annotations: [String: String]) {
            self = []
            if annotations[MeshNames.Annotation.acceptEndOfLife] == "true" { insert(.endOfLife) }
            if annotations[MeshNames.Annotation.acceptKubernetes] == "true" { insert(.kubernetes) }
        }
    }

    /// Whether versions change in place: then by one minor for each edit of `spec.version`, never by more.
    package var strategy = UpgradePlan.Strategy.canary
    /// How many minors one hop of a canary may cover: 1 or 2; other numbers count as the nearer of these.
    package var maxMinorHop = 1
    /// What the user takes knowingly.
    package var acceptances: Acceptances = []

    /// Makes the rules that hold where nothing is said.
    package init() {}

    /// Reads them from a MeshOperator.
    package init(_ upgrade: UpgradePlan, annotations: [String: String]) {
        strategy = upgrade.strategy
        maxMinorHop = upgrade.maxMinorHop
        acceptances = Acceptances(annotations: annotations)
    }
}

/// What runs, as far as hops depend on it.
package struct HopSituation: Sendable, Hashable {
    /// The annotation on a revision's istiod with the version that the hop to it came from.
    package static let leftAnnotation = "meshoperator.io/promoted-from"
    /// The annotation on a revision's istiod with the time at which it became the stable one (RFC 3339).
    package static let promotedAnnotation = "meshoperator.io/promoted-at"

    /// The versions of all control planes that serve workloads; empty where nothing runs.
    ///
    /// In any order, each as often as one likes. Leave out revisions that merely wait for their retirement.
    package var running: [String] = []
    /// The version that the hop under way leads to, from its first write until it is promoted or restored; nil when none is.
    package var underWay: String?
    /// The version that the last finished hop came from, as long as its control plane is there; nil afterwards.
    ///
    /// It is what was written down at the promotion (``leftAnnotation``): another control plane that is still kept was left earlier.
    package var justLeft: String?
    /// The cluster's Kubernetes version such as `v1.33.1+k3s1`, nil while not known: then it is not checked.
    package var kubernetes: String?
    /// The day, `2026-11-21`.
    package var day: String

    /// Nothing runs.
    package init(day: String) {
        self.day = day
    }
}
