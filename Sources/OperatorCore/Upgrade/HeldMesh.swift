internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase

/// A mesh that is not brought forward: whose writes are held, or whose removal waits.
struct HeldMesh {
    /// What looks at revisions.
    let driver: UpgradeDriver

    private var mesh: MeshOperatorReconciler { driver.mesh }

    /// Looks and reports, and writes nothing: for a mesh whose writes are held.
    ///
    /// - Returns: what would be planned; nil where nothing is under way or it cannot be told.
    func glance(_ run: inout MeshRun) -> MeshPlan? {
        guard let (begun, wish) = begin(run.object) else { return nil }
        var held = begun
        held.findings = mesh.memories.of(run.object).upgrade.findings
        let status = MeshOperatorStatus(lenient: run.object.tree["status"] ?? .null)
        guard RevisionSurvey(mesh.observe(held)).underWay != nil || status.plan != nil else { return nil }
        guard let look = try? driver.look(wish, &held) else { return nil }
        driver.report(look, &held)
        run = held
        return look.plan
    }

    /// How the objects that are there differ from what the spec asks for, the revisions being as they are; nil where it cannot be
    /// rendered, or not as for this cluster.
    func drift(_ object: KubeObject) -> HeldDrift? {
        guard let (held, observed) = composed(object), let blueprint = held.blueprint else { return nil }
        return HeldDrift(driver.planned(held, observed), blueprint, driver.completed(observed, held))
    }

    /// Sets right what was taken away or changed of a mesh whose removal waits until nobody uses it any more.
    ///
    /// The mesh stays at its version, and nothing is added that was not there; other edits of the spec count for what is there.
    ///
    /// - Parameters:
    ///   - plan: the plan that waits; takes over which fields are left to others.
    ///   - run: the reconcile.
    /// - Throws: `KubeError` or ``MeshOperatorError`` where what is there cannot be told, or a write is to be tried again.
    func keep(_ plan: inout MeshPlan, _ run: inout MeshRun) async throws {
        _ = try? await mesh.facts.kubernetesVersion()
        let status = MeshOperatorStatus(lenient: run.object.tree["status"] ?? .null)
        var object = run.object
        if let version = status.version { object.tree.set(.string(version), at: ["spec", "version"]) }
        guard let (held, observed) = composed(object) else { return }
        let upkeep = driver.planned(held, observed, isUpkeep: true)
        (plan.yields, plan.contests) = (upkeep.yields, upkeep.contests)
        plan.lookAgain = [plan.lookAgain, upkeep.lookAgain].compactMap(\.self).min()
        let parts = Set(status.components.map(\.name))
        let known = mesh.memories.of(run.object).known
        var repairs = MeshPlan(stage: plan.stage)
        repairs.steps = upkeep.steps.filter { step in
            guard case .apply(let write) = step else { return false }
            let wasThere = known.contains(step.id) || held.blueprint?.components[step.id].map(parts.contains) == true
            return write.cause == .create ? wasThere : write.cause != .adopt
        }
        guard !repairs.steps.isEmpty, try await mesh.confirm(repairs, held).isEmpty else { return }
        try await mesh.confirmIsCurrent(run.object)
        run.failures += try await mesh.perform(repairs.steps, for: run.object).failures
    }

    /// The revisions as they are, rendered by the spec; nil where it cannot be rendered, or not as for this cluster.
    private func composed(_ object: KubeObject) -> (run: MeshRun, observed: MeshObservation)? {
        guard let (begun, wish) = begin(object, isHeld: false), begun.kubernetes != nil else { return nil }
        var held = begun
        let observed = mesh.observe(held)
        var scene = UpgradeScene(wish, observed, now: mesh.environment.wall()) {
            mesh.parts.stores.crowd(observed, written: mesh.moved, now: mesh.environment.time.now)
        }
        do {
            scene.place(try driver.bounds(scene, &held), live: observed.live)
            try driver.compose(scene.composition, scene.stand, &held)
        } catch {
            return nil
        }
        return (held, observed)
    }

    /// A reconcile that has just begun, and what is asked for, `spec.paused` only where `isHeld`; nil where the spec cannot be read.
    private func begin(_ object: KubeObject, isHeld: Bool = true) -> (run: MeshRun, wish: UpgradeCourse.Wish)? {
        guard let spec = try? MeshOperatorResource(decoding: object).spec else { return nil }
        var intent = MeshIntent(spec, defaultVersion: mesh.parts.catalogue.defaultVersion.description)
        if !isHeld { intent.wishes.remove(.paused) }
        var held = MeshRun(object: object, intent: intent)
        (held.spec, held.kubernetes) = (spec, mesh.facts.knownVersion)
        return (held, driver.wish(spec, held, version: intent.version))
    }
}
