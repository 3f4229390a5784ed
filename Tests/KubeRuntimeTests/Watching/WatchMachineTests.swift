internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import Testing

/// The rules, one event after another.
@Suite struct WatchMachineTests {
    private static let random = RandomSource { 0 }
    private static let broken = WatchProblem(.unreachable, message: "reset")

    private struct Run {
        var machine: WatchMachine
        var last: WatchMachine.Reaction

        init(_ configuration: WatchMachine.Configuration) {
            machine = WatchMachine(configuration: configuration)
            last = machine.start()
        }

        /// Feeds events and gives what the last one led to.
        mutating func feed(_ events: WatchMachine.Event...) -> WatchMachine.Reaction {
            for event in events { last = machine.handle(event, random: WatchMachineTests.random) }
            return last
        }

        var wait: Duration? {
            if case .wait(let duration, _) = last.next { duration } else { nil }
        }
    }

    private static func paged(staleListLimit: Int = 3) -> Run {
        Run(.init(pageSize: 2, prefersStreaming: false, staleListLimit: staleListLimit))
    }

    private static func version(_ number: Int) -> ResourceVersion { ResourceVersion(String(number)) }

    private static func page(_ version: Int, _ objects: KubeObject..., more: String? = nil) -> WatchMachine.Event {
        .page(ListPage(objects: objects, version: String(version), continuation: more))
    }

    /// A run that has listed up to version 10 and watches from there.
    private static func watching() -> Run {
        var run = paged()
        _ = run.feed(page(10), .signal(.opened))
        return run
    }

    @Test("pages are staged, and published together")
    func pages() {
        var run = Self.paged()
        #expect(run.last.next == .list(continuation: nil, limit: 2))
        #expect(run.last.effects.last == .beginReplacement)
        let (a, b) = (pod("a", version: 1), pod("b", version: 2))
        #expect(
            run.feed(Self.page(10, a, more: "c1"))
                == .init(effects: [.stage([a])], next: .list(continuation: "c1", limit: 2))
        )
        let last = run.feed(Self.page(10, b))
        #expect(last.effects == [.stage([b]), .commit(Self.version(10), .keepNewer)])
        #expect(last.next == .watch(.after(Self.version(10))))
    }

    @Test("a kind that is not served is looked for less and less often, and at once when its definition is seen")
    func notServed() {
        var run = Self.watching()
        let missing = WatchProblem(.notServed, message: "404")
        #expect(run.feed(.broken(missing)).next == .awaitKind(.seconds(5)))
        #expect(run.feed(.waited, .broken(missing)).next == .awaitKind(.seconds(10)))
        for _ in 0..<9 { _ = run.feed(.waited, Self.page(10), .broken(missing)) }
        #expect(run.last.next == .awaitKind(.seconds(300)))
        let arrived = run.feed(.kindArrived)
        #expect(arrived.effects.contains(.beginReplacement))
        #expect(arrived.next == .list(continuation: nil, limit: 2))
        #expect(run.feed(Self.page(10), .broken(missing)).next == .awaitKind(.seconds(5)))
    }

    @Test("a list that fails between pages begins anew, and nothing of it is published")
    func pageFailure() {
        var run = Self.paged()
        let failed = run.feed(Self.page(10, pod("a", version: 1), more: "c1"), .listFailed(Self.broken))
        #expect(failed.next == .wait(.milliseconds(800)))
        #expect(!failed.effects.contains { if case .commit = $0 { true } else { false } })
        let again = run.feed(.waited)
        #expect(again.effects.contains(.beginReplacement))
        #expect(again.next == .list(continuation: nil, limit: 2))
    }

    @Test("a list that keeps expiring between pages is read in one piece")
    func expiringPages() {
        var run = Self.paged()
        let expired = WatchProblem(.expired, message: "410")
        _ = run.feed(.listFailed(expired), .waited, .listFailed(expired), .waited)
        #expect(run.last.next == .list(continuation: nil, limit: nil))
        _ = run.feed(Self.page(10), .listDue)
        #expect(run.last.next == .list(continuation: nil, limit: 2))
    }

    @Test("few objects fit a small page; only a kind with more is streamed, and then from the start")
    func smallFirst() {
        var run = Run(Self.small(streaming: true))
        #expect(run.last.next == .list(continuation: nil, limit: 3))
        #expect(run.feed(Self.page(10, pod("a", version: 1))).next == .watch(.after(Self.version(10))))
        #expect(run.feed(.listDue).next == .list(continuation: nil, limit: 3))
        let many = run.feed(Self.page(12, pod("a", version: 1), more: "c1"))
        #expect(many.effects.last == .beginReplacement)
        #expect(many.next == .watch(.initialEvents))
        _ = run.feed(.signal(.opened), .signal(.bookmark(Self.version(13), endsInitialEvents: true)))
        #expect(run.feed(.listDue).next == .watch(.initialEvents))
    }

    @Test("where pages are read, the small one is the first of them; one that expired is not asked for again")
    func smallFirstOfPages() {
        var run = Run(Self.small(streaming: false))
        let more = run.feed(Self.page(10, pod("a", version: 1), more: "c1"))
        #expect(more.effects == [.stage([pod("a", version: 1)])])
        #expect(more.next == .list(continuation: "c1", limit: 500))
        let end = run.feed(Self.page(10, pod("b", version: 1)))
        #expect(end.next == .watch(.after(Self.version(10))))
        #expect(run.feed(.listDue).next == .list(continuation: nil, limit: 500))
        var other = Run(Self.small(streaming: false))
        _ = other.feed(.listFailed(WatchProblem(.expired, message: "410")), .waited)
        #expect(other.last.next == .list(continuation: nil, limit: 500))
    }

    private static func small(streaming: Bool) -> WatchMachine.Configuration {
        var configuration = WatchMachine.Configuration(prefersStreaming: streaming)
        configuration.firstPage = 3
        return configuration
    }

    @Test("a stream of initial objects is published at its end, and a watch goes on from there")
    func streaming() {
        var run = Run(.init())
        #expect(run.last.next == .watch(.initialEvents))
        let (a, b) = (pod("a", version: 1), pod("b", version: 2))
        #expect(run.feed(.signal(.opened), .signal(.added(a))) == .init(effects: [.stage([a])], next: .read))
        #expect(run.feed(.signal(.modified(b))).effects == [.stage([b])])
        #expect(run.feed(.signal(.deleted(a))).effects == [.unstage(a)])
        #expect(run.feed(.signal(.bookmark(Self.version(5), endsInitialEvents: false))).effects == [])
        let end = run.feed(.signal(.bookmark(Self.version(7), endsInitialEvents: true)))
        #expect(end == .init(effects: [.commit(Self.version(7), .keepNewer)], next: .watch(.after(Self.version(7)))))
        #expect(run.feed(.signal(.added(a))).effects == [.apply(a)])
    }

    @Test(
        "a stream that dies midway publishes nothing; the second time pages are read",
        arguments: [WatchMachine.Event.ended(after: .seconds(3)), .broken(broken), .silent, .signal(.failed(broken))]
    )
    func streamDies(death: WatchMachine.Event) {
        var run = Run(.init())
        for attempt in 0..<2 {
            let dead = run.feed(.signal(.opened), .signal(.added(pod("a", version: 1))), death)
            #expect(run.wait != nil)
            #expect(!dead.effects.contains { if case .commit = $0 { true } else { false } })
            let next = run.feed(.waited)
            #expect(next.effects.contains(.beginReplacement))
            #expect(next.next == (attempt == 0 ? .watch(.initialEvents) : .list(continuation: nil, limit: 500)))
        }
        _ = run.feed(Self.page(3), .listDue)
        #expect(run.last.next == .watch(.initialEvents), "after a list by pages, streams get one more chance")
    }

    @Test("a server that is down does not count against streaming")
    func streamUnreachable() {
        var run = Run(.init())
        for _ in 0..<5 { _ = run.feed(.broken(Self.broken), .waited) }
        #expect(run.last.next == .watch(.initialEvents))
    }

    @Test("a server that cannot stream is asked for pages, at once and from then on")
    func streamUnsupported() {
        var run = Run(.init())
        let unsupported = WatchProblem(.unsupported, message: "422")
        #expect(run.feed(.broken(unsupported)).next == .list(continuation: nil, limit: 500))
        #expect(run.feed(Self.page(3), .listDue).next == .list(continuation: nil, limit: 500))
    }

    @Test("events are applied, and the watch goes on from the latest version")
    func events() {
        var run = Self.watching()
        let (a, b) = (pod("a", version: 12), pod("b", version: 11))
        #expect(run.feed(.signal(.added(a))) == .init(effects: [.apply(a)], next: .read))
        #expect(run.feed(.signal(.modified(b))).effects == [.apply(b)])
        #expect(run.feed(.ended(after: .milliseconds(10))).next == .watch(.after(Self.version(12))))
        #expect(
            run.feed(.signal(.opened), .signal(.deleted(pod("a", version: 15)))).effects == [
                .remove(pod("a", version: 15))
            ]
        )
        #expect(
            run.feed(.signal(.bookmark(Self.version(20), endsInitialEvents: false))).effects == [
                .advance(Self.version(20))
            ]
        )
        #expect(run.feed(.silent).next == .watch(.after(Self.version(20))))
    }

    @Test("an expired version leads to a list at once, and with waits when it happens again and again")
    func expired() {
        var run = Self.watching()
        let expired = WatchMachine.Event.signal(.failed(WatchProblem(.expired, message: "410")))
        #expect(run.feed(expired).next == .list(continuation: nil, limit: 2))
        _ = run.feed(Self.page(20), .signal(.opened), expired)
        #expect(run.wait == .milliseconds(1_600))
        #expect(run.feed(.waited).next == .list(continuation: nil, limit: 2))
        _ = run.feed(Self.page(30), .signal(.opened), .signal(.added(pod("a", version: 31))))
        #expect(run.feed(expired).next == .list(continuation: nil, limit: 2), "progress ends the row of failures")
    }

    @Test("a watch that breaks is opened again from where it was, after a wait that grows up to a limit")
    func breaks() {
        var run = Self.watching()
        var waits: [Duration] = []
        for _ in 0..<8 {
            _ = run.feed(.broken(Self.broken))
            if let wait = run.wait { waits.append(wait) }
            #expect(run.feed(.waited).next == .watch(.after(Self.version(10))))
        }
        let expected = [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]
        #expect(waits == expected.map { .milliseconds($0) })
    }

    @Test("a watch that was open for a while ends a row of failures, also when nothing was told and it breaks")
    func breaksAfterAWhile() {
        var run = Self.watching()
        for _ in 0..<5 { _ = run.feed(.broken(Self.broken), .waited) }
        _ = run.feed(.signal(.opened), .broken(Self.broken, after: .milliseconds(900)))
        #expect(run.wait == .milliseconds(25_600), "too short to count")
        _ = run.feed(.waited, .signal(.opened), .broken(Self.broken, after: .seconds(12)))
        #expect(run.wait == .milliseconds(800))
    }

    @Test("the other side may ask for a longer wait")
    func retryAfter() {
        var run = Self.watching()
        _ = run.feed(.broken(WatchProblem(.refused, message: "429", retryAfter: .seconds(17))))
        #expect(run.wait == .seconds(17))
        _ = run.feed(.waited, .broken(WatchProblem(.refused, message: "429", retryAfter: .seconds(1_000_000))))
        #expect(run.wait == .seconds(300))
    }

    @Test("a server that refuses a version again and again is asked for everything")
    func refusals() {
        var run = Self.watching()
        let refused = WatchMachine.Event.broken(WatchProblem(.refused, message: "500"))
        for _ in 0..<2 { #expect(run.feed(refused, .waited).next == .watch(.after(Self.version(10)))) }
        #expect(run.feed(refused, .waited).next == .list(continuation: nil, limit: 2))
    }

    @Test("a watch that ends at once and without events is a failure, a long one is not")
    func shortWatch() {
        var run = Self.watching()
        _ = run.feed(.ended(after: .milliseconds(3)))
        #expect(run.wait == .milliseconds(800))
        #expect(
            run.feed(.waited, .signal(.opened), .ended(after: .seconds(2))).next == .watch(.after(Self.version(10)))
        )
    }

    @Test("a list from the past is refused, and believed when it stays so")
    func staleLists() {
        var run = Self.watching()
        _ = run.feed(.signal(.added(pod("a", version: 50))), .listDue)
        for attempt in 1...3 {
            let refused = run.feed(Self.page(40))
            #expect(!refused.effects.contains { if case .commit = $0 { true } else { false } }, "attempt \(attempt)")
            #expect(refused.effects.contains(.report(.staleList(Self.version(40), seen: Self.version(50)))))
            #expect(run.feed(.waited).next == .list(continuation: nil, limit: 2))
        }
        let believed = run.feed(Self.page(40))
        #expect(believed.effects.contains(.commit(Self.version(40), .replaceAll)))
        #expect(believed.next == .watch(.after(Self.version(40))))
    }

    @Test("a stale stream is refused too, and its connection left")
    func staleStream() {
        var run = Run(.init())
        _ = run.feed(.signal(.opened), .signal(.bookmark(Self.version(50), endsInitialEvents: true)), .listDue)
        _ = run.feed(.signal(.opened), .signal(.bookmark(Self.version(40), endsInitialEvents: true)))
        #expect(run.wait != nil)
    }

    @Test("an answer without version, name or sense changes nothing")
    func malformed() {
        var run = Self.paged()
        _ = run.feed(.page(ListPage(objects: [], version: nil)))
        #expect(run.wait != nil)
        run = Self.watching()
        let nameless = pod("", version: 11)
        for signal in [WatchSignal.added(nameless), .modified(nameless), .deleted(nameless)] {
            #expect(run.feed(.signal(signal)) == .init(effects: [.report(.malformed)], next: .read))
        }
        #expect(
            run.feed(.signal(.bookmark(ResourceVersion(""), endsInitialEvents: false))).effects == [.report(.malformed)]
        )
        #expect(run.feed(.silent).next == .watch(.after(Self.version(10))))
    }
}
