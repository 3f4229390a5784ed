internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutEngine
internal import Synchronization
internal import Testing

@testable internal import RolloutControl

/// The desk at work, on a clock that tests move.
@Suite struct GateDeskTests {
    /// Answers as a test says; what it says nothing about never answers.
    final class Answering: GateAsking {
        struct State {
            var outcomes: [String: GateReading.Outcome] = [:]
            var asked: [String] = []
            var ended = 0
            var jobs: [String] = []
            var troubles = 0
        }

        let state = Mutex(State())
        let clock: VirtualClock
        let wall: WallClock

        init(_ clock: VirtualClock) {
            self.clock = clock
            wall = clock.wallClock(startingAt: SampleAnalysis.start)
        }

        func say(_ outcome: GateReading.Outcome?, _ name: String) { state.withLock { $0.outcomes[name] = outcome } }
        var asked: [String] { state.withLock { $0.asked } }
        /// How many were asked to no end, and cancelled.
        var ended: Int { state.withLock { $0.ended } }

        func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
            await answer(metric.name, question)
        }

        func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading {
            await answer(gate.name, question)
        }

        func endJobs(of subject: GateSubject, in namespace: String) async -> String? {
            state.withLock { state in
                state.jobs.append("\(subject.key.name) in \(namespace)")
                state.troubles -= 1
                return state.troubles >= 0 ? "forbidden" : nil
            }
        }

        private func answer(_ name: String, _ question: GateQuestion) async -> GateReading {
            let taken = wall()
            let outcome = state.withLock { state in
                state.asked.append(question.message.isEmpty ? name : "\(name) \(question.message)")
                return state.outcomes[name]
            }
            if let outcome { return GateReading(outcome, "said", taken: taken) }
            try? await clock.sleep(for: .seconds(100_000))
            state.withLock { $0.ended += 1 }
            return GateReading(.unavailable, "cancelled", taken: taken)
        }
    }

    final class Log: Sendable {
        let keys = Mutex<[String]>([])
        let occurrences = Mutex<[GateDesk.Occurrence]>([])

        func add(_ key: ObjectKey) { keys.withLock { $0.append(key.name) } }
        func add(_ occurrence: GateDesk.Occurrence) { occurrences.withLock { $0.append(occurrence) } }
        var untold: [String] {
            occurrences.withLock { all in
                all.compactMap {
                    if case .untold(let notice, let why) = $0 { "\(notice.question.message): \(why)" } else { nil }
                }
            }
        }
    }

    /// A desk at work while `body` runs.
    static func atWork(
        _ body: @escaping @Sendable (GateDesk, Answering, VirtualClock, Log) async throws -> Void
    ) async throws {
        try await withVirtualTime { clock in
            let (asker, log) = (Answering(clock), Log())
            let desk = GateDesk(asker, clock: clock, wall: asker.wall) { log.add($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await desk.run { log.add($0) } }
                try await body(desk, asker, clock, log)
                group.cancelAll()
            }
            await clock.settle()
            #expect(clock.sleeperCount == 0, "nothing goes on behind the desk's back")
        }
    }

    @Test func anAnswerIsKeptAndItsObjectCalled() async throws {
        let inquiry = GateDocketTests.inquiry(["a"], try GateDocketTests.analysis())
        try await Self.atWork { desk, asker, clock, log in
            asker.say(.passed, "a")
            desk.ask(inquiry)
            #expect(desk.open(of: inquiry.subject, at: inquiry.stage).map(\.name) == ["a"], "nobody waited for it")
            await clock.settle()
            #expect(log.keys.withLock { $0 } == ["reviews"])
            #expect(desk.readings(of: inquiry.subject, at: inquiry.stage)["a"]?.outcome == .passed)
            #expect(desk.open(of: inquiry.subject, at: inquiry.stage) == [])
            #expect(
                log.occurrences.withLock { $0 } == [
                    .answered(inquiry.subject.key, name: "a", GateReading(.passed, "said", taken: SampleAnalysis.start))
                ]
            )
        }
    }

    @Test func whatIsWithdrawnEndsAtOnce() async throws {
        let analysis = try GateDocketTests.analysis()
        let inquiry = GateDocketTests.inquiry(["a"], analysis)
        try await Self.atWork { desk, asker, clock, log in
            desk.ask(inquiry)
            await clock.advance(by: .seconds(60))
            #expect(asker.ended == 0)
            desk.withdraw(inquiry.subject.key)
            await clock.settle()
            #expect(asker.ended == 1)
            desk.ask(inquiry)
            await clock.settle()
            desk.ask(GateDocketTests.inquiry(["a"], step: 2, analysis))
            await clock.settle()
            #expect(asker.ended == 2, "another step")
            desk.forget(inquiry.subject.key)
            await clock.settle()
            #expect(asker.ended == 3)
            #expect(asker.asked == ["a", "a", "a"])
            #expect(log.keys.withLock { $0 } == [], "nobody is called for what nobody wants")
        }
    }

    @Test("Jobs are ended once for each verdict, tried three times, and anew by another verdict")
    func jobsEndWithTheVerdict() async throws {
        let subject = GateDocketTests.inquiry(["a"], try GateDocketTests.analysis()).subject
        try await Self.atWork { desk, asker, clock, log in
            for _ in 0..<3 {
                desk.endJobs(of: subject, in: "shop", verdict: "v2 now")
                await clock.settle()
            }
            #expect(asker.state.withLock { $0.jobs } == ["reviews in shop"])
            asker.state.withLock { $0.troubles = 2 }
            desk.endJobs(of: subject, in: "shop", verdict: "v2 later")
            await clock.advance(by: .seconds(10))
            #expect(asker.state.withLock { $0.jobs.count } == 4, "one verdict, three tries")
            #expect(log.occurrences.withLock { $0 } == [])
            asker.state.withLock { $0.troubles = 3 }
            desk.endJobs(of: subject, in: "shop", verdict: "v3")
            await clock.advance(by: .seconds(10))
            #expect(log.occurrences.withLock { $0 } == [.unended(subject.key, "forbidden")])
            desk.forget(subject.key)
            desk.endJobs(of: subject, in: "shop", verdict: "v3")
            await clock.settle()
            #expect(asker.state.withLock { $0.jobs.count } == 8, "another object of that name")
        }
    }

    @Test func theEndOfTheDeskEndsEverything() async throws {
        let analysis = try GateDocketTests.analysis()
        try await Self.atWork { desk, asker, clock, _ in
            for name in ["x", "y", "z"] { desk.ask(GateDocketTests.inquiry(of: name, ["a", "b"], analysis)) }
            desk.tell([try GateDocketTests.notice("1", analysis)])
            await clock.settle()
            #expect(asker.asked.count == 7)
        }
    }

    @Test func whoNeverAnswersIsGivenUpInTheEnd() async throws {
        let inquiry = GateDocketTests.inquiry(["a"], try GateDocketTests.analysis())
        try await Self.atWork { desk, asker, clock, log in
            desk.ask(inquiry)
            await clock.advance(by: GateDesk.patience - .seconds(1))
            #expect(desk.readings(of: inquiry.subject, at: inquiry.stage) == [:])
            await clock.advance(by: .seconds(1))
            let reading = try #require(desk.readings(of: inquiry.subject, at: inquiry.stage)["a"])
            #expect(reading == GateReading(.unavailable, "no answer within 5m", taken: SampleAnalysis.start))
            #expect(log.keys.withLock { $0 } == ["reviews"])
            #expect(asker.ended == 1)
        }
    }

    @Test func withoutAnybodyWhoCanAskThatIsTheAnswer() async throws {
        let inquiry = GateDocketTests.inquiry(["a"], try GateDocketTests.analysis())
        let desk = GateDesk(nil, clock: VirtualClock(), wall: { SampleAnalysis.start })
        desk.ask(inquiry)
        #expect(await desk.settle() == [inquiry.subject.key])
        let reading = desk.readings(of: inquiry.subject, at: inquiry.stage)["a"]
        #expect(reading == GateReading(.unavailable, "nobody here can ask it", taken: SampleAnalysis.start))
        #expect(await desk.settle() == [], "at rest")
    }

    // MARK: Notices

    @Test func noticesAreToldInOrderUntilSomebodyAnswers() async throws {
        let analysis = try GateDocketTests.analysis()
        try await Self.atWork { desk, asker, clock, log in
            asker.say(.unavailable, "told")
            desk.tell(try ["1", "2"].map { try GateDocketTests.notice($0, analysis) })
            await clock.settle()
            #expect(asker.asked == ["told 1"])
            await clock.advance(by: .seconds(1))
            #expect(asker.asked == ["told 1", "told 1"])
            asker.say(.passed, "told")
            await clock.advance(by: .seconds(5))
            #expect(asker.asked == ["told 1", "told 1", "told 1", "told 2"])
            asker.say(.unavailable, "told")
            desk.tell([try GateDocketTests.notice("3", analysis)])
            await clock.advance(by: .seconds(60))
            #expect(asker.asked.count { $0 == "told 3" } == 3)
            #expect(log.untold == ["3: said"])
        }
    }

    @Test func anEventGateThatHangsHoldsUpNoQuestion() async throws {
        let analysis = try GateDocketTests.analysis()
        let inquiry = GateDocketTests.inquiry(["a"], analysis)
        try await Self.atWork { desk, asker, clock, log in
            asker.say(.passed, "a")
            for number in 0..<40 {
                desk.tell([try GateDocketTests.notice("\(number)", analysis)])
                await clock.settle()
            }
            desk.ask(inquiry)
            await clock.settle()
            #expect(desk.readings(of: inquiry.subject, at: inquiry.stage)["a"]?.outcome == .passed)
            #expect(asker.asked.filter { $0 != "a" } == ["told 0"])
            #expect(log.untold.count == 7, "32 wait and one is out: \(log.untold)")
        }
    }

    // MARK: What a status says

    @Test func aHoldTellsWhatIsAskedSinceWhen() {
        let open = [
            OpenQuestion(name: "b", since: SampleAnalysis.start + .seconds(1)),
            OpenQuestion(name: "a", since: SampleAnalysis.start + .seconds(3)),
        ]
        let hold = RolloutDecision(.hold, .awaitingGate, "step 1 waits for gate a")
        func told(_ decision: RolloutDecision, _ seconds: Int) -> String {
            decision.telling(open, now: SampleAnalysis.start + .seconds(seconds)).message
        }
        #expect(told(hold, 2) == "step 1 waits for gate a")
        #expect(told(hold, 3) == "step 1 waits for gate a; asks gate b since 2023-11-14T22:13:21Z")
        #expect(told(hold, 9) == "step 1 waits for gate a; asks gate b since 2023-11-14T22:13:21Z (and 1 more)")
        #expect(told(RolloutDecision(.hold, .paused, "paused"), 9) == "paused")
        #expect(told(RolloutDecision(.move, .moving, "moving"), 9) == "moving")
        #expect(
            RolloutDecision.telling(open, after: SampleAnalysis.start + .seconds(4)) == SampleAnalysis.start
                + .seconds(5)
        )
        #expect(RolloutDecision.telling(open, after: SampleAnalysis.start + .seconds(5)) == nil)
    }
}
