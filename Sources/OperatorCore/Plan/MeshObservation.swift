internal import DataTree
internal import FieldOwnership
package import KubeAPI
internal import MeshAPI

/// How things stand, as far as a plan needs to know.
package struct MeshObservation: Sendable {
    /// The MeshOperator.
    package var resource: KubeObject
    /// The objects that are there: all that bear our label, and all under names we would use.
    package var live: [ResourceID: KubeObject]
    /// Who uses our revision.
    package var usage = RevisionUsage()
    /// The UIDs of other MeshOperators.
    package var otherOwners: Set<String> = []
    /// The other MeshOperators with their injection webhooks, as far as they were looked at.
    var neighbours: [MeshNeighbour] = []
    /// The injection webhooks that no MeshOperator made, as far as they were looked at.
    var injectors: [KubeObject] = []
    /// The cluster's version, nil while not known.
    package var kubernetes: String?
    /// The objects that were there before, as far as this process knows.
    package var known: Set<ResourceID> = []
    /// The components that objects belonged to when they could be rendered last, as far as this process knows.
    package var parts: [ResourceID: String] = [:]
    /// Differences that applies left behind.
    package var accepted: [ResourceID: AcceptedValues] = [:]

    /// What keeps pods of the present template of workloads from coming up, in words, by the workload.
    package var troubles: [ResourceID: String] = [:]

    /// The kinds of which nothing could be read, since that is forbidden.
    package var unread: Set<OwnedKind> = []
    /// The objects that the operator was not allowed to write in this reconcile.
    package var refused: Set<ResourceID> = []
    /// The names that other MeshOperators render, as far as this process knows; nil where it does not know of all of them.
    var othersNames: Set<ResourceID>?
    /// Objects that lost their marks and are ours all the same.
    package internal(set) var strays: Set<ResourceID> = []
    /// Objects that lost their marks and are rendered by no MeshOperator, beside several: whose they were is not known.
    var orphans: Set<ResourceID> = []
    /// Whether nobody can tell who uses our revision, since pods or namespaces may not be read.
    package var isUsageUnknown = false

    /// Describes what was observed.
    package init(resource: KubeObject, live: [ResourceID: KubeObject] = [:]) {
        self.resource = resource
        self.live = live
    }

    /// The marks of the MeshOperator.
    package var marks: OwnershipMarks {
        var marks = OwnershipMarks(owner: resource.name, uid: resource.uid ?? "")
        marks.strays = strays
        return marks
    }

    /// Whether `id` is to be left as it is for now, since it may not be read or written.
    package func isOutOfReach(_ id: ResourceID) -> Bool {
        refused.contains(id) || OwnedKind.of(id).map { unread.contains($0) } ?? false
    }

    /// The objects that are ours, in order.
    package func ours(manager: String) -> [KubeObject] {
        let marks = marks
        return live.sorted { $0.key < $1.key }.map(\.value).filter { marks.verdict(on: $0, manager: manager) == .ours }
    }

    /// The versions our workloads were rendered for, each once; what somebody else wrote there does not count.
    ///
    /// - Parameters:
    ///   - manager: the name under which we apply.
    ///   - revisions: revisions whose workloads do not count.
    /// - Returns: the versions, sorted.
    package func installedVersions(manager: String, apartFrom revisions: Set<String> = []) -> [String] {
        let workloads = ours(manager: manager).filter { object in
            ObjectReadiness.isWorkload(object.kind) && !object.isDeleting
                && !(object.label(MeshNames.Label.revision).map { revisions.contains($0) } ?? false)
        }
        let place = FieldPlace(fields: "metadata", "annotations", MeshNames.Annotation.version)
        let versions = workloads.compactMap { workload -> String? in
            guard ObjectOwnership(workload).applied(by: manager)?.owns(place) == true else { return nil }
            return workload.annotation(MeshNames.Annotation.version)
        }
        return Array(Set(versions)).sorted()
    }

    /// The first version whose workloads are there, once a control plane has been up, which then wrote its certificate into a webhook.
    var versionSeenUp: String? {
        let hasCertificate = ours(manager: MeshPlanner.manager).contains { object in
            guard object.kind == .mutatingWebhookConfiguration else { return false }
            let ownership = ObjectOwnership(object)
            return (object.tree["webhooks"]?.array ?? []).contains { entry in
                let key = FieldStep.key(["name": entry["name"] ?? .null])
                let place = FieldPlace([.field("webhooks"), key, .field("clientConfig"), .field("caBundle")])
                return !ownership.others(than: MeshPlanner.manager, owning: place).isEmpty
            }
        }
        return hasCertificate ? installedVersions(manager: MeshPlanner.manager).first : nil
    }
}
