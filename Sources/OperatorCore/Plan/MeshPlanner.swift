internal import DataTree
package import FieldOwnership
internal import KubeAPI
package import ManifestRendering
internal import MeshAPI
package import MeshBase

/// Decides what to do about a mesh: a function of what is observed, what is wished and the time.
package struct MeshPlanner: Sendable {
    /// The name under which objects are applied.
    package static let manager = MeshNames.fieldManager

    /// How things stand.
    package let observation: MeshObservation
    /// What was set right before.
    package let history: RewriteHistory
    /// The time.
    package let now: Timestamp
    /// What is known to be as wanted; nil where nobody remembers.
    ///
    /// It spares comparisons and changes no plan.
    var matches: ObjectMatches?
    /// Whether nothing waits for what should be ready before: what is written keeps a mesh that was up.
    var isUpkeep = false

    /// Makes a planner.
    package init(observation: MeshObservation, history: RewriteHistory, now: Timestamp) {
        self.observation = observation
        self.history = history
        self.now = now
    }

    /// The plan for a mesh that is wished for.
    ///
    /// - Parameters:
    ///   - intent: what is asked for.
    ///   - blueprint: the objects of the mesh, completed.
    ///   - catalogue: the versions known.
    /// - Returns: the writes that may be made now, and how things stand.
    package func plan(intent: MeshIntent, blueprint: MeshBlueprint, catalogue: VersionCatalogue) -> MeshPlan {
        if intent.wishes.contains(.paused) { return MeshPlan(stage: .paused) }
        if let refusal = refusal(of: intent, catalogue: catalogue) { return MeshPlan(stage: .refused(refusal)) }
        return takenNames(blueprint, intent) ?? rollOut(intent: intent, blueprint: blueprint)
    }

    /// Why nothing may be written for `intent`, nil when it may.
    ///
    /// - Parameters:
    ///   - intent: what is asked for.
    ///   - catalogue: the versions known.
    ///   - survey: the revisions that are there; those that only wait for their retirement do not count as installed.
    /// - Returns: the first check that fails, nil when none does.
    package func refusal(
        of intent: MeshIntent,
        catalogue: VersionCatalogue,
        survey: RevisionSurvey = RevisionSurvey()
    ) -> Preflight.Refusal? {
        let kept = Set(survey.kept(besides: survey.stable?.slot.name).map(\.slot.name))
        var checks = Preflight(
            version: intent.version,
            catalogue: catalogue,
            kubernetes: observation.kubernetes,
            installed: observation.installedVersions(manager: Self.manager, apartFrom: kept),
            day: String(now.rfc3339.prefix(10))
        )
        checks.acceptsEndOfLife = observation.resource.annotations[MeshNames.Annotation.acceptEndOfLife] == "true"
        checks.acceptsKubernetes = observation.resource.annotations[MeshNames.Annotation.acceptKubernetes] == "true"
        return checks.refusal()
    }

    /// Whether the operator would write an object if it did not bear the annotation that keeps its hands off.
    private func isIgnored(_ id: ResourceID) -> Bool {
        observation.live[id].map(isHandsOff) == true && OwnedKind.of(id)?.removal == .always
    }

    // MARK: Rolling out

    /// The plan for a mesh whose way was looked at elsewhere.
    ///
    /// - Parameters:
    ///   - intent: what is asked for.
    ///   - blueprint: the objects of all revisions, completed.
    /// - Returns: the writes that may be made now, and how things stand.
    package func plan(intent: MeshIntent, blueprint: MeshBlueprint) -> MeshPlan {
        if intent.wishes.contains(.paused) { return MeshPlan(stage: .paused) }
        return takenNames(blueprint, intent) ?? rollOut(intent: intent, blueprint: blueprint)
    }

    private func rollOut(intent: MeshIntent, blueprint: MeshBlueprint) -> MeshPlan {
        var plan = MeshPlan(stage: .settled)
        plan.lent = lentDefinitions(blueprint, intent)
        plan.rivals = ForeignInjection(observation, blueprint).webhooks.map(\.text)
        let work = PhaseWork(
            blueprint: blueprint,
            version: intent.version,
            decider: ObjectDecider(manager: Self.manager, marks: observation.marks, history: history, now: now),
            autoscaled: Self.autoscaledWorkloads(blueprint),
            lent: Set(plan.lent)
        )
        let (awaited, failure) = walk(nil, work, into: &plan)
        if let failure { plan.stage = .stuck(failure) }
        for group in Set(blueprint.groups.values).sorted() {
            let (waits, fails) = walk(group, work, into: &plan)
            if let fails {
                plan.asides[group] = .stuck(fails)
            } else if let waits {
                plan.asides[group] = .working("waiting for \(waits)")
            }
        }
        plan.steps = recordsFirst(plan.steps, blueprint)
        let rest = rest(blueprint)
        let surplus = rest.filter(isSurplus)
        plan.surplus = surplus.map { ResourceID($0) }
        noteLeftAlone(rest, into: &plan)
        if let awaited {
            if plan.stage == .settled { plan.stage = .working("waiting for \(awaited)") }
        } else {
            prune(surplus, into: &plan)
        }
        finish(&plan)
        return plan
    }

    /// The writes with those first that write something down on an object that is there, before anything is done about it.
    ///
    /// A process that dies in between would otherwise leave what was done without a word why, and the next one would undo it.
    private func recordsFirst(_ steps: [MeshStep], _ blueprint: MeshBlueprint) -> [MeshStep] {
        func isRecord(_ step: MeshStep) -> Bool {
            guard case .apply(let write) = step, let live = observation.live[step.id] else { return false }
            return write.cause != .create && blueprint.urgent.contains(step.id) && hasVersion(live, of: write.object)
        }
        return steps.filter(isRecord) + steps.filter { !isRecord($0) }
    }

    /// Whether an object stays at its version: one that gets another, in place, waits for what it needs like all others.
    private func hasVersion(_ live: KubeObject, of wanted: KubeObject) -> Bool {
        live.annotation(MeshNames.Annotation.version) == wanted.annotation(MeshNames.Annotation.version)
    }

    /// What is the same for all objects of a plan.
    private struct PhaseWork {
        let blueprint: MeshBlueprint
        let version: String
        let decider: ObjectDecider
        let autoscaled: [ResourceID: Int64]
        let lent: Set<ResourceID>
    }

    /// Goes through the phases of one revision, nil for the main ones: what is awaited, and what failed for good.
    private func walk(
        _ group: String?,
        _ work: PhaseWork,
        into plan: inout MeshPlan
    ) -> (awaited: String?, failure: String?) {
        var awaited: String?
        var failure: String?
        for phase in work.blueprint.phases {
            var pending: [String] = []
            for object in phase where work.blueprint.groups[ResourceID(object)] == group {
                let id = ResourceID(object)
                let version = work.blueprint.versions[id] ?? work.version
                let decision =
                    work.lent.contains(id)
                    ? ObjectDecision(id: id, write: nil, yields: [])
                    : decide(object, version: version, work.decider, leastReplicas: work.autoscaled[id])
                plan.yields += decision.yields
                if isIgnored(id) { plan.ignored.append(id) }
                if let write = decision.write, write.cause != .claim { plan.differing.append(id) }
                let isRepair = decision.write.map { $0.cause == .drift || $0.cause == .claim } ?? false
                if let write = decision.write, !observation.isOutOfReach(id) {
                    // What is there is written at once where it is urgent; what is made waits for what it needs.
                    let isUrgent =
                        work.blueprint.urgent.contains(id)
                        && observation.live[id].map { hasVersion($0, of: write.object) } ?? false
                    let isNow = awaited == nil || isRepair || isUrgent || isUpkeep
                    if isNow { plan.steps.append(.apply(write)) }
                    pending.append("\(id) to be applied")
                } else if decision.write != nil, OwnedKind.of(id)?.holdsUpLaterPhases == true {
                    pending.append("\(id), which cannot be read or written; the condition Degraded says why")
                }
                let readiness = readiness(of: decision, work.blueprint, into: &plan)
                let trouble = readiness.isReady ? nil : observation.troubles[id]
                let more = trouble.map { " (\($0))" } ?? ""
                if group == nil { plan.troubles[id] = trouble }
                switch readiness {
                case .ready: continue
                case .waiting(let what): pending.append(what + more)
                case .failed(let why):
                    pending.append("\(id) to become ready" + more)
                    failure = why + more
                }
                // What cannot come up is told before what only takes its time.
                if trouble != nil, let last = pending.popLast() { pending.insert(last, at: 0) }
            }
            if awaited == nil, let first = pending.first {
                awaited = pending.count == 1 ? first : "\(first) and \(pending.count - 1) more"
            }
        }
        return (awaited, failure)
    }

    /// Whether the object of a decision does its part; notes what its controller says.
    private func readiness(
        of decision: ObjectDecision,
        _ blueprint: MeshBlueprint,
        into plan: inout MeshPlan
    ) -> ObjectReadiness {
        guard let live = observation.live[decision.id] else {
            return decision.write == nil ? .waiting("\(decision.id) to be made again") : .ready
        }
        let readiness = readiness(of: live, blueprint, mended: decision.write)
        plan.readiness[decision.id] = readiness
        if case .waiting(let why) = readiness {
            let name = "\(decision.id) "
            return .waiting(why.hasPrefix(name) ? "\(decision.id), which \(why.dropFirst(name.count))" : why)
        }
        return readiness
    }

    /// A control plane scaled to nothing is none, though its Deployment is as its controller wants it.
    ///
    /// Where a write asks for pods again it is drift on its way to be mended, and nobody has failed.
    private func readiness(
        of live: KubeObject,
        _ blueprint: MeshBlueprint,
        mended write: ObjectDecision.Write?
    ) -> ObjectReadiness {
        let (judged, id) = (ObjectReadiness.of(live), ResourceID(live))
        guard judged.isReady, live.kind == .deployment, blueprint.components[id]?.hasPrefix("pilot") == true,
            live.tree.value(at: "spec", "replicas")?.integer == 0
        else { return judged }
        if let write, !observation.isOutOfReach(id), write.object.tree.value(at: "spec", "replicas")?.integer != 0 {
            return .waiting("\(id) to be scaled up again")
        }
        return .failed(
            "\(id) has 0 replicas, so the mesh has no control plane; ask for 1 or more in "
                + "spec.components.pilot.k8s.replicaCount, hpaSpec.minReplicas or the overlay that sets them"
        )
    }

    private func decide(
        _ object: KubeObject,
        version: String,
        _ decider: ObjectDecider,
        leastReplicas: Int64?
    ) -> ObjectDecision {
        let id = ResourceID(object)
        let nothing = ObjectDecision(id: id, write: nil, yields: [])
        let live = observation.live[id]
        if let live {
            if OwnedKind.of(id)?.removal == .never || isHandsOff(live) || live.isDeleting { return nothing }
            if isSharedDefinition(live), let owner = live.annotations[MeshNames.Annotation.ownerUID],
                observation.otherOwners.contains(owner)
            {
                return nothing
            }
        }
        let marks = observation.marks
        let question = live.flatMap { live in
            ObjectMatches.Question(object, version: version, marks: marks, leastReplicas: leastReplicas, live: live)
        }
        if let question, matches?.holds(question, id) == true { return .match(id) }
        var circumstances = ObjectDecider.Circumstances()
        circumstances.isAutoscaled = leastReplicas != nil
        circumstances.leastReplicas = leastReplicas ?? 0
        circumstances.wasThere = observation.known.contains(id)
        circumstances.accepted = observation.accepted[id] ?? .init()
        let decision = decider.decide(marks.stamped(object, version: version), live: live, circumstances)
        if let question, decision.isMatch { matches?.note(question, id) }
        return decision
    }

    /// The workloads whose replicas an autoscaler of the blueprint sets, with the fewest it leaves them.
    static func autoscaledWorkloads(_ blueprint: MeshBlueprint) -> [ResourceID: Int64] {
        var result: [ResourceID: Int64] = [:]
        for scaler in blueprint.objects where scaler.kind.kind == "HorizontalPodAutoscaler" {
            guard let target = scaler.tree["spec"]?["scaleTargetRef"], let name = target["name"]?.string,
                let kind = target["kind"]?.string
            else { continue }
            let group = GroupVersionKind(apiVersion: target["apiVersion"]?.string ?? "apps/v1", kind: kind).group
            let id = ResourceID(group: group, kind: kind, key: ObjectKey(namespace: scaler.namespace, name: name))
            result[id] = scaler.tree["spec"]?["minReplicas"]?.integer ?? 1
        }
        return result
    }

    // MARK: Pruning

    /// What is ours and no longer rendered; what was never applied is not: it may be a copy that somebody made.
    private func rest(_ blueprint: MeshBlueprint) -> [KubeObject] {
        let wanted = Set(blueprint.objects.map { ResourceID($0) })
        return observation.ours(manager: Self.manager).filter { object in
            let id = ResourceID(object)
            return !wanted.contains(id) && OwnedKind.of(id)?.removal == .always
                && observation.marks.isMade(object, manager: Self.manager)
        }
    }

    /// Whether something of the rest goes: nothing that lost its marks, and nothing that may not be written.
    private func isSurplus(_ object: KubeObject) -> Bool {
        let id = ResourceID(object)
        return !isHandsOff(object) && !observation.refused.contains(id) && !observation.strays.contains(id)
    }

    /// Notes what of the rest stays.
    private func noteLeftAlone(_ rest: [KubeObject], into plan: inout MeshPlan) {
        let staying = rest.filter { !$0.isDeleting }
        plan.ignored += staying.filter(isHandsOff).map { ResourceID($0) }
        plan.strays = staying.filter { !isHandsOff($0) }.map { ResourceID($0) }.filter(observation.strays.contains)
    }

    /// Deletes what is ours and no longer rendered, once all that is rendered is ready.
    private func prune(_ surplus: [KubeObject], into plan: inout MeshPlan) {
        guard let wave = TeardownOrder(phases: [:]).firstWave(of: surplus) else { return }
        for object in wave where !object.isDeleting { plan.steps.append(.delete(object)) }
        plan.stage = .working("waiting for \(ResourceID(wave[0])) to be removed")
    }

    private func finish(_ plan: inout MeshPlan) {
        let (open, until) = history.contests(now: now)
        plan.contests = open
        let times = plan.yields.compactMap(\.until) + [until].compactMap(\.self)
        plan.lookAgain = times.min()
    }
}
