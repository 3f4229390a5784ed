internal import KubeRuntime
internal import MeshAPI
internal import RolloutControl
internal import Testing

@testable internal import OperatorCore

/// Each transition of an upgrade is one Event.
@Suite struct StatusChangeTests {
    typealias Status = MeshOperatorStatus

    static func revision(_ name: String, _ version: String, ready: Bool = true, tags: [String] = []) -> Status.Revision
    {
        var revision = Status.Revision()
        (revision.name, revision.version, revision.ready, revision.tags) = (name, version, ready, tags)
        return revision
    }

    /// An upgrade from `old` (1.28.1) to `new` (1.29.2).
    static func status(_ change: (inout Status) -> Void = { _ in }) -> Status {
        var status = Status()
        status.phase = .upgrading
        (status.version, status.targetVersion) = ("1.28.1", "1.29.2")
        (status.revision, status.targetRevision) = ("old", "new")
        status.revisions = [revision("old", "1.28.1", tags: ["default", "stable"]), revision("new", "1.29.2")]
        var gateway = Status.Gateway(name: "ingress", namespace: "edge", revision: "old", address: "")
        gateway.weight = 0
        status.gateways = [gateway]
        var plan = Status.Plan()
        plan.hops = ["1.29.2"]
        (plan.progress.step, plan.progress.steps) = (1, 2)
        (plan.progress.stepWeight, plan.progress.weight) = (25, 40)
        (plan.progress.reason, plan.progress.waitingFor) = ("Moving", "ingress: 1 of 2 moved")
        status.plan = plan
        change(&status)
        return status
    }

    static func notes(_ old: Status, _ new: Status) -> [String] {
        StatusChange(old: old, new: new).notes.map {
            "\($0.severity == .warning ? "Warning " : "")\($0.reason): \($0.note)"
        }
    }

    @Test("Each refusal of a spec is one Event with field, value and remedy, and nothing that only points there")
    func refusals() {
        func refused(_ why: String) -> Status {
            Self.status { status in
                (status.phase, status.plan) = (.failed, nil)
                status.set(MeshCondition(.preflight, .no, .invalidSpec, why, generation: 1, at: ""))
                let short = "spec.x is refused; the condition Preflight says why"
                status.set(MeshCondition(.degraded, .yes, .invalidSpec, short, generation: 1, at: ""))
            }
        }
        let (first, second) = ("spec.x: 7: is too large; write 1", "spec.x: 9: is too large; write 1")
        #expect(Self.notes(Self.status { $0.plan = nil }, refused(first)) == ["Warning Failed: \(first)"])
        #expect(Self.notes(refused(first), refused(second)) == ["Warning InvalidSpec: \(second)"])
        #expect(Self.notes(refused(first), refused(first)) == [])
    }

    @Test func nothingIsToldTwice() {
        #expect(Self.notes(Self.status(), Self.status()) == [])
    }

    @Test("Notes about settings are told by what they are, whatever else a condition says")
    func settings() {
        func with(_ warnings: [String], _ message: String = "version 1.29.2 fits this cluster") -> Status {
            Self.status { status in
                status.warnings = warnings
                status.set(MeshCondition(.preflight, .yes, .checksPassed, message, generation: 1, at: ""))
            }
        }
        let (first, second) = ("spec.values.x: has no effect any more; drop it", "spec.values.y: is new; see z")
        #expect(Self.notes(with([]), with([first, second])) == ["Warning SettingsWithoutEffect: \(first); \(second)"])
        #expect(Self.notes(with([first]), with([first], "fits; also says other things")) == [])
        #expect(Self.notes(with([first]), with([second])) == ["Warning SettingsWithoutEffect: \(second)"])
        #expect(Self.notes(with([first]), with([])) == [])
        #expect(Self.notes(with([]), with([], "fits; but words are no warnings")) == [])
    }

    @Test("What is left to others is told once, whatever else a condition says")
    func leftAlone() {
        func with(_ texts: [String], _ message: String = "all objects are as rendered") -> Status {
            Self.status { status in
                status.leftAlone = texts
                status.set(MeshCondition(.reconciled, .yes, .asDesired, message, generation: 1, at: ""))
            }
        }
        let left = "left as it is, since annotated meshoperator.io/ignore: ConfigMap istio-system/istio"
        #expect(Self.notes(with([]), with([left])) == ["ObjectsLeftAlone: \(left)"])
        #expect(Self.notes(with([left]), with([left], "in other words")) == [])
        #expect(Self.notes(with([left]), with([])) == [])
        #expect(Status(lenient: with([left]).tree).leftAlone == [left])
    }

    @Test func theStart() {
        let before = Self.status { status in
            status.phase = .ready
            (status.plan, status.targetRevision) = (nil, "old")
            status.revisions.removeLast()
        }
        let begun = Self.status { status in
            status.revisions[1].ready = false
            status.plan?.progress.step = 0
            status.plan?.progress.stepWeight = nil
            status.plan?.progress.reason = "Starting"
            status.plan?.progress.waitingFor = "preparing 1.29.2"
        }
        #expect(
            Self.notes(before, begun) == [
                "Upgrading: moving from version 1.28.1 to 1.29.2", "Starting: preparing 1.29.2",
            ]
        )
        let ready = Self.status { $0.plan?.progress = begun.plan?.progress ?? .init() }
        #expect(Self.notes(begun, ready) == ["RevisionReady: revision new (version 1.29.2) is ready"])
        #expect(Self.notes(ready, Self.status()) == ["StepStarted: step 1 of 2: 25%"])
    }

    @Test func theShareOfAGateway() {
        func share(_ weight: Int, _ reason: String = "Moving") -> Status {
            Self.status { status in
                status.gateways[0].weight = weight
                status.plan?.progress.reason = reason
            }
        }
        #expect(Self.notes(share(0), share(20)) == [])
        let text = "GatewayMoved: gateway edge/ingress: 50% of its pods run revision new, the step asks for 25%"
        #expect(Self.notes(share(20), share(50)) == [text])
        #expect(Self.notes(share(50), share(60)) == [])
        #expect(
            Self.notes(share(50, "RollingBack"), share(0, "RollingBack"))
                == ["GatewayMoved: gateway edge/ingress: all pods run revision old again"]
        )
    }

    @Test func thePromotion() {
        let moved = Self.status { status in
            status.revisions[0].tags = ["default"]
            status.revisions[1].tags = ["stable"]
        }
        #expect(Self.notes(Self.status(), moved) == ["TagMoved: tag stable leads to revision new, before to old"])
        let promoted = Self.status { status in
            status.phase = .ready
            (status.version, status.revision, status.plan) = ("1.29.2", "new", nil)
            status.revisions = [
                Self.revision("new", "1.29.2", tags: ["default", "stable"]), Self.revision("old", "1.28.1"),
            ]
        }
        #expect(
            Self.notes(moved, promoted) == [
                "Ready: version 1.29.2 is up", "UpgradeCompleted: version 1.29.2 runs as revision new",
                "TagMoved: tag default leads to revision new, before to old",
                "Promoted: version 1.29.2 is the stable one, as revision new; before it was revision old",
            ]
        )
        var retired = promoted
        retired.revisions.removeLast()
        #expect(
            Self.notes(promoted, retired) == ["Retired: revision old (version 1.28.1) is removed; nothing refers to it"]
        )
    }

    @Test func theWayBack() {
        func going(_ phase: MeshPhase, _ reason: String) -> Status {
            Self.status { status in
                status.phase = phase
                status.plan?.progress.reason = reason
                status.plan?.progress.waitingFor = "gate g failed"
            }
        }
        let back = going(.rollingBack, "RollingBack")
        #expect(
            Self.notes(Self.status(), back)
                == ["Warning RollingBack: gate g failed (step 1 of 2, 25% (reached 40%))"]
        )
        #expect(
            Self.notes(back, going(.rolledBack, "RolledBack"))
                == ["Warning RolledBack: gate g failed (step 1 of 2, 25% (reached 40%))"]
        )
    }

    @Test func stepsThatWereOverBeforeTheStatusAreToldOnce() {
        var change = StatusChange(
            old: Self.status(),
            new: Self.status { status in
                status.plan?.progress.step = 4
                status.plan?.progress.steps = 4
                status.plan?.progress.stepWeight = 100
            }
        )
        change.entered = [(2, 30), (3, 60), (4, 100)].map { step, weight in
            var progress = Status.Plan().progress
            (progress.step, progress.steps, progress.stepWeight) = (step, 4, weight)
            return RolloutNote.stepStarted(progress)
        }
        let steps = change.notes.filter { $0.reason == "StepStarted" }.map { $0.note }
        #expect(steps == ["step 2 of 4: 30%", "step 3 of 4: 60%", "step 4 of 4: 100%"])
    }
}
