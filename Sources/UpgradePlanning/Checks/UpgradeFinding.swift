package import KubeAPI

/// Something about a cluster that people should know before its mesh moves to another version.
package struct UpgradeFinding: Sendable, Hashable, Comparable {
    /// What follows from it.
    package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The upgrade does not start.
        case refuses = "Refuses"
        /// The upgrade goes on; something may break or stand still.
        case warns = "Warns"
        /// Good to know.
        case informs = "Informs"

        /// The gravest comes first.
        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .refuses: 0
            case .warns: 1
            case .informs: 2
            }
        }
    }

    /// What follows from it.
    package var severity: Severity
    /// What it is.
    package var code: UpgradeFindingCode
    /// The object it is about; nil for the MeshOperator or the cluster as a whole.
    package var object: ResourceID?
    /// The field of that object, for example `spec.configPatches[2].match.proxy.proxyVersion`; empty for the whole object.
    package var field: String
    /// What is so, with the value.
    package var message: String
    /// What to do about it.
    package var remedy: String
    /// The version of the first hop at which it matters; nil when it matters at all of them.
    package var hop: String?

    /// Makes a finding.
    package init(
        _ severity: Severity,
        _ code: UpgradeFindingCode,
        _ object: ResourceID?,
        field: String = "",
        _ message: String,
        remedy: String,
        hop: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.object = object
        self.field = field
        self.message = message
        self.remedy = remedy
        self.hop = hop
    }

    /// `EnvoyFilter shop/lua: spec.configPatches[0].applyTo: …; remedy` in one line.
    package var text: String {
        let place = [object?.description, field.isEmpty ? nil : field].compactMap(\.self).joined(separator: ": ")
        return (place.isEmpty ? "" : "\(place): ") + "\(message); \(remedy)"
    }

    /// Ordered by severity, then by code, object and field.
    package static func < (left: UpgradeFinding, right: UpgradeFinding) -> Bool {
        if left.severity != right.severity { return left.severity < right.severity }
        if left.code != right.code { return left.code.rawValue < right.code.rawValue }
        let (mine, theirs) = (left.object?.key, right.object?.key)
        if mine != theirs {
            guard let mine else { return true }
            guard let theirs else { return false }
            return mine < theirs
        }
        let (kind, other) = (left.object?.kind ?? "", right.object?.kind ?? "")
        return (kind, left.field, left.message) < (other, right.field, right.message)
    }
}

/// The kinds of finding, one per question that ``UpgradeCheck``s ask.
package enum UpgradeFindingCode: String, Sendable, Hashable, CaseIterable {
    // EnvoyFilters
    /// `applyTo`, `context` or `operation` holds no word of the API, or one that cannot go together with the others.
    case envoyFilterInvalid = "EnvoyFilterInvalid"
    /// `proxyVersion` does not match the target's proxies, so the patch stops having an effect.
    case envoyFilterVersionMismatch = "EnvoyFilterVersionMismatch"
    /// A filter name that Envoy no longer knows.
    case envoyFilterRetiredName = "EnvoyFilterRetiredName"
    /// A field or type of Envoy's API version 2, which Envoy no longer takes.
    case envoyFilterOldAPI = "EnvoyFilterOldAPI"
    /// It selects no pod.
    case envoyFilterSelectsNothing = "EnvoyFilterSelectsNothing"
    /// It names a place that proxies of the target do not have.
    case envoyFilterUnknownPlace = "EnvoyFilterUnknownPlace"

    // Istio resources and settings
    /// A kind that no release serves any more.
    case removedKind = "RemovedKind"
    /// A version of a kind that the target does not serve.
    case unservedVersion = "UnservedVersion"
    /// An older version of a kind for which there is a newer one.
    case olderVersion = "OlderVersion"
    /// A field that works for now and has a replacement.
    case deprecatedField = "DeprecatedField"
    /// A setting of the MeshOperator that the target passes over or refuses.
    case retiredSetting = "RetiredSetting"
    /// The control plane behaves otherwise than before unless told not to.
    case behaviourChange = "BehaviourChange"

    // Workloads
    /// Pods without `app` or `version` labels.
    case missingLabels = "MissingLabels"
    /// A PodDisruptionBudget that never allows a restart.
    case disruptionBudgetBlocks = "DisruptionBudgetBlocks"
    /// No pod is left while the workload restarts.
    case capacityLost = "CapacityLost"
    /// The operator may or can not restart it.
    case notRestartable = "NotRestartable"
    /// It said no to restarts.
    case optedOut = "OptedOut"
    /// Pods that should have a sidecar and have none.
    case sidecarMissing = "SidecarMissing"
    /// Proxies older than what the target serves.
    case proxyTooOld = "ProxyTooOld"
    /// Pods that are not ready before anything moves.
    case notReady = "NotReady"
    /// A wave of the upgrade, or a namespace, that no workload is in, or that is left out.
    case waveMismatch = "WaveMismatch"
    /// A gateway with so few pods that none can run beside the others, or that the first step takes far more of its traffic than it says.
    case gatewayTooSmall = "GatewayTooSmall"
    /// A revision tag that is not the operator's and leads to the revision that is left.
    case foreignTag = "ForeignTag"
    /// A namespace with both labels that choose a revision.
    case ambiguousInjection = "AmbiguousInjection"
    /// An annotation that proxies of the target pass over.
    case retiredAnnotation = "RetiredAnnotation"
}
