internal import MeshAPI
internal import RolloutControl
internal import Testing

@Suite struct RolloutNoteTests {
    func progress(_ reason: String, step: Int = 1, gates: [(String, String)] = []) -> RolloutProgress {
        var progress = RolloutProgress()
        progress.reason = reason
        progress.step = step
        progress.steps = 4
        progress.weight = 40
        progress.stepWeight = 25
        progress.waitingFor = "because"
        progress.gates = gates.map { name, outcome in
            var gate = RolloutProgress.Gate()
            gate.name = name
            gate.outcome = outcome
            gate.message = "97 is below 99"
            return gate
        }
        return progress
    }

    @Test func nothingIsToldTwice() {
        let state = progress("AwaitingGate", gates: [("g", "Failed")])
        #expect(RolloutNote.notes(from: state, to: state).isEmpty)
        var later = state
        later.waitingFor = "another number"
        #expect(RolloutNote.notes(from: state, to: later).isEmpty)
    }

    @Test func reasonsAndStepsAreTold() {
        let notes = RolloutNote.notes(from: progress("Moving"), to: progress("Holding"))
        #expect(notes == [RolloutNote(.normal, "Holding", "because (step 1 of 4, 25% (reached 40%))")])
        let next = RolloutNote.notes(from: progress("Holding"), to: progress("Holding", step: 2))
        #expect(next.map(\.reason) == ["StepStarted", "Holding"])
        #expect(next.first == RolloutNote(.normal, "StepStarted", "step 2 of 4: 25%"))
        let moving = RolloutNote.notes(from: progress("Holding"), to: progress("Moving", step: 2))
        #expect(moving.map(\.reason) == ["StepStarted"], "what passes in a moment is not told")
        #expect(RolloutNote.notes(from: progress("Moving"), to: progress("RollingBack")).map(\.severity) == [.warning])
        #expect(RolloutNote.notes(from: progress("", step: 0), to: progress("NothingToDo", step: 0)).isEmpty)
    }

    @Test(arguments: ["RolledBack", "Failed", "RollingBack"])
    func anEndIsNotToldAgainWhereOnlyStepsChanged(reason: String) {
        #expect(RolloutNote.notes(from: progress(reason, step: 3), to: progress(reason, step: 2)).isEmpty)
        #expect(RolloutNote.notes(from: progress("Moving", step: 3), to: progress(reason, step: 2)).count == 1)
    }

    @Test func theEndOfAPauseIsTold() {
        let notes = RolloutNote.notes(from: progress("Paused"), to: progress("Moving"))
        #expect(notes == [RolloutNote(.normal, "Resumed", "it goes on (step 1 of 4, 25% (reached 40%))")])
    }

    @Test(arguments: ["Starting", "StepDone", "Moving", "Settling", "NothingToDo"])
    func quietReasons(reason: String) {
        let notes = RolloutNote.notes(from: progress("Holding", step: 0), to: progress(reason, step: 0))
        #expect(notes.map(\.reason) == (reason == "Starting" ? ["Starting"] : []))
    }

    @Test(
        arguments: [
            ("", "Failed", "GateFailed"), ("Passed", "Failed", "GateFailed"),
            ("Failed", "Unavailable", "GateUnavailable"),
            ("Failed", "Passed", "GatePassed"), ("", "RollBack", "GateAsksToGoBack"), ("", "Inconclusive", nil),
            ("Failed", "Failed", nil),
        ] as [(String, String, String?)]
    )
    func gatesAreTold(_ row: (old: String, new: String, reason: String?)) {
        let notes = RolloutNote.notes(
            from: progress("AwaitingGate", gates: [("g", row.old)]),
            to: progress("AwaitingGate", gates: [("g", row.new)])
        )
        #expect(notes.map(\.reason) == (row.reason.map { [$0] } ?? []))
        #expect(notes.allSatisfy { $0.note == "gate g: 97 is below 99" })
    }

    @Test func aGateOfAnotherStepSpeaksAnew() {
        let notes = RolloutNote.notes(
            from: progress("AwaitingGate", step: 1, gates: [("g", "Failed")]),
            to: progress("AwaitingGate", step: 2, gates: [("g", "Failed")])
        )
        #expect(notes.map(\.reason) == ["GateFailed", "StepStarted", "AwaitingGate"])
    }
}
