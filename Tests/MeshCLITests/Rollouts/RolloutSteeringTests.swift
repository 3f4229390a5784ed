internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import Testing

@Suite("meshctl rollout's orders")
struct RolloutSteeringTests {
    private typealias Command = RolloutNames.Command

    private func change(_ order: RolloutOrder, _ subject: RolloutSubject) throws -> RolloutChange {
        try RolloutSteering(subject, now: RolloutScenes.now).change(order)
    }

    private func annotations(_ order: RolloutOrder, _ subject: RolloutSubject) throws -> Tree? {
        try change(order, subject).patch.tree.value(at: "metadata", "annotations")
    }

    private func refusal(_ order: RolloutOrder, _ subject: RolloutSubject) throws -> String {
        let error = try #require(throws: CommandError.self) { try change(order, subject) }
        #expect(error.code == .refused)
        return error.message
    }

    @Test("Each order is one annotation, on the version that was read")
    func patches() throws {
        let mesh = try RolloutScenes.subject("mesh-holding")
        #expect(try annotations(.pause, mesh) == [Command.pause: "true"])
        #expect(try annotations(.promote(fully: false), mesh) == [Command.promote: "2"])
        #expect(try annotations(.promote(fully: true), mesh) == [Command.promote: "full"])
        #expect(try annotations(.abort(reason: "too\nslow"), mesh) == [Command.abort: "too slow"])
        #expect(try annotations(.abort(reason: nil), mesh) == [Command.abort: "true"])
        #expect(try annotations(.approve(step: 3), mesh) == [Command.approve: "3"])
        #expect(try change(.pause, mesh).patch.tree.value(at: "metadata", "resourceVersion") == "77")
        let rollout = try RolloutScenes.subject("rollout-approval")
        #expect(try annotations(.approve(step: nil), rollout) == [Command.approve: "2"])
    }

    @Test("Orders name the target under way, so that they steer no other rollout")
    func bound() throws {
        let status = ["status/progress/target": Tree.string("v2+0a1b")]
        let rollout = try RolloutScenes.subject("rollout-approval", status)
        #expect(try annotations(.approve(step: nil), rollout) == [Command.approve: "2@v2+0a1b"])
        let holding = try RolloutScenes.subject(
            "rollout-approval",
            ["status/progress/target": "v2+0a1b", "status/progress/reason": "Holding"]
        )
        #expect(try annotations(.promote(fully: false), holding) == [Command.promote: "2@v2+0a1b"])
        #expect(try annotations(.promote(fully: true), rollout) == [Command.promote: "full@v2+0a1b"])
        #expect(try annotations(.abort(reason: "a @@ b"), rollout) == [Command.abort: "a @ b @@v2+0a1b"])
        #expect(try annotations(.abort(reason: nil), rollout) == [Command.abort: "true @@v2+0a1b"])
        func given(_ commands: [String: String]) throws -> RolloutSubject {
            var changes = status
            changes["metadata/annotations"] = .object(TreeObject(commands.map { ($0.key, Tree.string($0.value)) }))
            return try RolloutScenes.subject("rollout-approval", changes)
        }
        let same = try given([
            Command.promote: "full@v2+0a1b", Command.abort: "x @@v2+0a1b", Command.approve: "3@v2+0a1b",
        ])
        #expect(try refusal(.promote(fully: true), same).contains("promoted fully already"))
        #expect(try refusal(.abort(reason: nil), same).contains("aborted already (x)"))
        let plain = try given([Command.abort: "true @@v2+0a1b"])
        #expect(try refusal(.abort(reason: nil), plain).hasSuffix("is aborted already"))
        #expect(try annotations(.approve(step: nil), same) == [Command.approve: "2,3@v2+0a1b"])
        let other = try given([
            Command.promote: "full@v1+ffff", Command.abort: "x @@v1+ffff", Command.approve: "2@v1+ffff",
        ])
        #expect(try annotations(.promote(fully: true), other) == [Command.promote: "full@v2+0a1b"])
        #expect(try annotations(.abort(reason: "y"), other) == [Command.abort: "y @@v2+0a1b"])
        #expect(try annotations(.approve(step: nil), other) == [Command.approve: "2@v2+0a1b"])
    }

    @Test("A rollout that went back is aborted only where its routes stay with the side that serves")
    func abortOfWhatWentBack() throws {
        var changes: [String: Tree] = [
            "status/phase": "RolledBack", "status/progress/reason": "RolledBack", "status/progress/target": "v2+0a1b",
        ]
        let free = try RolloutScenes.subject("rollout-approval", changes)
        #expect(try refusal(.abort(reason: nil), free).contains("nothing under way to abort"))
        changes["status/conditions"] = [["type": "Shielded", "status": "True", "reason": "Shielded", "message": "x"]]
        let shielded = try RolloutScenes.subject("rollout-approval", changes)
        #expect(try annotations(.abort(reason: nil), shielded) == [Command.abort: "true @@v2+0a1b"])
        #expect(try change(.abort(reason: nil), shielded).message.contains("gives routes back as they were"))
    }

    @Test("Messages say what was asked and what will happen")
    func messages() throws {
        let mesh = try RolloutScenes.subject("mesh-holding")
        #expect(try change(.pause, mesh).message.hasPrefix("MeshOperator mesh: stays at step 2 of 4 (25%) until"))
        #expect(try change(.abort(reason: nil), mesh).message.contains("goes back to 1.28.10"))
        let rollout = try RolloutScenes.subject("rollout-approval")
        #expect(try change(.approve(step: nil), rollout).message.contains("step 2 of 4 is approved"))
        #expect(try change(.pause, rollout).message.contains("meshctl rollout resume mro/reviews -n shop"))
    }

    @Test("Approvals of later steps and of a target are kept")
    func approvals() throws {
        let subject = try RolloutScenes.commanding("rollout-approval", [Command.approve: "1, 3@v2"])
        #expect(try annotations(.approve(step: nil), subject) == [Command.approve: "2,3@v2"])
        #expect(try refusal(.approve(step: 3), subject).contains("step 3 approved already"))
    }

    @Test("Passing over a hold is no approval, and is refused where only an approval is awaited")
    func promotionIsNoApproval() throws {
        let rollout = try RolloutScenes.subject("rollout-approval")
        let message = try refusal(.promote(fully: false), rollout)
        #expect(
            message.contains("waits for approval") && message.contains("meshctl rollout approve mro/reviews -n shop")
        )
        #expect(try annotations(.promote(fully: true), rollout) == [Command.promote: "full"])
        let mesh = try change(.promote(fully: false), RolloutScenes.subject("mesh-holding"))
        #expect(mesh.message.contains("its approval and gates still count"))
    }

    @Test("What is promoted by a copy can be paused and aborted, and has no step left to approve or to pass over")
    func promoting() throws {
        let subject = try RolloutScenes.subject(
            "rollout-approval",
            [
                "status/phase": "Promoting", "status/progress/reason": "Promoting",
                "spec/promotion": ["mode": "CopyTemplate"],
            ]
        )
        for order in [RolloutOrder.promote(fully: false), .promote(fully: true), .approve(step: 4)] {
            let message = try refusal(order, subject)
            #expect(message.contains("past its last step"), "\(message)")
        }
        #expect(try change(.pause, subject).message.contains("stays at"))
        #expect(try change(.abort(reason: nil), subject).message.contains("the template it had"))
    }

    @Test("Orders that make no sense now are refused with a remedy")
    func refusals() throws {
        let mesh = try RolloutScenes.subject("mesh-holding")
        #expect(try refusal(.resume, mesh).contains("is not paused"))
        #expect(try refusal(.approve(step: nil), mesh).contains("--step N"))
        #expect(try refusal(.approve(step: 5), mesh).contains("--step takes 2 to 4"))
        #expect(try refusal(.approve(step: 1), mesh).contains("--step takes 2 to 4"))
        #expect(try refusal(.approve(step: .min), mesh).contains("--step"))
        #expect(try refusal(.retry, mesh).contains("has not failed"))
        let paused = try RolloutScenes.commanding("mesh-holding", [Command.pause: "true"])
        #expect(try refusal(.pause, paused).contains("meshctl rollout resume mop/mesh"))
        #expect(try annotations(.resume, paused) == [Command.pause: .null])
        let promoted = try RolloutScenes.commanding("mesh-holding", [Command.promote: "2"])
        #expect(try refusal(.promote(fully: false), promoted).contains("step 2"))
        let aborted = try RolloutScenes.commanding("mesh-holding", [Command.abort: "because"])
        #expect(try refusal(.abort(reason: "again"), aborted).contains("because"))
    }

    @Test(
        "Where nothing is under way there is nothing to steer",
        arguments: ["mesh-complete", "rollout-completed", "mesh-rolled-back"]
    )
    func nothingUnderWay(_ name: String) throws {
        let subject = try RolloutScenes.subject(name)
        for order in [
            RolloutOrder.pause, .promote(fully: true), .promote(fully: false), .approve(step: nil), .abort(reason: nil),
        ] {
            let message = try refusal(order, subject)
            #expect(message.contains("nothing under way") && message.contains(";"), "\(message)")
        }
    }

    @Test("spec.paused is not a command's to take off")
    func pausedBySpec() throws {
        let subject = try RolloutScenes.subject("rollout-approval", ["spec/paused": true])
        #expect(
            try refusal(.resume, subject).contains(
                #"kubectl patch mro reviews -n shop --type merge -p '{"spec":{"paused":false}}'"#
            )
        )
        #expect(try refusal(.pause, subject).contains("spec.paused"))
    }

    @Test("What goes back is not to be paused, promoted or aborted once more")
    func goingBack() throws {
        let subject = try RolloutScenes.subject("mesh-holding", ["status/plan/reason": "RollingBack"])
        for order in [RolloutOrder.pause, .promote(fully: true), .approve(step: 3), .abort(reason: nil)] {
            #expect(try refusal(order, subject).contains("going back already"))
        }
        #expect(try refusal(.retry, subject).contains("still going back"))
    }

    @Test("A retry takes off what ended the last attempt")
    func retry() throws {
        let subject = try RolloutScenes.commanding("mesh-rolled-back", [Command.abort: "x", Command.promote: "full"])
        let asked = try annotations(.retry, subject)
        #expect(asked?[Command.retry] == "2026-11-25T12:01:30Z")
        #expect(asked?[Command.abort] == .null && asked?[Command.promote] == .null && asked?[Command.approve] == .null)
    }

    @Test("A rollout that waits for a person to decide can be aborted or retried")
    func manualRollback() throws {
        let subject = try RolloutScenes.subject("mesh-holding", ["status/plan/reason": "Failed"])
        #expect(try annotations(.abort(reason: nil), subject)?[Command.abort] == "true")
        #expect(try annotations(.retry, subject)?[Command.retry] != nil)
        #expect(try refusal(.pause, subject).contains("retry"))
    }

    @Test("What is being made final is not aborted, in the operator's words", arguments: ["Completed", "Paused"])
    func lateAbort(_ reason: String) throws {
        let subject = try RolloutScenes.subject(
            "mesh-holding",
            ["status/plan/promoting": true, "status/plan/reason": .string(reason), "status/plan/step": 4]
        )
        let message = try refusal(.abort(reason: nil), subject)
        #expect(message.contains("making 1-29-6 the revision that tags lead to; \(Command.lateAbort)"), "\(message)")
        for order in [RolloutOrder.promote(fully: true), .promote(fully: false), .approve(step: 4)] {
            #expect(try refusal(order, subject).contains("past its last step"))
        }
        #expect(try change(.pause, subject).message.contains("stays at"))
        #expect(try change(.undo, subject).message.contains("once the promotion is over"))
    }

    @Test("A MeshRollout whose new version serves already is not aborted; one that only copies is")
    func lateAbortOfACopy() throws {
        func subject(_ since: String) throws -> RolloutSubject {
            var changes: [String: Tree] = [
                "status/phase": "Promoting", "status/progress/reason": "Promoting",
                "status/progress/since": "2026-11-25T12:00:00Z", "spec/promotion": ["mode": "CopyTemplate"],
            ]
            let mark = #"{"version":"v1","since":"\#(since)"}"#
            changes["metadata/annotations"] = .object(
                TreeObject([(RolloutNames.Annotation.serving, Tree.string(mark))])
            )
            return try RolloutScenes.subject("rollout-approval", changes)
        }
        #expect(try refusal(.abort(reason: nil), subject("2026-11-25T12:01:00Z")).contains("not aborted any more"))
        let early = try change(.abort(reason: nil), subject("2026-11-20T12:00:00Z"))
        #expect(early.message.contains("the template it had"))
    }

    @Test("Where an edit has left no step as small as what has moved, the start is what is approved")
    func approvesTheStart() throws {
        let subject = try RolloutScenes.subject("rollout-approval", ["status/progress/step": 0])
        #expect(try annotations(.approve(step: nil), subject) == [Command.approve: "0,1"], "beside what was given")
        #expect(try change(.approve(step: nil), subject).message.contains("the first step is approved and entered"))
        let other = try RolloutScenes.subject(
            "rollout-approval",
            ["status/progress/step": 0, "status/progress/reason": "Preparing"]
        )
        #expect(try refusal(.approve(step: 0), other).contains("has no step 0 to come"))
    }

    @Test("What was refused before it began begins by itself, and no order names one that would be refused too")
    func refusedBeforeTheStart() throws {
        let upgrade: Tree = ["strategy": "InPlace"]
        let checks: Tree = [["type": "Preflight", "status": "False", "reason": "InvalidSpec", "message": "x"]]
        for subject in [
            try RolloutScenes.subject("mesh-refused"),
            try RolloutScenes.subject("mesh-refused", ["spec/upgrade": upgrade]),
            try RolloutScenes.subject("rollout-approval", ["status/phase": "Failed", "status/conditions": checks]),
        ] {
            for order in [RolloutOrder.pause, .abort(reason: nil), .promote(fully: true), .retry] {
                let message = try refusal(order, subject)
                #expect(message.contains("mend that, and it begins by itself"), "\(message)")
                #expect(!message.contains("meshctl rollout retry"), "\(message)")
            }
        }
    }

    // MARK: Undo

    @Test("Undo of a mesh names the version that ran before")
    func undoMesh() throws {
        let middle = try change(.undo, RolloutScenes.subject("mesh-holding"))
        #expect(
            middle.patch.tree.value(at: "spec", "version") == "1.28.10" && middle.question?.contains("1.30.3") == true
        )
        var complete = try RolloutScenes.subject("mesh-complete")
        #expect(try refusal(.undo, complete).contains("no way back"))
        complete.left = "1.29.6"
        let after = try change(.undo, complete)
        #expect(after.patch.tree.value(at: "spec", "version") == "1.29.6" && after.question?.contains("1.29.6") == true)
        // What a workload keeps from an earlier hop is not what ran before.
        for kept: Tree in [[], [["name": "default", "version": "1.28.10", "ready": true]]] {
            let own: [Tree] = [["name": "1-30-3", "version": "1.30.3", "ready": true]]
            var late = try RolloutScenes.subject(
                "mesh-complete",
                ["status/revisions": .array(own + (kept.array ?? []))]
            )
            late.left = "1.29.6"
            let text = try refusal(.undo, late)
            #expect(text.contains("no revision of 1.29.6") && text.contains("retireAfter"), "\(text)")
        }
    }

    @Test("Undo of a MeshRollout makes the side that was replaced a release again")
    func undoRollout() throws {
        let asked = try change(.undo, RolloutScenes.subject("rollout-completed"))
        let text = asked.patch.tree.value(at: "metadata", "annotations", RolloutNames.Annotation.serving)?.string
        #expect(try text.map { try Tree(json: $0) } == ["version": "v2", "since": "2026-11-25T12:00:00Z"])
        #expect(asked.patch.tree["spec"] == nil && asked.question?.contains("roll out v1 again?") == true)
    }

    @Test("Undo of a MeshRollout that cannot be undone says what to do")
    func undoRefusals() throws {
        let middle = try RolloutScenes.subject("rollout-approval")
        #expect(try refusal(.undo, middle).contains("meshctl rollout abort mro/reviews -n shop"))
        let copied = try RolloutScenes.subject("rollout-completed", ["spec/promotion": ["mode": "CopyTemplate"]])
        #expect(try refusal(.undo, copied).contains("old template"))
        for mark in [#"{"version":"v2","since":"2026-11-25T12:00:00Z"}"#, "nonsense", ""] {
            let late = try RolloutScenes.commanding("rollout-completed", [RolloutNames.Annotation.serving: mark])
            let message = try refusal(.undo, late)
            #expect(message.contains("kubectl scale statefulset/reviews-v1 -n shop --replicas=N"), "\(message)")
        }
        let key = "metadata/annotations"
        for (kind, name, remedy) in [
            ("DaemonSet", "reviews-v1", "`\(RolloutNames.unparking("reviews-v1", in: "shop"))` rolls it out again"),
            ("Pods", nil, "starting the old pods rolls it out again"),
        ] {
            let stable: Tree = name.map { ["name": .string($0), "version": "v1"] } ?? ["version": "v1"]
            let late = try RolloutScenes.subject(
                "rollout-completed",
                [key: [:], "spec/workload/kind": .string(kind), "spec/workload/stable": stable]
            )
            let message = try refusal(.undo, late)
            #expect(message.contains(remedy), "\(message)")
        }
    }
}
