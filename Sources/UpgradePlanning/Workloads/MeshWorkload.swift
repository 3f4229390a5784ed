package import KubeAPI
package import MeshBase

/// Something that runs pods, as far as its sidecars matter.
package struct MeshWorkload: Sendable, Hashable {
    /// Whether the operator may restart it.
    package enum Restart: Sendable, Hashable {
        /// It may.
        case possible
        /// Its owner said no, by annotation.
        case refused
        /// Nobody would bring its pods back: a pod of its own, a Job.
        case impossible(String)
    }

    /// One pod.
    package struct Pod: Sendable, Hashable {
        /// Its name.
        package var key: ObjectKey
        /// The revision of its sidecar, nil where it has none.
        package var revision: String?
        /// The version of its proxy, nil where it has none or its image does not say.
        package var proxyVersion: String?
        /// The revision a new pod in its place would get, nil for none.
        package var wanted: String?
        /// Whether it is ready.
        package var isReady: Bool
        /// What keeps it from coming up, as scheduler and kubelet say; nil where nothing does.
        package var trouble: String?
        /// What its readiness lacks where nothing is said to keep it from coming up; nil where it is ready, or nobody says.
        package var unreadiness: String?

        /// Whether it should have a sidecar and has none.
        package var lacksSidecar: Bool { wanted != nil && revision == nil }
    }

    /// Its name.
    package let id: ResourceID
    /// Its pods that are not being deleted, by name.
    package var pods: [Pod]
    /// Whether it may be restarted.
    package var restart: Restart
    /// The revision its pods were last restarted for by the operator, by the mark on the workload itself.
    ///
    /// A mark says what was done once, perhaps by an upgrade that is long over, or on another workload that this one was copied from. So
    /// it counts only while that restart is under way (``isUnderWay(to:)``).
    package var directedTo: String?
    /// When that was.
    package var restartedAt: Timestamp?
    /// Whether that was a moment ago, so that pods may not show it yet.
    package var isJustRestarted = false
    /// Whether its controller has brought all its pods to its template.
    package var isRolledOut: Bool
    /// What decides which revision its pods get.
    package var chooser = RevisionChoice.Chooser.namespace
    /// The labels of its pods, by which budgets select them.
    package var labels: [String: String] = [:]
    /// How many pods it is to have.
    package var replicas = 1
    /// How many of its pods a restart takes at a time, at least 1.
    package var restartTakes = 1

    /// Why no pod of it can be made; nil where one can, as far as its controller says.
    package var failure: String?

    /// Why pods that do not run with `revision` do not come up: the first of them, or that none can be made; nil where they do.
    package func trouble(besides revision: String) -> String? {
        if let failure { return "no pod can be made: \(failure)" }
        let pod = pods.first { $0.trouble != nil && $0.revision != revision }
        return pod.flatMap { pod in pod.trouble.map { "pod \(pod.key.name): \($0)" } }
    }

    /// Why it does not come up with `revision`: that no pod can be made, or the first of its pods that does not come up, those with
    /// the revision first; nil where nobody says.
    package func trouble(with revision: String) -> String? {
        if let failure { return "no pod can be made: \(failure)" }
        let troubled = pods.filter { $0.trouble != nil }
        let pod = troubled.first { $0.revision == revision } ?? troubled.first
        return pod.flatMap { pod in pod.trouble.map { "pod \(pod.key.name): \($0)" } }
    }

    /// Why it is not up with `revision` after all the time it had: as ``trouble(with:)`` says, else the first pod that is not ready.
    package func cause(with revision: String) -> String? {
        if let trouble = trouble(with: revision) { return trouble }
        let waiting = pods.filter { !$0.isReady }
        let pod = waiting.first { $0.revision == revision } ?? waiting.first
        return pod.map { "pod \($0.key.name): \($0.unreadiness ?? "NotReady")" }
    }

    /// Whether its pods run with `revision`, or are on their way there by a restart of the operator.
    package func isMoved(to revision: String) -> Bool { runs(revision) || isUnderWay(to: revision) }

    /// Whether a restart of the operator takes its pods to `revision` now.
    ///
    /// It does from the moment it was asked for; later, as long as the labels direct new pods there and the controller is not done. What has
    /// come up with another revision by then has not moved. One whose old pods are gone and whose new ones are not there yet, as of a
    /// StatefulSet of one replica, is under way too.
    package func isUnderWay(to revision: String) -> Bool {
        guard directedTo == revision else { return false }
        return isJustRestarted || !isRolledOut && (pods.isEmpty || pods.contains { $0.wanted == revision })
    }

    /// Whether all its pods run with `revision` and are ready.
    package func isSettled(at revision: String) -> Bool {
        isRolledOut && runs(revision) && pods.allSatisfy(\.isReady)
    }

    /// Whether all its pods run with `revision`.
    package func runs(_ revision: String) -> Bool { !pods.isEmpty && pods.allSatisfy { $0.revision == revision } }

    /// Whether some of its pods run with `revision`.
    package func uses(_ revision: String) -> Bool { pods.contains { $0.revision == revision } }
}
