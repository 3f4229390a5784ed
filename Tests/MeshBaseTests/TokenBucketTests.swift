internal import MeshBase
internal import MeshTestKit
internal import Testing

struct TokenBucketTests {
    @Test func allowsABurstAndThenTheRate() {
        var bucket = TokenBucket(perSecond: 10, burst: 3)
        for _ in 0..<3 { #expect(bucket.take(at: .zero) == .zero) }
        let wait = bucket.take(at: .zero)
        #expect(wait == .milliseconds(100))
        #expect(bucket.take(at: .milliseconds(50)) == .milliseconds(50))
        #expect(bucket.take(at: .milliseconds(100)) == .zero)
        #expect(bucket.take(at: .seconds(100)) == .zero)
    }

    @Test func lendsFromTheFuture() {
        var bucket = TokenBucket(perSecond: 2, burst: 1)
        #expect(bucket.reserve(at: .zero) == .zero)
        #expect(bucket.reserve(at: .zero) == .milliseconds(500))
        #expect(bucket.reserve(at: .zero) == .seconds(1))
        #expect(bucket.reserve(at: .seconds(10)) == .zero)
    }

    @Test(arguments: propertySeeds(100))
    func neverLetsMoreThroughThanAllowed(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (rate, burst) = (Double(1 + random.int(below: 50)), 1 + random.int(below: 20))
        var bucket = TokenBucket(perSecond: rate, burst: burst)
        var now = Duration.zero
        var taken = 0
        for _ in 0..<500 {
            if bucket.take(at: now) == .zero { taken += 1 }
            if random.oneIn(2) { now += .milliseconds(random.int(below: 40)) }
        }
        #expect(Double(taken) <= Double(burst) + now / .seconds(1) * rate + 0.001, "seed \(seed)")
    }

    @Test func raisesValuesThatWouldLetNothingThrough() {
        var bucket = TokenBucket(perSecond: .nan, burst: -5)
        #expect(bucket.burst == 1)
        #expect(bucket.take(at: .zero) == .zero)
        #expect(bucket.take(at: .zero) > .zero)
    }
}
