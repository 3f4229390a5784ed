package import KubeAPI
internal import ManifestRendering
package import MeshAPI
package import MeshBase
internal import RolloutControl
package import RolloutEngine
internal import UpgradePlanning

/// Everything an upgrade is decided from at one moment, and what is to be rendered as things stand: a function of what is observed.
package struct UpgradeScene: Sendable {
    /// What is asked for.
    package let spec: MeshOperatorSpec
    /// How the revisions stand.
    package let stand: UpgradeStand
    /// What is rendered as things stand, but for the gateways.
    package private(set) var composition: RevisionComposition
    /// The workloads; nil where nothing moves and nothing has.
    package let crowd: UpgradeCrowd?
    /// The gateways.
    package private(set) var gateways = UpgradeGateways.none
    /// What people ask for.
    package let wishes: RolloutObservation.Wishes
    /// The rules of the rollout.
    package let policy: RolloutPolicy
    /// Where tags stand.
    package let tags: TagView
    /// The tag by which namespaces get the new revision, where its own name is a tag that leads elsewhere.
    let alias: RevisionAlias?
    /// When people kept the rollout from going on last; nil for never, or where nobody remembers.
    package var released: Timestamp?
    /// The time.
    package let now: Timestamp

    /// Takes in what is observed.
    ///
    /// - Parameters:
    ///   - wish: what is asked for.
    ///   - observation: the objects of the mesh.
    ///   - now: the time.
    ///   - sight: namespaces, pods and those who run them; asked for only where something moves or has moved.
    package init(
        _ wish: UpgradeCourse.Wish,
        _ observation: MeshObservation,
        now: Timestamp,
        sight: () -> UpgradeCrowd.Sight
    ) {
        self.now = now
        spec = wish.spec
        policy = RolloutPolicy(wish.spec.upgrade)
        tags = TagView(observation.ours(manager: MeshPlanner.manager))
        let survey = RevisionSurvey(observation)
        let course = UpgradeCourse(wish, survey)
        let other = survey.underWay?.slot ?? course.target
        let tags = tags
        let pointers = Self.pointers(tags, survey, wish.spec)
        let taken = Set(wish.spec.tagNames + survey.revisions.map(\.slot.name))
        let alias = other.flatMap {
            RevisionAlias(for: $0, tags, pointers: pointers, taken: taken, foreign: wish.namesOfOthers)
        }
        self.alias = alias
        let hasDefault =
            course.stable.name == RevisionSlot.unnamed || survey.stable?.marks.hasDefaultTag == true
            || wish.spec.tagNames.contains(RevisionSlot.unnamed)
        var crowd: UpgradeCrowd?
        if other != nil || !survey.kept(besides: course.stable.name).isEmpty {
            var sides = UpgradeCrowd.Sides(
                stable: course.stable.name,
                new: other?.name ?? course.stable.name,
                tags: pointers
            )
            sides.isStableDefault = hasDefault && pointers[RevisionSlot.unnamed] == course.stable.name
            if let alias {
                sides.alias = alias
                sides.tags[alias.name] = alias.revision
            }
            if let record = survey.underWay?.marks.record, record.verdict != nil { sides.returning = record.began }
            sides.recent = survey.underWay?.marks.record.map { Self.recent(since: $0.began, now) }
            crowd = UpgradeCrowd(sight(), wish.spec.upgrade.workloads, sides)
        }
        self.crowd = crowd
        // A revision of the name `default` that the mesh has left answers for its own name, which nobody has to hold.
        let isLeft = !hasDefault && pointers[RevisionSlot.unnamed] == RevisionSlot.unnamed
        let tagged = Set(pointers.filter { !isLeft || $0.key != RevisionSlot.unnamed }.values)
        let used = Self.used(crowd, observation, pointers, tagged: tagged)
        let commands = RolloutCommands.spent.filter { wish.annotations[$0] != nil }
        stand = UpgradeStand(
            course,
            survey,
            rules: wish.spec.upgrade,
            now: now,
            hasCommands: !commands.isEmpty
        ) { used.contains($0) }
        var wishes = RolloutCommands(annotations: wish.annotations)
            .wishes(record: stand.record, isPaused: wish.spec.paused)
        if course.refusal != nil { wishes.isPaused = true }
        self.wishes = wishes
        composition = Self.composition(stand, wish.spec, tags, alias)
    }

    /// From when on a restart is so young that pods may not show it: within the step written down, and not longer ago than is waited for them.
    ///
    /// What is older and has not brought the pods about is restarted once more. Times of restarts are in whole seconds.
    private static func recent(since began: Timestamp, _ now: Timestamp) -> Timestamp {
        max(began, now.advanced(by: .zero - UpgradeCrowd.patience)) + .seconds(-1)
    }

    // MARK: What is rendered

    /// Where every tag leads by the webhooks that are there.
    private static func pointers(
        _ tags: TagView,
        _ survey: RevisionSurvey,
        _ spec: MeshOperatorSpec
    ) -> [String: String] {
        var result: [String: String] = [:]
        for tag in Set(spec.tagNames + [RevisionSlot.unnamed]) {
            let answering = tags.handover(of: tag).answering(tag, isInstalled: survey[tag] != nil)
            result[tag] = answering ?? survey.stable?.slot.name
        }
        return result
    }

    /// The revisions that pods, namespaces, gateways or tags refer to.
    private static func used(
        _ crowd: UpgradeCrowd?,
        _ observation: MeshObservation,
        _ pointers: [String: String],
        tagged: Set<String>
    ) -> Set<String> {
        var result = tagged
        for object in observation.live.values where object.kind == .deployment && !object.isDeleting {
            let component = object.labels[MeshNames.Label.component] ?? ""
            guard component.hasSuffix("Gateways"), let name = object.labels[MeshNames.Label.revision] else { continue }
            result.insert(name)
        }
        guard let crowd else { return result }
        result.formUnion(crowd.inventory.podsPerRevision.filter { $0.value > 0 }.keys)
        result.formUnion(crowd.sight.foreignTags.values)
        let choice = RevisionChoice(tags: pointers)
        for namespace in crowd.namespaces.values where !namespace.isDeleting {
            if let name = choice.revision(ofNamespace: namespace.labels) { result.insert(name) }
        }
        result.formUnion(crowd.sight.namedByTemplates(choice).values)
        // What names a revision of another mesh holds none of this one.
        return result.subtracting(crowd.sight.strangers)
    }

    private static func composition(
        _ stand: UpgradeStand,
        _ spec: MeshOperatorSpec,
        _ tags: TagView,
        _ alias: RevisionAlias?
    ) -> RevisionComposition {
        var result = RevisionComposition(settled: spec, version: stand.course.stable.version)
        let isSettledAsNamed =
            result.stable == stand.course.stable && stand.target == nil && stand.kept.isEmpty
            && stand.marks[stand.course.stable.name]?.promoted == nil
        // One revision under the name the spec says is what rendering the spec gives, tags and all.
        if isSettledAsNamed { return result }
        result = RevisionComposition(stable: stand.course.stable)
        result.target = stand.target
        result.kept = stand.kept
        result.sharedFrom = stand.main.name
        var names = spec.tagNames
        if stand.hasDefaultTag, !names.contains(RevisionSlot.unnamed) { names.append(RevisionSlot.unnamed) }
        for name in names {
            result.set(name, tags.handover(of: name))
            result = result.moving(tag: name, to: stand.main.name, isTrusted: tags.isTrusted(name))
        }
        if let alias, stand.target?.name == alias.revision {
            result.set(alias.name, tags.handover(of: alias.name))
            result = result.moving(tag: alias.name, to: alias.revision, isTrusted: tags.isTrusted(alias.name))
        }
        return result
    }

    /// Whether every tag leads to the main revision and its move is over.
    package var haveTagsArrived: Bool {
        tagNames.allSatisfy { name in
            tags.handover(of: name) == TagHandover(to: stand.main.name, name == stand.main.name ? .own : .moved)
        }
    }

    /// The tags of the mesh, with that of namespaces labelled `istio-injection=enabled`.
    var tagNames: [String] { spec.tagNames + (stand.hasDefaultTag ? [RevisionSlot.unnamed] : []) }

    /// The same with a decision written down.
    package func composition(after next: UpgradeStand) -> RevisionComposition {
        var result = Self.composition(next, spec, tags, alias)
        result.gateways = composition.gateways
        return result
    }

    /// Takes in the gateways.
    ///
    /// - Parameters:
    ///   - bounds: how many pods each may have, as rendered for the stable revision.
    ///   - live: the objects of the mesh.
    package mutating func place(_ bounds: [GatewayID: GatewayBounds], live: [ResourceID: KubeObject]) {
        let rules = UpgradeGateways.Rules(
            spec.upgrade.gateways,
            // Without a rollout, what is still elsewhere after the last one goes to the stable revision.
            weight: stand.isPromoting || stand.target == nil ? 100 : weight,
            from: stand.target == nil ? nil : stand.course.stable.name,
            to: stand.target?.name ?? stand.course.stable.name
        )
        gateways = UpgradeGateways(bounds, live: live, rules, spec)
        composition.gateways = gateways.shares
    }

    /// The workloads whose pods all run with a revision, and the Deployments that run gateways with it, by name; nil while nothing
    /// moves.
    package func workloads(on revision: String) -> [ObjectKey]? {
        guard let crowd else { return nil }
        let apps = crowd.inventory.workloads.filter { workload in
            !workload.pods.isEmpty && workload.pods.allSatisfy { $0.revision == revision }
        }
        let entries = gateways.gateways.flatMap { gateway in
            gateway.share.sides.filter { $0.revision == revision }.map { side in
                ObjectKey(namespace: gateway.id.namespace, name: side.deployment(of: gateway.id))
            }
        }
        return apps.map(\.id.key) + entries
    }

    // MARK: What is decided

    /// The share of the step that is written down, in percent; 0 before the first, and on the way back.
    ///
    /// A failure that waits for a person moves nothing.
    package var weight: Int {
        guard let record = stand.record else { return 0 }
        if let verdict = record.verdict {
            let isWanted = verdict.cause.goesBackByItself || wishes.abort != nil
            if isWanted || policy.rollback == .automatic { return 0 }
        }
        return policy.weight(of: record)
    }

    /// What the engine decides from, but for gates and times.
    ///
    /// - Parameter plan: the plan made for the present composition, which tells whether the new revision is up.
    /// - Returns: all but gates and times.
    package func observation(_ plan: MeshPlan) -> RolloutObservation {
        var result = RolloutObservation(target: stand.wanted)
        result.record = stand.record
        result.wishes = wishes
        result.targetState = targetState(plan)
        result.parts = gateways.parts
        guard let crowd else { return result }
        if result.record?.verdict != nil {
            result.parts += crowd.returnParts
            let troubles = plan.troubles.sorted { $0.key < $1.key }.map { "\($0.key) does not come up: \($0.value)" }
            let trouble = troubles.isEmpty ? nil : StageText.joined(troubles, most: 3)
            result.obstacle = crowd.returnObstacle ?? trouble.map { .init($0) }
            return result
        } else {
            result.parts.append(result.record == nil ? crowd.moves.part : crowd.part(at: weight))
            result.obstacle = crowd.obstacle(at: weight, now: now)
        }
        if result.obstacle == nil, case .working(let awaited) = plan.stage, result.record?.step ?? -1 >= 0 {
            result.obstacle = .init("the mesh in use is not settled: \(awaited)")
        }
        return result
    }

    private func targetState(_ plan: MeshPlan) -> RolloutObservation.TargetState {
        guard let slot = stand.target else { return .ready }
        switch plan.asides[slot.name] {
        case .stuck(let why)?: return .failed(why)
        case .working(let awaited)?: return .waiting(awaited.replacing("waiting for ", with: ""))
        default: break
        }
        if let missing = tags.distrust(of: slot.name) { return .waiting(missing) }
        guard let alias, !stand.isPromoting, stand.record?.verdict == nil,
            tags.handover(of: alias.name) != TagHandover(to: alias.revision, .moved)
        else { return .ready }
        return .waiting("tag \(alias.name) to lead to revision \(alias.revision)")
    }

    /// What a decision lets be moved now.
    package func turn(_ decision: RolloutDecision) -> UpgradeTurn {
        guard let crowd, stand.target != nil else { return UpgradeTurn() }
        switch (decision.action, decision.reason) {
        case (.move, _), (.hold, .settling), (.hold, .holding), (.hold, .awaitingApproval), (.hold, .awaitingGate):
            return crowd.forward(to: weight, now: now)
        case (.restore, _): return crowd.back(now: now)
        default: return UpgradeTurn()
        }
    }
}

extension MeshBlueprint {
    /// The blueprint with objects of revisions other than the main one set apart, so that nothing waits for them.
    package func apart(from main: RevisionSlot, _ slots: [RevisionSlot]) -> MeshBlueprint {
        var result = self
        var names: [String: String] = [:]
        for slot in slots where slot.name != main.name { names[slot.version] = slot.name }
        for object in objects {
            let id = ResourceID(object)
            guard let version = versions[id], version != main.version, let name = names[version] else { continue }
            let isGateway = components[id]?.contains("Gateways/") ?? false
            result.groups[id] = isGateway ? "\(name) gateways" : name
        }
        return result
    }
}
