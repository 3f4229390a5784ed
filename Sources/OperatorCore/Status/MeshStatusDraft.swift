internal import DataTree
package import KubeAPI
package import MeshAPI
package import MeshBase

/// Writes down how a mesh stands: a function of what was planned and done.
package struct MeshStatusDraft: Sendable {
    /// The type of the condition that names fields others keep.
    package static let fieldConflict = "FieldConflict"

    /// The MeshOperator, with the status it has.
    package let resource: KubeObject
    /// The plan made last.
    package let plan: MeshPlan
    /// What is asked for, nil where it cannot be read.
    package let intent: MeshIntent?
    /// The objects of the mesh, nil where there are none.
    package var blueprint: MeshBlueprint?
    /// How things stand.
    package let observation: MeshObservation
    /// What was refused.
    package var failures: [StepFailure] = []
    /// The kinds that may not be read.
    package var obstacles: [StepFailure] = []
    /// Whether something was changed on purpose since the status was written last.
    package var isChanging = false
    /// How a paused mesh stands to what is rendered; nil where that is not known.
    var drift: HeldDrift?
    /// What came of an upgrade, nil where there is none.
    var upgrade: UpgradeReport?
    /// The time.
    package let now: Timestamp

    /// Describes what happened.
    package init(
        resource: KubeObject,
        plan: MeshPlan,
        intent: MeshIntent?,
        observation: MeshObservation,
        now: Timestamp
    ) {
        self.resource = resource
        self.plan = plan
        self.intent = intent
        self.observation = observation
        self.now = now
    }

    /// The status as it was; of one that somebody wiped, the version that has been up as far as can be seen.
    var previous: MeshOperatorStatus {
        var status = MeshOperatorStatus(lenient: resource.tree["status"] ?? .null)
        let begun: [MeshPhase] = [.installing, .failed, .paused, .deleting]
        guard status.version == nil, !begun.contains(where: { $0 == status.phase }) else { return status }
        status.version = observation.versionSeenUp
        return status
    }

    var generation: Int64 { resource.generation ?? 0 }

    /// How many proxies are of another version than is asked for; they have the old one until their workloads are restarted.
    var behind: Int {
        guard let intent, resource.tree.value(at: "spec", "tag")?.string?.isEmpty ?? true else { return 0 }
        return observation.usage.behind(intent.version)
    }

    /// The status to show.
    package func status() -> MeshOperatorStatus {
        var status = previous
        if case .refused = plan.stage { status.leaveOut(RevisionSurvey(observation)) }
        status.observedGeneration = generation
        status.phase = phase
        var absent: Set<String> = []
        if let intent {
            status.targetVersion = intent.version
            status.targetRevision = intent.revision
        }
        if let blueprint, let intent {
            let parts = MeshParts(blueprint: blueprint, plan: plan, observation: observation)
            (status.components, absent) = (parts.components, parts.absent)
            status.gateways = parts.gateways(revision: intent.revision)
            let others = otherVersions(than: intent.version)
            let isUp = plan.stage == .settled && LeftAlone(self).obstacle == nil
            status.version = others.first ?? (isUp ? intent.version : status.version)
            if plan.stage == .settled { status.revision = intent.revision }
            if plan.stage == .settled, blueprint.isEmpty { (status.version, status.revision) = (nil, nil) }
            let running = status.version ?? (plan.readiness.isEmpty ? nil : intent.version)
            status.revisions = running.map { [parts.revision(intent.revision, version: $0)] } ?? []
            let proxies = observation.usage.pods.count
            status.proxies = "\(proxies - behind)/\(proxies)"
            status.plan = wayAhead(intent)
        }
        if resource.isDeleting {
            LeavingMesh(observation: observation, blueprint: blueprint, absent: absent)
                .show(in: &status, previous: previous)
        }
        if blueprint == nil || intent == nil || plan.stage.isInUse, let standing = StandingMesh(of: self) {
            let asked = status.components.isEmpty ? nil : drift?.components
            status.components = asked ?? standing.components
        }
        setConditions(&status)
        status.takeNotes(self)
        if let upgrade, let blueprint {
            let words = UpgradeStatusDraft(draft: self, upgrade: upgrade, blueprint: blueprint)
            if plan.stage == .paused { words.addHeld(to: &status) } else { words.add(to: &status) }
        }
        return status
    }

    /// Where the mesh stands in its life.
    private var phase: MeshPhase {
        switch plan.stage {
        case .invalid, .refused, .notOwned: return .failed
        case .paused: return .paused
        case .removing, .removed, .inUse: return .deleting
        case .settled:
            return failures.isEmpty && obstacles.isEmpty && LeftAlone(self).obstacle == nil ? .ready : .degraded
        case .working, .stuck: break
        }
        if failures.contains(where: \.isBlocking) || plan.lacksPods(observation) {
            return previous.version == nil ? .failed : .degraded
        }
        if previous.version == nil { return .installing }
        if let intent, !otherVersions(than: intent.version).isEmpty || previous.version != intent.version {
            return .upgrading
        }
        switch previous.phase {
        case .upgrading?: return .upgrading
        case .updating?: return .updating
        case .installing?: return .installing
        default: return isChanging || previous.observedGeneration != generation ? .updating : .degraded
        }
    }

    func otherVersions(than target: String) -> [String] {
        observation.installedVersions(manager: MeshPlanner.manager).filter { $0 != target }
    }

    private func wayAhead(_ intent: MeshIntent) -> MeshOperatorStatus.Plan? {
        guard case .working(let awaited) = plan.stage else { return nil }
        var way = MeshOperatorStatus.Plan()
        way.hops = [intent.version]
        way.progress.waitingFor = awaited
        return way
    }
}
