internal import Synchronization

/// Where random numbers come from; injected, so that tests can repeat a run from its seed.
///
/// Copies share one stream of numbers, and it may be used from several tasks at once.
public struct RandomSource: Sendable, RandomNumberGenerator {
    private let nextWord: @Sendable () -> UInt64

    /// Makes a source that asks `nextWord` for 64 random bits at a time.
    public init(_ nextWord: @escaping @Sendable () -> UInt64) {
        self.nextWord = nextWord
    }

    /// The random numbers of the operating system, fit for names and keys.
    public static let system = RandomSource {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// A stream of numbers that is the same for the same seed; not fit for secrets.
    public static func seeded(_ seed: UInt64) -> RandomSource {
        let stream = SeededStream(seed: seed)
        return RandomSource { stream.next() }
    }

    /// The next 64 random bits.
    public func next() -> UInt64 { nextWord() }

    /// A number that is at least 0 and less than 1.
    public func unit() -> Double { Double(nextWord() >> 11) * 0x1p-53 }

    /// `count` random bytes; none for a count below 1.
    public func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, count))
        while bytes.count < count {
            let word = nextWord()
            for shift in stride(from: 0, to: 64, by: 8) where bytes.count < count {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }
}

/// The SplitMix64 generator (Steele, Lea, Flood 2014) behind a lock.
private final class SeededStream: Sendable {
    private let state: Mutex<UInt64>

    init(seed: UInt64) {
        self.state = Mutex(seed)
    }

    func next() -> UInt64 {
        var word = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return state
        }
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
