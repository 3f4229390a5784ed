internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI

/// Ending a removal that had begun when the wish came to be refused.
extension UpgradeDriver {
    /// Removes what is left of revisions whose istiod is gone and which nothing uses any more.
    ///
    /// A refused wish changes nothing, but a revision of which a part has been removed was given up before: the rest would stay for as
    /// long as the wish is refused. Only what is the revision's own goes; nothing is rendered, so nothing else is written.
    ///
    /// - Parameters:
    ///   - wish: what is refused.
    ///   - run: what this reconcile knows; takes in failures.
    /// - Throws: `KubeError` when it cannot be told whether the MeshOperator is current.
    func removeLeftovers(_ wish: UpgradeCourse.Wish, _ run: inout MeshRun) async throws {
        for _ in 0..<MeshOperatorReconciler.passLimit where run.failures.isEmpty {
            let leftovers = leftovers(wish, mesh.observe(run))
            guard let wave = TeardownOrder(phases: [:]).firstWave(of: leftovers) else { return }
            let steps = wave.filter { !$0.isDeleting }.map { MeshStep.delete($0) }
            guard !steps.isEmpty else { return }
            try await mesh.confirmIsCurrent(run.object)
            run.failures += try await mesh.perform(steps, for: run.object).failures
        }
    }

    private func leftovers(_ wish: UpgradeCourse.Wish, _ observation: MeshObservation) -> [KubeObject] {
        let survey = RevisionSurvey(observation)
        let gone = survey.kept(besides: survey.stable?.slot.name).filter { !$0.hasDeployment }.map(\.slot.name)
        guard !gone.isEmpty else { return [] }
        let scene = UpgradeScene(wish, observation, now: mesh.environment.wall()) {
            mesh.parts.stores.crowd(observation, written: mesh.moved, now: mesh.environment.time.now)
        }
        let staying = Set(scene.stand.kept.map(\.name) + [scene.stand.course.stable.name])
        let names = Set(gone).subtracting(staying)
        return observation.ours(manager: MeshPlanner.manager).filter { object in
            ControlPlaneRevision.isOwn(object) && names.contains(ControlPlaneRevision.name(of: object))
                && OwnedKind.of(ResourceID(object))?.removal == .always
                && object.annotations[MeshNames.Annotation.ignore] != "true"
        }
    }
}
