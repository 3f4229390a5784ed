internal import DataTree
package import FieldOwnership
package import KubeAPI
package import MeshBase

/// What is to be done about one desired object.
package struct ObjectDecision: Sendable, Hashable {
    /// Why an object is applied.
    package enum Cause: String, Sendable, Hashable, CaseIterable {
        /// It is not there.
        case create
        /// It was taken over.
        case adopt
        /// Something else is wanted than was applied last.
        case change
        /// Somebody changed it.
        case drift
        /// It is as wanted, but not all of it is recorded as ours.
        case claim
    }

    /// A write.
    package struct Write: Sendable, Hashable {
        /// What is sent.
        package var object: KubeObject
        /// Why.
        package let cause: Cause
        /// Whether fields that others own are taken from them.
        package let takesFields: Bool
        /// The fields that somebody else changed, and who.
        package let rewritten: [RewriteHistory.Contest]
        /// What it was decided from; nil for an object that is made.
        package var base: KubeObject?
        /// Fields of others that exclude ours and have to go.
        var taken: [FieldPlace] = []

        /// A patch to send first: it takes over fields that exclude ours (``FieldTakeover``); nil where none do.
        var takeover: Tree? {
            guard let base, !taken.isEmpty else { return nil }
            return FieldTakeover.patch(taken, of: base, for: MeshPlanner.manager)
        }

        /// The same write for another version of the object.
        func based(on fresh: KubeObject) -> Write {
            var result = self
            result.object.resourceVersion = fresh.resourceVersion
            result.base = fresh
            return result
        }
    }

    /// A field that is left to somebody else although we want another value.
    package struct Yield: Sendable, Hashable {
        /// The field and who has it.
        package let contest: RewriteHistory.Contest
        /// When we try again; nil when the other has a lasting claim.
        package let until: Timestamp?
    }

    /// The object concerned.
    package let id: ResourceID
    /// What is written; nil when nothing needs to be.
    package let write: Write?
    /// What is left to others and worth telling.
    package let yields: [Yield]
    /// Whether the object was compared and is as it is wanted in every field, so that neither time nor what is remembered counts.
    package private(set) var isMatch = false

    /// The decision about an object that is as it is wanted.
    static func match(_ id: ResourceID) -> ObjectDecision {
        var decision = ObjectDecision(id: id, write: nil, yields: [])
        decision.isMatch = true
        return decision
    }
}

/// Decides about desired objects one at a time.
package struct ObjectDecider: Sendable {
    /// How a desired object stands to its surroundings.
    package struct Circumstances: Sendable, Hashable {
        /// Whether an autoscaler sets the replicas.
        package var isAutoscaled = false
        /// The fewest replicas the autoscaler leaves; it does not act on a workload that somebody scaled to 0.
        package var leastReplicas: Int64 = 0
        /// Whether the object was there before.
        package var wasThere = false
        /// Values the API server, or admission, gave our fields in place of ours.
        package var accepted: AcceptedValues = .init()

        /// Makes plain circumstances.
        package init() {}
    }

    /// A version that no object ever has, since a store's first write comes after it.
    ///
    /// An apply based on it creates an object and never touches one that is there, which the cache may not show yet: the API
    /// server refuses it as a conflict, forced or not.
    package static let versionOfNothing = "1"

    /// The name under which we apply.
    package let manager: String
    /// Whose the objects are.
    package let marks: OwnershipMarks
    /// What was set right before.
    package let history: RewriteHistory
    /// The time.
    package let now: Timestamp

    /// Makes a decider.
    package init(manager: String, marks: OwnershipMarks, history: RewriteHistory, now: Timestamp) {
        self.manager = manager
        self.marks = marks
        self.history = history
        self.now = now
    }

    /// Decides about `desired`, stamped with our marks, of which `live` is what is there.
    package func decide(
        _ desired: KubeObject,
        live: KubeObject?,
        _ circumstances: Circumstances = .init()
    ) -> ObjectDecision {
        let id = ResourceID(desired)
        guard let live else { return creation(desired, id, wasThere: circumstances.wasThere) }
        var wanted = handOver(desired, live, circumstances)
        let comparison = ObjectComparison(manager: manager)
        let ownership = ObjectOwnership(live)
        let cause = cause(of: desired, live, ownership)
        var judged = Judged(mark: ContestMark(live))
        keepMark(of: live, ownership, in: &wanted)
        let differences = comparison.differences(desired: wanted, live: live)
        let displaced = DisplacedElements.clashes(
            desired: wanted,
            live: live,
            ownership,
            manager: manager,
            isDrift: cause == .drift
        )
        let clashes = ExclusiveFields.clashes(desired: wanted, live: live) + displaced
        guard !differences.isEmpty || !clashes.isEmpty else { return .match(id) }
        for clash in clashes { judge(clash, id, ownership, cause: cause, into: &judged) }
        for difference in differences {
            judge(difference, id, ownership, cause: cause, into: &judged)
        }
        for (place, value) in judged.spelled { wanted.tree = wanted.tree.replacing(place, with: value) }
        for place in judged.leftOut { wanted.tree = wanted.tree.removing(place) }
        let rest = comparison.differences(desired: wanted, live: live)
            .filter { !circumstances.accepted.covers($0, digest: Digest.on(desired)) }
        guard !rest.isEmpty || !judged.taken.isEmpty else {
            return ObjectDecision(id: id, write: nil, yields: judged.yields)
        }
        let isClaim = cause == .drift && judged.taken.isEmpty && rest.allSatisfy { $0.kind == .unclaimed }
        wanted.resourceVersion = live.resourceVersion
        let rewritten = cause == .drift ? judged.rewritten : []
        wanted.annotations[ContestMark.annotation] = mark(judged.mark, rewritten).text
        var write = ObjectDecision.Write(
            object: wanted,
            cause: isClaim ? .claim : cause,
            takesFields: judged.takesFields || cause == .adopt,
            rewritten: rewritten,
            base: live
        )
        write.taken = judged.taken
        return ObjectDecision(id: id, write: write, yields: judged.yields)
    }

    /// Takes the mark of a fight as it is, so that it is never a reason to write.
    private func keepMark(of live: KubeObject, _ ownership: ObjectOwnership, in wanted: inout KubeObject) {
        let place = FieldPlace(fields: "metadata", "annotations", ContestMark.annotation)
        guard ownership.applied(by: manager)?.owns(place) == true else { return }
        wanted.annotations[ContestMark.annotation] = live.annotations[ContestMark.annotation]
    }

    /// The mark that goes with a write by which `rewritten` is set right.
    private func mark(_ old: ContestMark, _ rewritten: [RewriteHistory.Contest]) -> ContestMark {
        var mark = old
        mark.expire(now: now)
        for contest in rewritten
        where mark.isOpen(contest.manager, now: now) || history.isLastRound(contest, now: now) {
            mark.renew(contest.manager, now: now)
        }
        return mark
    }

    private struct Judged {
        let mark: ContestMark
        var leftOut: [FieldPlace] = []
        /// Values that mean the same in other words: claiming them in those words is no conflict.
        var spelled: [(FieldPlace, Tree)] = []
        var yields: [ObjectDecision.Yield] = []
        var rewritten: [RewriteHistory.Contest] = []
        var takesFields = false
        /// Fields of others that exclude ours, to be removed.
        var taken: [FieldPlace] = []
        /// Fields of ours that come back with that.
        var excluded: [FieldPlace] = []
    }

    /// What excludes ours goes, like a value that somebody changed, unless its owner has a lasting claim or keeps bringing it back: then ours
    /// is left out.
    private func judge(
        _ clash: FieldClash,
        _ id: ResourceID,
        _ ownership: ObjectOwnership,
        cause: ObjectDecision.Cause,
        into judged: inout Judged
    ) {
        let owners = ownership.others(than: manager, owning: clash.theirs)
        // What is ours alone goes with the apply itself.
        if owners.isEmpty, ownership.applied(by: manager)?.owns(clash.theirs) == true { return }
        let owner = owners.first?.manager ?? ownership.writer(around: clash.theirs, after: manager) ?? "unknown"
        let contest = RewriteHistory.Contest(id: id, place: clash.theirs, manager: owner)
        let isClaimed = cause != .adopt && owners.contains(where: Self.isClaim)
        let until = cause == .drift ? wait(contest, judged.mark) : nil
        if isClaimed || until != nil {
            judged.leftOut.append(clash.ours)
            judged.yields.append(.init(contest: contest, until: isClaimed ? nil : until))
            return
        }
        judged.rewritten.append(contest)
        judged.taken.append(clash.theirs)
        judged.excluded.append(clash.ours)
    }

    /// Whether an owner is somebody who lastingly wants what it applied.
    ///
    /// The controller of Kubernetes that fills ClusterRoles which aggregate others applies too, for whoever made the role such a one; none of
    /// the mesh is.
    private static func isClaim(_ owner: OwnershipRecord) -> Bool {
        owner.isApplied && owner.manager != "clusterrole-aggregation-controller"
    }

    private func creation(_ desired: KubeObject, _ id: ResourceID, wasThere: Bool) -> ObjectDecision {
        let contest = RewriteHistory.Contest(id: id, place: .root, manager: "unknown")
        if case .wait(let until) = history.verdict(contest, now: now) {
            return ObjectDecision(id: id, write: nil, yields: [.init(contest: contest, until: until)])
        }
        var desired = desired
        desired.resourceVersion = Self.versionOfNothing
        let write = ObjectDecision.Write(
            object: desired,
            cause: .create,
            takesFields: false,
            rewritten: wasThere ? [contest] : []
        )
        return ObjectDecision(id: id, write: write, yields: [])
    }

    /// Why there is something to write: a digest that somebody took off, or wrote over, tells of his change and not of ours.
    private func cause(
        of desired: KubeObject,
        _ live: KubeObject,
        _ ownership: ObjectOwnership
    ) -> ObjectDecision.Cause {
        guard marks.verdict(on: live, manager: manager) == .ours else { return .adopt }
        guard Digest.on(desired) != Digest.on(live) else { return .drift }
        return ownership.applied(by: manager)?.owns(Digest.place) == true ? .change : .drift
    }

    private func judge(
        _ difference: FieldDifference,
        _ id: ResourceID,
        _ ownership: ObjectOwnership,
        cause: ObjectDecision.Cause,
        into judged: inout Judged
    ) {
        guard difference.kind != .surplus, !judged.leftOut.contains(where: difference.place.isWithin) else { return }
        let owners = ownership.others(than: manager, owning: difference.place)
        if owners.isEmpty, judged.excluded.contains(where: difference.place.isWithin) { return }
        let kind = GroupVersionKind(group: id.group, version: "", kind: id.kind)
        if !owners.isEmpty, SharedField.isShared(difference.place, of: kind) {
            judged.leftOut.append(difference.place)
            return
        }
        guard difference.kind != .unclaimed else {
            if let live = difference.live, let desired = difference.desired, live != desired, live.object == nil {
                judged.spelled.append((difference.place, live))
            }
            return
        }
        if cause != .adopt, difference.kind == .changed, let applier = owners.first(where: Self.isClaim) {
            let contest = RewriteHistory.Contest(id: id, place: difference.place, manager: applier.manager)
            judged.leftOut.append(difference.place)
            judged.yields.append(.init(contest: contest, until: nil))
            return
        }
        let manager = owners.first?.manager ?? ownership.writer(around: difference.place, after: manager) ?? "unknown"
        let contest = RewriteHistory.Contest(id: id, place: Self.contested(difference), manager: manager)
        if cause == .drift, let until = wait(contest, judged.mark) {
            judged.leftOut.append(difference.place)
            judged.yields.append(.init(contest: contest, until: until))
            return
        }
        // One write counts once, however many labels it took off.
        if !judged.rewritten.contains(contest) { judged.rewritten.append(contest) }
        judged.takesFields = judged.takesFields || !owners.isEmpty
    }

    /// What a difference is remembered by: labels and annotations that somebody took off are one thing each, however many they are.
    ///
    /// Who replaces a whole object takes them all off, and which of them are there in between would make each round another fight.
    private static func contested(_ difference: FieldDifference) -> FieldPlace {
        guard difference.live == nil else { return difference.place }
        let maps = ["labels", "annotations"].map { FieldPlace(fields: "metadata", $0) }
        return maps.first(where: difference.place.isWithin) ?? difference.place
    }

    /// Until when a field that is fought over is left as it is, by what is remembered and by what the object says.
    private func wait(_ contest: RewriteHistory.Contest, _ mark: ContestMark) -> Timestamp? {
        let verdicts = [history.verdict(contest, now: now), mark.verdict(contest.manager, now: now)]
        return verdicts.compactMap { if case .wait(let until) = $0 { until } else { nil } }.max()
    }

    /// Leaves replicas to the autoscaler without letting them drop in between.
    ///
    /// As long as the replicas are ours alone, giving them up would set them to 1: they are applied as they are until the
    /// autoscaler has written them.
    ///
    /// A workload scaled to 0 is set to the fewest replicas: an autoscaler leaves it off for good.
    private func handOver(_ desired: KubeObject, _ live: KubeObject, _ circumstances: Circumstances) -> KubeObject {
        guard circumstances.isAutoscaled else { return desired }
        let place = FieldPlace(fields: "spec", "replicas")
        let ownership = ObjectOwnership(live)
        var result = desired
        result.tree = result.tree.removing(place)
        if circumstances.leastReplicas > 0, live.tree.value(at: place)?.integer == 0 {
            result.tree.set(.integer(circumstances.leastReplicas), at: ["spec", "replicas"])
            return result
        }
        guard ownership.applied(by: manager)?.owns(place) == true,
            ownership.others(than: manager, owning: place).isEmpty,
            let replicas = live.tree.value(at: place)
        else { return result }
        result.tree.set(replicas, at: ["spec", "replicas"])
        return result
    }
}
