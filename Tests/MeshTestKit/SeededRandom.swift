/// Random numbers that are the same for the same seed (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    /// The seed to print when a test fails.
    public let seed: UInt64
    private var state: UInt64

    /// Makes the stream of `seed`.
    public init(seed: UInt64) {
        self.seed = seed
        self.state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number from 0 up to, not including, `bound`.
    public mutating func int(below bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }

    /// True once in `n` times.
    public mutating func oneIn(_ n: Int) -> Bool { int(below: n) == 0 }

    /// One element of `choices`, which must not be empty.
    public mutating func pick<Element>(_ choices: [Element]) -> Element { choices[int(below: choices.count)] }
}

/// The seeds of a property test: `count` of them from a fixed start, or the one in `MESH_TEST_SEED`.
public func propertySeeds(_ count: Int, from start: UInt64 = 1) -> [UInt64] {
    if let wanted = environmentValue("MESH_TEST_SEED").flatMap({ UInt64($0) }) { return [wanted] }
    return (0..<UInt64(max(0, count))).map { start &+ $0 }
}
