internal import Testing

@testable internal import KubeRuntime

/// What is said while the API server is away, of all watches together.
@Suite struct WatchOutageTests {
    private static let stores = ["pods", "services", "deployments"]

    @Test("An outage is told once, with how many watches it concerns, and again when it lasts")
    func toldOnce() {
        let outage = WatchOutage()
        var told: [Int] = []
        for failures in 1...16 {
            for store in Self.stores {
                let now = Duration.seconds(failures)
                if let count = outage.failed(store, failures: failures, now: now) { told.append(count) }
            }
        }
        // After 4, 8 and 16 failures, each time by the first of them.
        #expect(told == [3, 3, 3])
    }

    @Test("Its end is told once, with how long it lasted")
    func endToldOnce() {
        let outage = WatchOutage()
        for failures in 1...4 {
            for store in Self.stores { _ = outage.failed(store, failures: failures, now: .seconds(10 + failures)) }
        }
        let ends = Self.stores.compactMap { outage.answered($0, now: .seconds(20)) }
        #expect(ends.map(\.watches) == [3])
        #expect(ends.map(\.lasted) == [.seconds(9)])
        #expect(outage.answered("pods", now: .seconds(21)) == nil)
    }

    @Test("What passes before it is told has no end to tell, and the next outage is told anew")
    func shortOnes() {
        let outage = WatchOutage()
        for failures in 1...3 { #expect(outage.failed("pods", failures: failures, now: .zero) == nil) }
        #expect(outage.answered("pods", now: .seconds(1)) == nil)
        for failures in 1...3 { #expect(outage.failed("pods", failures: failures, now: .seconds(2)) == nil) }
        #expect(outage.failed("pods", failures: 4, now: .seconds(3)) == 1)
        #expect(outage.answered("pods", now: .seconds(4))?.lasted == .seconds(2))
    }
}
