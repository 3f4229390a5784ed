package import KubeAPI

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

        /// Whether it should have a sidecar and has none.
        package var lacksSidecar: Bool { wanted != nil && revision == nil }
    }

    /// Its name.
    package let id: ResourceID
    /// Its pods that are not being deleted, by name.
    package var pods: [Pod]
    /// Whether it may be restarted.
    package var restart: Restart
    /// The revision its pods were last restarted for by the operator.
    package var directedTo: String?
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

    /// Whether its pods are to run with `revision`: it was restarted for it, or runs with it already.
    package func isMoved(to revision: String) -> Bool {
        directedTo == revision || (!pods.isEmpty && pods.allSatisfy { $0.revision == revision })
    }

    /// Whether all its pods run with `revision` and are ready.
    package func isSettled(at revision: String) -> Bool {
        isRolledOut && isMoved(to: revision) && pods.allSatisfy { $0.revision == revision && $0.isReady }
    }

    /// Whether some of its pods run with `revision`.
    package func uses(_ revision: String) -> Bool { pods.contains { $0.revision == revision } }
}
