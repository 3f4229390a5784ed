internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import UpgradePlanning

/// Finding out, before an upgrade starts, what it changes and what stands against it.
extension UpgradeDriver {
    /// How long what was found out counts while it keeps an upgrade from starting.
    private static let freshness = Duration.seconds(60)

    /// Looks at the cluster once before an upgrade starts, or one that failed starts anew, and now and then while it may not; keeps what
    /// was found.
    ///
    /// - Parameters:
    ///   - wish: what is asked for.
    ///   - run: what this reconcile knows.
    ///   - isBeginning: whether one is about to start although another is still written down.
    /// - Throws: `KubeError` when mesh configuration cannot be listed for now.
    func findOut(_ wish: UpgradeCourse.Wish, _ run: inout MeshRun, isBeginning: Bool = false) async throws {
        let observation = mesh.observe(run)
        let survey = RevisionSurvey(observation)
        let course = UpgradeCourse(wish, survey)
        guard let way = course.plan, course.target != nil else { return }
        let key = [wish.version, "\(run.object.generation ?? 0)", "\(wish.annotations.sorted { $0.key < $1.key })"]
        let known = mesh.memories.of(run.object).upgrade.findings
        run.findings = known
        let record = survey.record(for: course.target?.version)
        let commands = RolloutCommands(annotations: wish.annotations)
        let isTriedAgain = record?.verdict != nil && commands.wishes(record: record, isPaused: false).isRetried
        let isStarted = !isBeginning && record != nil && !isTriedAgain
        if let known, isStarted || known.key == key && mesh.environment.wall() - known.taken < Self.freshness { return }
        if isStarted { return }
        var world = UpgradeWorld(hops: way, spec: wish.spec, catalogue: wish.catalogue)
        world.accepted = UpgradeWorld.accepted(annotations: wish.annotations)
        try await fill(&world, observation, course)
        var start = UpgradeStaging.Start(
            wish.spec,
            stable: course.stable,
            hasDefaultTag: course.stable.name == RevisionSlot.unnamed
                || survey.stable?.marks.hasDefaultTag == true
        )
        (start.foreign, start.comingFirst) = (wish.namesOfOthers, wish.comingFirst)
        start.others = survey.revisions.map(\.slot).filter { $0.name != course.stable.name }
        start.gateways = world.gateways
        let staging = UpgradeStaging(
            start,
            renderer: mesh.parts.renderer,
            options: run.options(mesh.parts.definitions)
        )
        let outline = UpgradeOutline(world, staging: staging.stages)
        let found = UpgradeFindings(outline, key: key, taken: mesh.environment.wall())
        run.findings = found
        mesh.memories.update(run.object) { $0.upgrade.findings = found }
    }

    private func fill(
        _ world: inout UpgradeWorld,
        _ observation: MeshObservation,
        _ course: UpgradeCourse
    ) async throws {
        let sight = mesh.parts.stores.crowd(observation, written: mesh.moved, now: mesh.environment.time.now)
        let tags = TagView(observation.ours(manager: MeshPlanner.manager))
        let sides = UpgradeCrowd.Sides(
            stable: course.stable.name,
            new: course.target?.name ?? course.stable.name,
            tags: [RevisionSlot.unnamed: tags.handover(of: RevisionSlot.unnamed).revision]
        )
        let crowd = UpgradeCrowd(sight, world.spec.upgrade.workloads, sides)
        world.revision = course.stable.name
        world.namespaces = sight.namespaces
        world.foreignTags = sight.foreignTags
        world.others = sight.strangers
        world.pods = sight.pods
        world.inventory = crowd.inventory
        world.owners = sight.owners
        world.budgets = sight.budgets
        world.autoscalers = mesh.parts.stores.autoscalers
        world.gateways = observation.live.values.filter { object in
            object.kind == .deployment
                && (object.labels[MeshNames.Label.component] ?? "").hasSuffix("Gateways")
        }
        for resource in IstioKinds.resources {
            do {
                world.istio += try await mesh.parts.client.list(resource).objects
            } catch {
                // A kind that is not served has no objects; one that may not be read is looked at by nobody.
                guard error.code == .notFound || error.code == .forbidden else { throw error }
                mesh.environment.logger.debug("kind not looked at", metadata: ["object": "\(resource.kind)"])
            }
        }
    }
}
