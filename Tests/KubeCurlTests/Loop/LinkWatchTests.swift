internal import KubeClient
internal import Testing

@testable internal import KubeCurl

@Suite struct LinkWatchTests {
    private static let answer = LinkWatch.Terms(
        purpose: .answer,
        connect: .seconds(10),
        total: .seconds(60),
        isShared: true
    )
    private static let stream = LinkWatch.Terms(purpose: .stream, connect: .seconds(10), total: nil, isShared: true)

    /// A watch with transfers sent at time zero over one connection.
    private static func watch(_ transfers: [Int: LinkWatch.Terms], link: Int = 7) -> LinkWatch {
        var watch = LinkWatch()
        for (id, terms) in transfers.sorted(by: { $0.key < $1.key }) {
            watch.began(id, terms, now: .zero)
            watch.submitted(id, now: .zero)
            watch.sent(id, link: link, now: .zero)
        }
        return watch
    }

    @Test func waitsForNothingWhereNothingIsUnderWay() {
        var watch = LinkWatch()
        #expect(watch.nextDue == nil)
        #expect(watch.due(now: .seconds(1_000)).isEmpty)
    }

    @Test("A transfer that waits for a connection ends with the limit on that, however long the queue before it")
    func noConnection() {
        var watch = LinkWatch()
        for id in 1...3 {
            watch.began(id, Self.answer, now: .zero)
            watch.submitted(id, now: .seconds(1))
        }
        #expect(watch.nextDue == .seconds(11))
        #expect(watch.due(now: .milliseconds(10_999)).isEmpty)
        #expect(watch.due(now: .seconds(11)) == (1...3).map { .expire($0, .noConnection(.seconds(10))) })
    }

    @Test("The limit on the whole counts from when it is handed over: neither from the wish nor from the connection")
    func total() {
        var watch = LinkWatch()
        watch.began(1, Self.answer, now: .seconds(5))
        #expect(watch.due(now: .seconds(15)) == [.tellWaiting(1, .seconds(10))])
        #expect(watch.due(now: .seconds(100)).isEmpty, "it is told once, and has no limit on the wait")
        watch.submitted(1, now: .seconds(100))
        watch.sent(1, link: 7, now: .seconds(101))
        watch.heard(1, now: .seconds(159))
        #expect(watch.due(now: .seconds(110)) == [.tellSlow(1, .seconds(10))])
        #expect(watch.due(now: .milliseconds(159_999)).isEmpty)
        #expect(watch.nextDue == .seconds(160))
        #expect(watch.due(now: .seconds(160)) == [.expire(1, .notComplete(.seconds(60)))])
    }

    @Test("What waits for its turn has a limit of its own")
    func turn() {
        var terms = Self.answer
        terms.turn = .seconds(180)
        var watch = LinkWatch()
        watch.began(1, terms, now: .seconds(5))
        #expect(watch.nextDue == .seconds(15))
        #expect(watch.due(now: .seconds(15)) == [.tellWaiting(1, .seconds(10))])
        #expect(watch.nextDue == .seconds(185))
        #expect(watch.due(now: .milliseconds(184_999)).isEmpty)
        #expect(watch.due(now: .seconds(185)) == [.expire(1, .noTurn(.seconds(180)))])
    }

    private static let paced = LinkWatch.Terms(
        purpose: .answer,
        connect: nil,
        total: nil,
        isShared: false,
        isPaced: true
    )

    @Test("A reader that stalls loses its turn once another has been kept waiting; who stalled for longest goes first")
    func stall() {
        var watch = Self.watch([1: Self.paced, 2: Self.paced, 3: Self.paced])
        _ = watch.due(now: .seconds(10))
        watch.paused(1, now: .seconds(20))
        watch.paused(2, now: .seconds(10))
        watch.paused(3, now: .seconds(10))
        watch.resumed(3, now: .seconds(39))
        #expect(watch.nextDue == nil)
        #expect(watch.due(now: .seconds(90)).isEmpty, "nobody waits")
        watch.began(4, Self.paced, now: .seconds(90))
        #expect(watch.nextDue == .seconds(100))
        #expect(watch.due(now: .milliseconds(99_999)).isEmpty)
        #expect(
            watch.due(now: .seconds(100)) == [.tellWaiting(4, .seconds(10)), .expire(2, .stalled(.seconds(90)))],
            "one for one"
        )
        watch.ended(2)
        watch.submitted(4, now: .seconds(100))
        #expect(watch.due(now: .seconds(109)).isEmpty, "the other may go on")
    }

    @Test("Pauses count together, for a reader that takes a little now and then")
    func pauses() {
        var watch = Self.watch([1: Self.paced])
        _ = watch.due(now: .seconds(10))
        watch.began(2, Self.paced, now: .zero)
        _ = watch.due(now: .seconds(10))
        for second in stride(from: Int64(10), to: 35, by: 5) {
            watch.paused(1, now: .seconds(second))
            watch.resumed(1, now: .seconds(second + 4))
        }
        #expect(watch.due(now: .seconds(35)).isEmpty, "20 s so far")
        watch.paused(1, now: .seconds(40))
        #expect(watch.nextDue == .seconds(50))
        #expect(watch.due(now: .milliseconds(49_999)).isEmpty)
        #expect(watch.due(now: .seconds(50)) == [.expire(1, .stalled(.seconds(30)))])
    }

    @Test func slowRequestsAreToldOnceAndStreamsNever() {
        var watch = Self.watch([1: Self.answer, 2: Self.stream])
        watch.heard(2, now: .seconds(10))
        #expect(watch.due(now: .seconds(10)) == [.tellSlow(1, .seconds(10))])
        watch.heard(2, now: .seconds(11))
        #expect(watch.due(now: .seconds(11)).isEmpty)
    }

    @Test("A connection is asked after two seconds of silence and given up after four")
    func silence() {
        var watch = Self.watch([1: Self.answer, 2: Self.stream])
        #expect(watch.nextDue == .seconds(2))
        #expect(watch.due(now: .milliseconds(1_999)).isEmpty)
        #expect(watch.due(now: .seconds(2)) == [.ask(link: 7, like: 1)])
        watch.began(3, .init(purpose: .sign(link: 7), connect: nil, total: nil, isShared: true), now: .seconds(2))
        watch.asked(7, by: 3, now: .seconds(2))
        watch.sent(3, link: 7, now: .seconds(2))
        #expect(watch.due(now: .milliseconds(3_999)).isEmpty)
        #expect(
            watch.due(now: .seconds(4)) == [.abandon(link: 7, transfers: [1, 2, 3], silence: .seconds(4))]
        )
        for id in 1...3 { watch.ended(id) }
        #expect(watch.nextDue == nil)
    }

    @Test("Any byte for anybody is a sign of life", arguments: [1, 2, 3])
    func life(of id: Int) {
        var watch = Self.watch([1: Self.answer, 2: Self.stream])
        watch.began(3, .init(purpose: .sign(link: 7), connect: nil, total: nil, isShared: true), now: .seconds(2))
        watch.asked(7, by: 3, now: .seconds(2))
        watch.sent(3, link: 7, now: .seconds(2))
        watch.heard(id, now: .seconds(3))
        #expect(watch.due(now: .seconds(4)).isEmpty)
        #expect(watch.due(now: .seconds(5)) == [.ask(link: 7, like: 1)])
    }

    @Test("Streams alone may be quiet for longer")
    func quiet() {
        var watch = Self.watch([2: Self.stream])
        #expect(watch.nextDue == .seconds(10))
        #expect(watch.due(now: .seconds(10)) == [.ask(link: 7, like: 2)])
    }

    @Test("Silence says nothing about a connection that cannot be asked")
    func goesElsewhere() {
        var watch = Self.watch([1: Self.answer])
        watch.began(3, .init(purpose: .sign(link: 7), connect: nil, total: nil, isShared: true), now: .seconds(2))
        watch.asked(7, by: 3, now: .seconds(2))
        watch.sent(3, link: 8, now: .seconds(2))
        watch.ended(3)
        #expect(watch.due(now: .seconds(9)).isEmpty)
        #expect(watch.due(now: .seconds(60)).last == .expire(1, .notComplete(.seconds(60))))
    }

    @Test("A request for a sign of life that found no connection says nothing either")
    func neverPlaced() {
        var watch = Self.watch([1: Self.answer])
        watch.began(3, .init(purpose: .sign(link: 7), connect: nil, total: nil, isShared: true), now: .seconds(2))
        watch.asked(7, by: 3, now: .seconds(2))
        #expect(watch.due(now: .seconds(9)).isEmpty)
    }

    @Test("Connections that nobody shares are left alone")
    func alone() {
        var terms = Self.answer
        terms.isShared = false
        var watch = Self.watch([1: terms])
        #expect(watch.due(now: .seconds(9)).isEmpty)
    }

    @Test("What broke one connection may have broken the others: they are asked at once")
    func suspects() {
        var watch = Self.watch([1: Self.answer])
        watch.began(4, Self.stream, now: .zero)
        watch.sent(4, link: 9, now: .zero)
        watch.began(3, .init(purpose: .sign(link: 7), connect: nil, total: nil, isShared: true), now: .seconds(2))
        watch.asked(7, by: 3, now: .seconds(2))
        watch.sent(3, link: 7, now: .seconds(2))
        #expect(watch.due(now: .seconds(4)).count == 1)
        watch.ended(1)
        watch.ended(3)
        #expect(watch.due(now: .seconds(4)) == [.ask(link: 9, like: 4)])
    }
}
