internal import DataTree
internal import MeshAPI
internal import Testing

@Suite("MeshOperator status")
struct MeshOperatorStatusTests {
    private func sample() -> MeshOperatorStatus {
        var status = MeshOperatorStatus()
        status.observedGeneration = 4
        status.phase = .upgrading
        status.version = "1.29.2"
        status.targetVersion = "1.30.2"
        status.revision = "default"
        status.targetRevision = "1-30-2"
        status.proxies = "3/10"
        var plan = MeshOperatorStatus.Plan()
        plan.hops = ["1.30.2"]
        (plan.progress.step, plan.progress.steps, plan.progress.weight) = (2, 4, 25)
        plan.progress.waitingFor = "the hold of 5m"
        status.plan = plan
        var revision = MeshOperatorStatus.Revision()
        revision.name = "default"
        (revision.version, revision.ready, revision.proxies, revision.weight, revision.inUse) = (
            "1.29.2", true, 7, 75, true
        )
        revision.heldBy = ["3 pods in shop"]
        status.revisions = [revision]
        status.warnings = ["spec.values.x: has no effect any more"]
        status.leftAlone = ["left as it is: ConfigMap a/b"]
        status.components = [
            .init(name: "pilot", ready: true), .init(name: "cni", ready: false, message: "2 of 3 ready"),
        ]
        status.gateways = [.init(name: "gw", namespace: "istio-system", revision: "default", address: "10.0.0.1")]
        status.set(MeshCondition(.ready, .no, .upgrading, "step 2 of 4", generation: 4, at: "2026-11-21T09:00:00Z"))
        return status
    }

    @Test("A status is read back as it was written, in a fixed order of fields")
    func roundTrip() {
        let status = sample()
        #expect(MeshOperatorStatus(lenient: status.tree) == status)
        let keys = status.tree.object?.entries.map(\.key)
        #expect(
            keys == [
                "observedGeneration", "phase", "version", "targetVersion", "revision", "targetRevision", "proxies",
                "plan",
                "revisions", "components", "gateways", "warnings", "leftAlone", "conditions",
            ]
        )
    }

    @Test("What has no steps has no step and no weight")
    func noSteps() {
        var status = sample()
        #expect(status.tree.value(at: "plan", "step") == 2 && status.tree.value(at: "plan", "weight") == 25)
        status.plan?.progress.step = 0
        status.plan?.progress.weight = 0
        #expect(status.tree.value(at: "plan", "step") == 0, "before the first step")
        status.plan?.progress.steps = 0
        for key in ["step", "steps", "weight"] { #expect(status.tree.value(at: "plan", key) == nil) }
        #expect(MeshOperatorStatus(lenient: status.tree) == status)
    }

    @Test("A status fits the schema of the CRD")
    func fitsSchema() {
        #expect(MeshOperatorStatus.schema.issues(in: sample().tree) == [])
        #expect(MeshOperatorStatus.schema.issues(in: MeshOperatorStatus().tree) == [])
    }

    @Test("What another version wrote is left out, not stumbled over")
    func lenient() {
        let status = MeshOperatorStatus(lenient: [
            "phase": "Dreaming", "version": 3,
            "conditions": [["status": "True"], "x", ["type": "Ready", "status": "Maybe"]],
            "revisions": "none", "plan": [], "observedGeneration": "4", "extra": true,
        ])
        #expect(status.phase == nil && status.version == nil && status.revisions.isEmpty && status.plan == nil)
        #expect(status.conditions.map(\.type) == ["Ready"])
        #expect(status.condition(.ready)?.state == .unknown)
    }

    @Test("A condition keeps its transition time until its state changes")
    func transitionTime() {
        var status = sample()
        status.set(MeshCondition(.ready, .no, .applying, "again", generation: 5, at: "2026-11-21T10:00:00Z"))
        #expect(status.condition(.ready)?.lastTransitionTime == "2026-11-21T09:00:00Z")
        #expect(status.condition(.ready)?.observedGeneration == 5)
        status.set(MeshCondition(.ready, .yes, .asDesired, "", generation: 5, at: "2026-11-21T11:00:00Z"))
        #expect(status.condition(.ready)?.lastTransitionTime == "2026-11-21T11:00:00Z")
        #expect(status.conditions.count == 1)
    }
}
