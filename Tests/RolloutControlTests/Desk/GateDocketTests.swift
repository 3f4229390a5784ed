internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutEngine
internal import Testing

@testable internal import RolloutControl

/// The rules of the desk, on a value.
@Suite struct GateDocketTests {
    static let start = SampleAnalysis.start

    static func analysis(_ names: [String] = ["a", "b", "c"]) throws -> AnalysisSpec {
        let gates = names.map { "{name: \($0), url: 'http://\($0)'}" }.joined(separator: ", ")
        return try SampleAnalysis.make("{gates: [\(gates), {name: told, type: Event, url: 'http://t'}]}")
    }

    static func inquiry(
        of object: String = "reviews",
        _ names: [String],
        uid: String = "1",
        attempt: String = "v2",
        step: Int = 1,
        _ analysis: AnalysisSpec
    ) -> GateInquiry {
        var question = SampleAnalysis.question
        question.key = ObjectKey(namespace: "shop", name: object)
        (question.attempt, question.step) = (attempt, step)
        return GateInquiry(GateSubject(key: question.key, uid: uid), question, analysis, names: names)
    }

    static func passed(_ text: String = "") -> GateReading { GateReading(.passed, text, taken: start) }

    static func names(_ work: [GateDocket.Work]) -> [String] {
        work.map { item in
            switch item.errand {
            case .ask(let name, let inquiry): "\(inquiry.subject.key.name)/\(name)"
            case .tell(let notice): "\(notice.subject.key.name)!\(notice.gate.name) \(notice.question.message)"
            }
        }
    }

    @Test func whatIsOpenIsNotAskedTwice() throws {
        let analysis = try Self.analysis()
        var docket = GateDocket()
        let inquiry = Self.inquiry(["a", "b", "nobody"], analysis)
        #expect(docket.ask(inquiry, now: Self.start) == [])
        let work = docket.start()
        #expect(Self.names(work) == ["reviews/a", "reviews/b"])
        #expect(docket.ask(inquiry, now: Self.start + .seconds(9)) == [])
        #expect(docket.start() == [])
        #expect(docket.open(of: inquiry.subject, at: inquiry.stage).map(\.since) == [Self.start, Self.start])
        #expect(docket.finish(work[0].ticket, Self.passed())?.name == "a")
        // Nobody has seen the answer: whoever still names the gate does not know of it.
        #expect(docket.ask(inquiry, now: Self.start + .seconds(10)) == [])
        #expect(docket.start() == [])
        #expect(docket.readings(of: inquiry.subject, at: inquiry.stage).keys.sorted() == ["a"])
        _ = docket.ask(inquiry, now: Self.start + .seconds(30))
        #expect(Self.names(docket.start()) == ["reviews/a"], "due again")
    }

    /// What makes an open question pointless.
    enum Change: String, CaseIterable {
        case unnamed, step, attempt, analysis, uid, withdrawn, forgotten, closed
    }

    @Test(arguments: Change.allCases)
    func whatIsPointlessIsCancelledAndItsAnswerCountsForNothing(_ change: Change) throws {
        let analysis = try Self.analysis()
        var docket = GateDocket()
        let old = Self.inquiry(["a"], analysis)
        var next = old
        _ = docket.ask(old, now: Self.start)
        let ticket = try #require(docket.start().first?.ticket)
        let dropped: [GateDocket.Ticket]
        switch change {
        case .unnamed: next.names = ["b"]
        case .step: next.question.step = 2
        case .attempt: next.question.attempt = "v2 later"
        case .analysis: next.analysis = try Self.analysis(["a"])
        case .uid: next.subject.uid = "2"
        case .withdrawn, .forgotten, .closed: break
        }
        switch change {
        case .withdrawn: dropped = docket.withdraw(old.subject.key)
        case .forgotten: dropped = docket.forget(old.subject.key)
        case .closed: dropped = docket.close()
        default: dropped = docket.ask(next, now: Self.start + .seconds(5))
        }
        #expect(dropped == [ticket])
        #expect(docket.finish(ticket, Self.passed()) == nil)
        for inquiry in [old, next] { #expect(docket.readings(of: inquiry.subject, at: inquiry.stage) == [:]) }
        #expect(docket.outCount.questions == 0)
        let again = Self.names(docket.start())
        let isAsked = ![.withdrawn, .forgotten, .closed].contains(change)
        #expect(again == (isAsked ? [change == .unnamed ? "reviews/b" : "reviews/a"] : []))
    }

    @Test func answersOfAnEarlierStageDoNotCountForTheNext() throws {
        let analysis = try Self.analysis()
        var docket = GateDocket()
        let first = Self.inquiry(["a"], analysis)
        let second = Self.inquiry(["b"], step: 2, analysis)
        _ = docket.ask(first, now: Self.start)
        _ = docket.finish(try #require(docket.start().first?.ticket), Self.passed())
        #expect(docket.readings(of: first.subject, at: second.stage) == [:])
        #expect(docket.readings(of: first.subject, at: first.stage).keys.sorted() == ["a"])
        #expect(
            docket.readings(of: first.subject, at: first.stage).keys.sorted() == ["a"],
            "a failed reconcile counts again"
        )
        _ = docket.ask(second, now: Self.start)
        #expect(docket.readings(of: first.subject, at: first.stage) == [:])
        #expect(docket.readings(of: first.subject, at: second.stage) == [:])
    }

    @Test func anObjectThatHangsDoesNotKeepOthersFromTheirTurn() throws {
        let many = try Self.analysis((0..<20).map { "g\($0)" })
        var docket = GateDocket(.init(questions: 12, keptBack: 4, perObject: 8))
        _ = docket.ask(Self.inquiry(of: "slow", many.gates.map(\.name).filter { $0 != "told" }, many), now: Self.start)
        #expect(docket.start().count == 8, "no more than eight for one object")
        let analysis = try Self.analysis()
        for name in ["x", "y", "z", "q"] {
            _ = docket.ask(Self.inquiry(of: name, ["a", "b"], analysis), now: Self.start)
        }
        #expect(Self.names(docket.start()) == ["x/a", "y/a", "z/a", "q/a"], "the places kept back: one for each")
        #expect(docket.outCount.questions == 12)
        #expect(docket.start() == [])
    }

    @Test func objectsTakeTurns() throws {
        let analysis = try Self.analysis()
        var docket = GateDocket(.init(questions: 2, keptBack: 0, perObject: 8))
        for name in ["x", "y"] { _ = docket.ask(Self.inquiry(of: name, ["a", "b", "c"], analysis), now: Self.start) }
        var order: [String] = []
        while case let work = docket.start(), !work.isEmpty {
            order += Self.names(work)
            for item in work { _ = docket.finish(item.ticket, Self.passed()) }
        }
        #expect(order == ["x/a", "y/a", "x/b", "y/b", "x/c", "y/c"])
    }

    // MARK: Notices

    static func notice(_ message: String, _ analysis: AnalysisSpec, object: String = "reviews") throws -> GateNotice {
        let inquiry = inquiry(of: object, [], analysis)
        var question = inquiry.question
        question.message = message
        return GateNotice(inquiry.subject, try #require(analysis.gates.last), question)
    }

    @Test func noticesGoInOrderOneAtATime() throws {
        let analysis = try Self.analysis()
        var docket = GateDocket(.init(line: 2))
        #expect(docket.tell(try Self.notice("1", analysis)) == nil)
        let first = docket.start()
        #expect(Self.names(first) == ["reviews!told 1"])
        for message in ["2", "3"] { #expect(docket.tell(try Self.notice(message, analysis)) == nil) }
        #expect(docket.tell(try Self.notice("4", analysis))?.question.message == "2", "the oldest that waits goes")
        #expect(docket.start() == [], "one at a time")
        #expect(docket.tell(try Self.notice("x", analysis, object: "ratings")) == nil)
        #expect(Self.names(docket.start()) == ["ratings!told x"], "others are not held up")
        #expect(docket.finish(first[0].ticket, nil) == nil)
        let second = docket.start()
        #expect(Self.names(second) == ["reviews!told 3"])
        _ = docket.withdraw(first[0].errand.key)
        _ = docket.finish(second[0].ticket, nil)
        #expect(Self.names(docket.start()) == ["reviews!told 4"], "a pause takes back no notice")
        #expect(docket.forget(first[0].errand.key).count == 1)
    }

    // MARK: Any order of events

    @Test(arguments: propertySeeds(200))
    func holdsWhateverHappens(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let limits = GateDocket.Limits(questions: 6, keptBack: 2, perObject: 3, notices: 2, line: 3)
        var docket = GateDocket(limits)
        let analyses = [try Self.analysis(), try Self.analysis(["a", "b", "c", "d"])]
        var out: [GateDocket.Ticket: GateDocket.Work] = [:]
        var current: [ObjectKey: GateInquiry] = [:]
        var dropped: Set<GateDocket.Ticket> = []
        for step in 0..<120 {
            let context = "seed \(seed) step \(step)"
            let object = random.pick(["x", "y", "z", "w"])
            switch random.int(below: 7) {
            case 0, 1, 2:
                let names = ["a", "b", "c", "d"].filter { _ in random.oneIn(2) }
                let inquiry = Self.inquiry(
                    of: object,
                    names,
                    uid: random.oneIn(9) ? "2" : "1",
                    step: random.oneIn(4) ? 2 : 1,
                    random.pick(analyses)
                )
                dropped.formUnion(docket.ask(inquiry, now: Self.start + .seconds(step)))
                current[inquiry.subject.key] = inquiry
            case 3:
                let key = ObjectKey(namespace: "shop", name: object)
                dropped.formUnion(random.oneIn(2) ? docket.forget(key) : docket.withdraw(key))
            case 4: _ = docket.tell(try Self.notice("\(step)", analyses[0], object: object))
            default:
                guard let ticket = out.keys.sorted().first(where: { _ in random.oneIn(2) }) else { break }
                let work = out.removeValue(forKey: ticket)
                let answer = docket.finish(ticket, Self.passed("\(ticket)"))
                guard case .ask(let name, let inquiry)? = work?.errand else { break }
                #expect(answer == nil || !dropped.contains(ticket), "\(context): what was cancelled does not count")
                let isMeant = current[inquiry.subject.key].map {
                    $0.stage == inquiry.stage && $0.subject == inquiry.subject
                }
                if answer != nil { #expect(isMeant == true, "\(context): \(name) counts for another stage") }
            }
            for work in docket.start() {
                #expect(out.updateValue(work, forKey: work.ticket) == nil)
            }
            let asked = out.values.compactMap { $0.errand.question }
            #expect(asked.count <= limits.questions, "\(context)")
            for key in Set(asked.map(\.1.subject.key)) {
                #expect(asked.count { $0.1.subject.key == key } <= limits.perObject, "\(context)")
            }
            let live = out.values.filter { !dropped.contains($0.ticket) }.compactMap { $0.errand.question }
            let places = live.map { "\($0.1.subject) \($0.0)" }
            #expect(Set(places).count == places.count, "\(context): the same is out twice")
            #expect(out.count - asked.count <= limits.notices, "\(context)")
        }
        // Whatever waits is asked once the others come to an end.
        for _ in 0..<200 where !out.isEmpty {
            for ticket in out.keys.sorted() {
                out[ticket] = nil
                _ = docket.finish(ticket, Self.passed())
            }
            for work in docket.start() { out[work.ticket] = work }
        }
        #expect(out.isEmpty)
        for inquiry in current.values {
            #expect(docket.open(of: inquiry.subject, at: inquiry.stage).isEmpty, "seed \(seed): somebody starves")
        }
    }
}

extension GateDocket.Work.Errand {
    var question: (String, GateInquiry)? {
        if case .ask(let name, let inquiry) = self { (name, inquiry) } else { nil }
    }

    var key: ObjectKey {
        switch self {
        case .ask(_, let inquiry): inquiry.subject.key
        case .tell(let notice): notice.subject.key
        }
    }
}
