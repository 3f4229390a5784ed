internal import MeshBase
internal import MeshTestKit
internal import Testing

struct BackoffTests {
    @Test func growsToTheMaximum() {
        var backoff = Backoff(initial: .milliseconds(100), factor: 2, maximum: .seconds(1), jitter: 0)
        let random = RandomSource.seeded(1)
        let delays = (0..<6).map { _ in backoff.next(random: random) }
        #expect(delays == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
        backoff.reset()
        #expect(backoff.next(random: random) == .milliseconds(100))
    }

    @Test(arguments: propertySeeds(50))
    func staysWithinItsBounds(seed: UInt64) {
        let random = RandomSource.seeded(seed)
        let backoff = Backoff(initial: .seconds(1), factor: 3, maximum: .seconds(20), jitter: 0.5)
        for failures in [0, 1, 2, 3, 1_000, Int.max] {
            let full: Duration = min(.seconds(20), .seconds(1) * (failures < 3 ? [1, 3, 9][failures] : 27))
            let delay = backoff.delay(afterFailures: failures, random: random)
            #expect(delay <= full && delay >= full * 0.5, "seed \(seed), failures \(failures)")
        }
    }

    @Test func movesOddValuesIntoRange() {
        let backoff = Backoff(initial: .seconds(-1), factor: .nan, maximum: .seconds(-2), jitter: 7)
        #expect(backoff.delay(afterFailures: .max, random: .seeded(3)) == .zero)
        #expect(backoff.jitter == 1)
    }
}
