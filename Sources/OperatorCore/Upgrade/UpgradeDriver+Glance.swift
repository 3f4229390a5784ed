internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase

/// Looking at a mesh whose writes are held.
extension UpgradeDriver {
    /// Looks and reports, and writes nothing: for a mesh whose writes are held.
    ///
    /// - Returns: what would be planned; nil where nothing is under way or it cannot be told.
    func glance(_ run: inout MeshRun) -> MeshPlan? {
        guard let (begun, wish) = begin(run.object) else { return nil }
        var held = begun
        held.findings = mesh.memories.of(run.object).upgrade.findings
        let status = MeshOperatorStatus(lenient: run.object.tree["status"] ?? .null)
        guard RevisionSurvey(mesh.observe(held)).underWay != nil || status.plan != nil else { return nil }
        guard let look = try? look(wish, &held) else { return nil }
        report(look, &held)
        run = held
        return look.plan
    }

    /// How the objects that are there differ from what the spec asks for, the revisions being as they are; nil where it cannot be
    /// rendered, or not as for this cluster.
    func drift(_ object: KubeObject) -> HeldDrift? {
        guard let (begun, wish) = begin(object, isHeld: false), begun.kubernetes != nil else { return nil }
        var held = begun
        let observed = mesh.observe(held)
        var scene = UpgradeScene(wish, observed, now: mesh.environment.wall()) {
            mesh.parts.stores.crowd(observed, written: mesh.moved, now: mesh.environment.time.now)
        }
        do {
            scene.place(try bounds(scene, &held), live: observed.live)
            try compose(scene.composition, scene.stand, &held)
        } catch {
            return nil
        }
        guard let blueprint = held.blueprint else { return nil }
        return HeldDrift(planned(held, observed), blueprint, completed(observed, held))
    }

    /// What is asked for; nil where the spec cannot be read.
    ///
    /// - Parameters:
    ///   - object: the MeshOperator.
    ///   - isHeld: whether `spec.paused` is part of what is asked for.
    /// - Returns: a reconcile that has just begun, and the wish.
    private func begin(_ object: KubeObject, isHeld: Bool = true) -> (run: MeshRun, wish: UpgradeCourse.Wish)? {
        guard let spec = try? MeshOperatorResource(decoding: object).spec else { return nil }
        var intent = MeshIntent(spec, defaultVersion: mesh.parts.catalogue.defaultVersion.description)
        if !isHeld { intent.wishes.remove(.paused) }
        var held = MeshRun(object: object, intent: intent)
        (held.spec, held.kubernetes) = (spec, mesh.facts.knownVersion)
        var wish = UpgradeCourse.Wish(
            spec,
            version: intent.version,
            catalogue: mesh.parts.catalogue,
            day: String(mesh.environment.wall().rfc3339.prefix(10))
        )
        (wish.annotations, wish.kubernetes) = (object.annotations, held.kubernetes)
        return (held, wish)
    }
}
