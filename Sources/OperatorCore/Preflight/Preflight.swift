package import ManifestRendering
package import MeshAPI
internal import UpgradePlanning

/// The checks before any write, in order.
package struct Preflight: Sendable {
    /// A check that failed.
    package struct Refusal: Sendable, Hashable {
        /// Which check failed.
        package let reason: MeshConditionReason
        /// What is wrong, with the field, the value and the remedy.
        package let message: String
        /// The field that is refused.
        package var field = "spec.version"
    }

    /// The version asked for.
    package let version: String
    /// The versions there are.
    package let catalogue: VersionCatalogue
    /// The cluster's Kubernetes version; nil while it is not known.
    package let kubernetes: String?
    /// The versions that the workloads in the cluster were rendered for.
    package let installed: [String]
    /// The day, `2026-11-21`.
    package let day: String
    /// Whether the user takes a version without fixes knowingly.
    package var acceptsEndOfLife = false
    /// Whether the user takes a version knowingly that nobody tested on the cluster's Kubernetes version.
    package var acceptsKubernetes = false

    /// Describes what is to be checked.
    package init(
        version: String,
        catalogue: VersionCatalogue,
        kubernetes: String?,
        installed: [String],
        day: String
    ) {
        self.version = version
        self.catalogue = catalogue
        self.kubernetes = kubernetes
        self.installed = installed
        self.day = day
    }

    /// All that fails, told at once so that nobody meets it one by one.
    ///
    /// - Returns: the reason of the first check that fails and the words of all; nil when none does.
    package func refusal() -> Refusal? {
        let refusals = [checkVersionIsKnown, checkVersionIsMaintained, checkKubernetes, checkHop].compactMap { $0() }
        guard let first = refusals.first else { return nil }
        let message = refusals.map(\.message).joined(separator: "; also ")
        return Refusal(reason: first.reason, message: message, field: first.field)
    }

    private func checkVersionIsKnown() -> Refusal? {
        guard catalogue.entry(version) == nil else { return nil }
        return Refusal(reason: .unknownVersion, message: catalogue.unknownVersion(version, on: day).description)
    }

    /// A version at the end of its life is not installed afresh.
    ///
    /// Where it runs it is kept up, and on the way up from an older one it is a hop like any other: there may be no other way.
    private func checkVersionIsMaintained() -> Refusal? {
        guard let entry = catalogue.entry(version), catalogue.hasEnded(entry, on: day), !acceptsEndOfLife else {
            return nil
        }
        let oldest = installed.compactMap { MeshVersion($0) }.min()
        if let oldest, oldest <= entry.version { return nil }
        return Refusal(
            reason: .endOfLifeVersion,
            message:
                "spec.version: \(version) gets no fixes since \(entry.minor.endOfLife ?? ""); "
                + "\(VersionCatalogue.remedy(catalogue.choices(on: day))), or annotate the MeshOperator with \(MeshNames.Annotation.acceptEndOfLife): \"true\""
        )
    }

    private func checkKubernetes() -> Refusal? {
        guard let kubernetes, let cluster = MeshVersion(kubernetes), let entry = catalogue.entry(version),
            !acceptsKubernetes, !catalogue.supports(entry, kubernetes: kubernetes)
        else { return nil }
        let fitting = catalogue.choices(on: day) { catalogue.supports($0, kubernetes: kubernetes) }
            .filter { !catalogue.hasEnded($0, on: day) }.map(\.version.description)
        let remedy =
            fitting.isEmpty
            ? "change the cluster's version"
            : "use spec.version \(fitting.joined(separator: " or ")), or another cluster"
        return Refusal(
            reason: .unsupportedKubernetes,
            message: "spec.version: \(version) runs on Kubernetes \(entry.minor.kubernetes.joined(separator: ", ")), "
                + "and this cluster is \(cluster.minorText); \(remedy), or annotate the MeshOperator with "
                + "\(MeshNames.Annotation.acceptKubernetes): \"true\""
        )
    }

    /// The way in place, by the rule and in the words of ``HopPlanner``: by at most one minor forward, and back only where the earlier minor
    /// still runs, that is to give up a move that is under way.
    private func checkHop() -> Refusal? {
        var situation = HopSituation(day: day)
        situation.running = installed.filter { MeshVersion($0) != nil }
        var rules = HopRules()
        rules.strategy = .inPlace
        let planner = HopPlanner(catalogue: catalogue, situation: situation, rules: rules)
        guard let refusal = planner.decide(version).refusal, refusal.reason == .hopNotAllowed else { return nil }
        return Refusal(reason: refusal.reason, message: refusal.description, field: refusal.field)
    }
}
