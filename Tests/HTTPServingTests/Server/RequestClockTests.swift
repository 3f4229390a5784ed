internal import Testing

@testable internal import HTTPServing

@Suite struct RequestClockTests {
    enum Event: Sendable { case head, body, end, responded }

    static let histories: [([Event], RequestClock.Wait)] = [
        ([.head], .atMost(.seconds(3))),
        ([.head, .body], .atMost(.seconds(3))),
        ([.head, .end], .forever),
        ([.head, .end, .responded], .atMost(.seconds(2))),
        ([.head, .responded], .atMost(.seconds(3))),
        ([.head, .responded, .body], .atMost(.seconds(3))),
        ([.head, .responded, .end], .atMost(.seconds(2))),
        ([.head, .end, .responded, .head, .end], .forever),
    ]

    @Test(arguments: histories) func waits(_ history: [Event], _ expected: RequestClock.Wait) {
        var timeouts = HTTPServerConfiguration.Timeouts()
        timeouts.firstHead = .seconds(1)
        timeouts.idle = .seconds(2)
        timeouts.bodyStall = .seconds(3)
        var clock = RequestClock(timeouts: timeouts)
        var wait = clock.started()
        #expect(wait == .atMost(.seconds(1)))
        for event in history {
            wait =
                switch event {
                case .head: clock.received(.head)
                case .body: clock.received(.body)
                case .end: clock.received(.end)
                case .responded: clock.responded()
                }
        }
        #expect(wait == expected)
    }
}
