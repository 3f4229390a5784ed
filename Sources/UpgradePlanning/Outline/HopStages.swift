package import KubeAPI

/// The objects of a mesh on both sides of a hop, as the operator applies them: the old revision alone, and the new one alone once
/// the old is retired.
///
/// Whatever is there in between is there on one of the two sides: a canary puts the new side's objects beside the old ones first, and
/// takes the old ones away last.
package struct HopStages: Sendable, Hashable {
    /// The revision that the hop leaves.
    package var oldRevision: String
    /// The revision it leads to: the same where the version changes in place.
    package var newRevision: String
    /// What is there before the hop.
    package var before: [KubeObject]
    /// What is there once the old revision is retired.
    package var after: [KubeObject]

    /// Describes a hop.
    package init(from oldRevision: String, to newRevision: String, before: [KubeObject], after: [KubeObject]) {
        (self.oldRevision, self.newRevision) = (oldRevision, newRevision)
        (self.before, self.after) = (before, after)
    }
}

/// Why the objects of a version cannot be told.
package struct HopStageError: Error, Sendable, Hashable {
    /// The version.
    package var version: String
    /// Why, for people: field, value and remedy.
    package var text: String

    /// Describes a failure.
    package init(version: String, text: String) {
        (self.version, self.text) = (version, text)
    }
}

/// Gives the stages of hops that follow each other, one answer for each hop.
package typealias HopStaging = ([HopPlan.Hop]) -> [Result<HopStages, HopStageError>]

/// What a cluster shows of the revisions of a mesh.
package struct RevisionSituation: Sendable, Hashable {
    /// The revision that serves what has not moved; nil where the cluster does not tell.
    package var stable: String?
    /// The version of each revision that is there, by its name.
    package var revisions: [String: String] = [:]
    /// The tags that have an object.
    package var tags: Set<String> = []

    /// Nothing is known.
    package init() {}
}
