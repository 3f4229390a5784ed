internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@Suite struct GateBookTests {
    static let start = SampleAnalysis.start
    static let analysis = """
        interval: 30s
        window: 1m
        prometheus: {address: 'http://p'}
        metrics:
          - {name: success, builtIn: SuccessRate, min: 99}
          - {name: shown, builtIn: LatencyP99, max: 1, dryRun: true}
          - {name: smoke, job: {template: {}}}
        gates:
          - {name: step, type: ConfirmStep, url: 'http://g'}
          - {name: last, type: ConfirmPromotion, url: 'http://g'}
          - {name: back, type: Rollback, url: 'http://g'}
          - {name: told, type: Event, url: 'http://g'}
        """

    func book(settled: Timestamp? = nil, isLast: Bool = false) throws -> GateBook {
        var progress = RolloutProgress()
        progress.settledSince = settled?.rfc3339Micro
        return GateBook(try SampleAnalysis.make(Self.analysis), progress: progress, isLastStep: isLast)
    }

    @Test func whatCountsAtWhichStep() throws {
        #expect(try book().states.map(\.name) == ["success", "shown", "smoke", "step", "back"])
        #expect(try book(isLast: true).states.map(\.name) == ["success", "shown", "smoke", "step", "last", "back"])
        #expect(try book().states.map(\.isDryRun) == [false, true, false, false, false])
    }

    @Test func beforeTheShareIsReachedOnlyNumbersAndTheWayBackAreAsked() throws {
        var book = try book()
        #expect(book.due(now: Self.start) == ["success", "shown", "back"])
        for name in book.due(now: Self.start) { book.note(name, GateReading(.passed, "ok", taken: Self.start)) }
        #expect(book.due(now: Self.start + .seconds(29)) == [])
        #expect(book.nextDue(now: Self.start) == Self.start + .seconds(30))
        #expect(book.due(now: Self.start + .seconds(30)) == ["success", "shown", "back"])
    }

    @Test func aPassCountsWhenTheWindowLiesWithinTheStep() throws {
        var book = try book(settled: Self.start)
        #expect(book.due(now: Self.start) == ["success", "shown", "smoke", "step", "back"])
        func note(_ name: String, _ outcome: GateReading.Outcome, _ seconds: Int) -> GateReading.Outcome? {
            book.note(name, GateReading(outcome, "said", taken: Self.start + .seconds(seconds)))
            return book.states.first { $0.name == name }?.last?.outcome
        }
        #expect(note("success", .passed, 30) == .inconclusive)
        #expect(note("success", .failed, 40) == .failed, "a failure counts at once")
        #expect(note("success", .passed, 59) == .inconclusive)
        #expect(book.nextDue(now: Self.start + .seconds(59)) != nil)
        #expect(note("success", .passed, 60) == .passed)
        #expect(note("step", .passed, 0) == .passed, "gates know nothing of windows")
        #expect(note("smoke", .passed, 0) == .passed)
    }

    @Test func theDelayCanBeSet() throws {
        let spec = try SampleAnalysis.make("initialDelay: 5s\n\(Self.analysis)")
        var progress = RolloutProgress()
        progress.settledSince = Self.start.rfc3339Micro
        var book = GateBook(spec, progress: progress, isLastStep: false)
        book.note("success", GateReading(.passed, "ok", taken: Self.start + .seconds(5)))
        #expect(book.states.first?.last?.outcome == .passed)
    }

    @Test func anAnswerFromBeforeIsAskedForAgainWhenOneCounts() throws {
        var book = try book(settled: Self.start)
        book.note("success", GateReading(.failed, "no", taken: Self.start + .seconds(45)))
        book.note("shown", GateReading(.failed, "no", taken: Self.start + .seconds(45)))
        book.note("back", GateReading(.passed, "no", taken: Self.start + .seconds(45)))
        #expect(!book.due(now: Self.start + .seconds(59)).contains("success"))
        #expect(book.due(now: Self.start + .seconds(60)).contains("success"))
    }

    @Test func aJobThatPassedIsNotRunAgain() throws {
        var book = try book(settled: Self.start)
        book.note("smoke", GateReading(.inconclusive, "runs", taken: Self.start))
        #expect(book.due(now: Self.start + .seconds(30)).contains("smoke"))
        book.note("smoke", GateReading(.passed, "done", taken: Self.start + .seconds(30)))
        #expect(!book.due(now: Self.start + .seconds(86_400)).contains("smoke"))
    }

    @Test func countsAreTakenUpFromTheStatus() throws {
        var kept = RolloutProgress.Gate()
        kept.name = "success"
        kept.outcome = "Failed"
        kept.message = "93 is below 99"
        kept.failures = 2
        kept.errors = -5
        kept.taken = Self.start.rfc3339Micro
        var progress = RolloutProgress()
        progress.gates = [kept]
        let book = GateBook(try SampleAnalysis.make(Self.analysis), progress: progress, isLastStep: false)
        let state = try #require(book.states.first)
        #expect(state.failures == 2)
        #expect(state.errors == 0)
        #expect(state.last == GateReading(.failed, "93 is below 99", taken: Self.start))
        #expect(!book.due(now: Self.start + .seconds(10)).contains("success"))
    }

    @Test func aStrangeStatusIsHarmless() throws {
        var kept = RolloutProgress.Gate()
        kept.name = "success"
        kept.outcome = "Splendid"
        kept.failures = .max
        kept.errors = .max
        kept.passes = .max
        var progress = RolloutProgress()
        progress.gates = [kept, kept]
        progress.settledSince = "yesterday"
        var book = GateBook(try SampleAnalysis.make(Self.analysis), progress: progress, isLastStep: false)
        book.note("success", GateReading(.failed, "", taken: Self.start))
        book.note("success", GateReading(.unavailable, "", taken: Self.start + .seconds(1)))
        #expect(book.states.first?.failures == 1_000_001)
        book.note("unknown", GateReading(.failed, "", taken: Self.start))
        #expect(!book.states.contains { $0.name == "unknown" })
    }

    @Test func aNewStepForgets() throws {
        var book = try book(settled: Self.start)
        book.note("success", GateReading(.failed, "no", taken: Self.start))
        book.reset()
        #expect(book.states.allSatisfy { $0.last == nil && $0.failures == 0 })
        #expect(book.due(now: Self.start + .seconds(1)) == ["success", "shown", "back"])
    }

    /// Whatever the answers, no gate is asked more often than at the interval, apart from the one look when passes begin to count,
    /// and each is asked again within it.
    @Test(.tags(.property), arguments: propertySeeds(100))
    func pace(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let settled = random.oneIn(2) ? Self.start + .seconds(random.int(below: 100)) : nil
        var book = try book(settled: settled, isLast: random.oneIn(2))
        var last: [String: Timestamp] = [:]
        var now = Self.start
        for _ in 0..<200 {
            for name in book.due(now: now) {
                if let before = last[name], let settled {
                    #expect(before + .seconds(30) <= now || before < settled + .seconds(60), "seed \(seed)")
                }
                last[name] = now
                let outcome = random.pick([GateReading.Outcome.passed, .failed, .inconclusive, .unavailable])
                book.note(name, GateReading(outcome, "x", taken: now))
            }
            if let next = book.nextDue(now: now) {
                #expect(next > now, "seed \(seed)")
                #expect(next <= now + .seconds(160), "seed \(seed)")
            }
            now = now + .milliseconds(1 + random.int(below: 20_000))
        }
    }
}

extension Tag {
    @Tag static var property: Self
}
