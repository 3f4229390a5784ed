internal import KubeAPI

/// What a control plane is for besides the stable one, written on its Deployment for people who look at it.
///
/// Nothing is decided from it: ``RevisionSurvey`` tells the revisions apart by their records. The stable revision bears no mark, so that
/// its Deployment is as it is without an upgrade.
enum RevisionRole: String, Sendable {
    /// The annotation on the Deployment.
    static let annotation = "meshoperator.io/revision-role"

    /// What the mesh moves to.
    case target
    /// Finished or failed, still used.
    case kept

    /// The role of a revision in a composition, nil for the stable one.
    init?(of name: String, in composition: RevisionComposition) {
        guard name != composition.stable.name else { return nil }
        self = name == composition.target?.name ? .target : .kept
    }

    /// The Deployment of a control plane with its role.
    static func marked(_ object: KubeObject, _ role: RevisionRole?) -> KubeObject {
        guard let role else { return object }
        var result = object
        result.annotations[annotation] = role.rawValue
        return result
    }
}
