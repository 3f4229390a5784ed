/// Damages texts, the same way for the same seed (SplitMix64).
struct Mutation {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }

    /// A text made of one of `corpus`, another one now and then, and some of `words`.
    mutating func input(from corpus: [[UInt8]], words: [[UInt8]]) -> [UInt8] {
        var text = corpus[below(corpus.count)]
        for _ in 0..<(1 + below(12)) { damage(&text, corpus, words) }
        return text
    }

    private mutating func damage(_ text: inout [UInt8], _ corpus: [[UInt8]], _ words: [[UInt8]]) {
        let place = below(text.count + 1)
        let length = min(below(8) == 0 ? below(text.count) : below(6), text.count - place)
        switch below(9) {
        case 0 where place < text.count: text[place] = UInt8(truncatingIfNeeded: next())
        case 1 where place < text.count: text[place] ^= 1 << UInt8(below(8))
        case 2: text.removeSubrange(place..<(place + length))
        case 3: text.insert(contentsOf: text[place..<(place + length)], at: below(text.count))
        case 4, 5: text.insert(contentsOf: words[below(words.count)], at: place)
        case 6 where text.count < 4_096: text.insert(contentsOf: corpus[below(corpus.count)], at: place)
        case 7: text.removeLast(length)
        default:
            let piece = Array(text[place..<(place + length)])
            let target = below(text.count + 1)
            text.replaceSubrange(target..<min(text.count, target + piece.count), with: piece)
        }
    }
}
