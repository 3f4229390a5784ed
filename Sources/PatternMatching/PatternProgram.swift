/// A pattern as instructions for a machine that follows all alternatives at once.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        /// Consumes one scalar of the set at this index of ``sets``.
        case consume(Int)
        /// Goes on at both places, preferring the first.
        case split(Int, Int)
        /// Goes on elsewhere.
        case jump(Int)
        /// Goes on if the condition holds.
        case check(PatternAssertion)
        /// Accepts.
        case accept
    }

    /// The most instructions a program may have.
    static let maximumSize = 20_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private var knownSets: [ScalarSet: Int] = [:]

    init(_ node: PatternNode, source: String) throws(PatternError) {
        try emit(node, source)
        try append(.accept, source)
        knownSets = [:]
    }

    /// Whether a match can only begin at the start of the text.
    var isAnchored: Bool {
        if case .check(.textStart) = instructions[0] { true } else { false }
    }

    private mutating func append(_ instruction: Instruction, _ source: String) throws(PatternError) {
        guard instructions.count < Self.maximumSize else { throw PatternError(code: .tooLarge, fragment: source) }
        instructions.append(instruction)
    }

    private mutating func emit(_ node: PatternNode, _ source: String) throws(PatternError) {
        switch node {
        case .empty: break
        case .set(let set): try append(.consume(index(of: set)), source)
        case .assertion(let condition): try append(.check(condition), source)
        case .sequence(let parts): for part in parts { try emit(part, source) }
        case .choice(let branches): try emit(choice: branches[...], source)
        case .repeated(let inner, let least, let most, let isGreedy):
            if let most {
                try emit(inner, times: least, source)
                try emit(optional: inner, times: most - least, isGreedy: isGreedy, source)
            } else if least > 0 {
                try emit(inner, times: least - 1, source)
                try emit(plus: inner, isGreedy: isGreedy, source)
            } else {
                try emit(star: inner, isGreedy: isGreedy, source)
            }
        }
    }

    private mutating func emit(_ node: PatternNode, times: Int, _ source: String) throws(PatternError) {
        for _ in 0..<times {
            let size = instructions.count
            try emit(node, source)
            // What needs no instruction once needs none however often, and would not be stopped by the limit on size.
            if instructions.count == size { return }
        }
    }

    private mutating func emit(choice branches: ArraySlice<PatternNode>, _ source: String) throws(PatternError) {
        var exits: [Int] = []
        for branch in branches.dropLast() {
            let split = instructions.count
            try append(.split(split + 1, 0), source)
            try emit(branch, source)
            exits.append(instructions.count)
            try append(.jump(0), source)
            instructions[split] = .split(split + 1, instructions.count)
        }
        if let last = branches.last { try emit(last, source) }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    private mutating func emit(
        optional inner: PatternNode,
        times: Int,
        isGreedy: Bool,
        _ source: String
    ) throws(PatternError) {
        var splits: [Int] = []
        for _ in 0..<max(0, times) {
            splits.append(instructions.count)
            try append(.jump(0), source)
            try emit(inner, source)
        }
        let end = instructions.count
        for split in splits { instructions[split] = isGreedy ? .split(split + 1, end) : .split(end, split + 1) }
    }

    private mutating func emit(plus inner: PatternNode, isGreedy: Bool, _ source: String) throws(PatternError) {
        let start = instructions.count
        try emit(inner, source)
        let end = instructions.count + 1
        try append(isGreedy ? .split(start, end) : .split(end, start), source)
    }

    private mutating func emit(star inner: PatternNode, isGreedy: Bool, _ source: String) throws(PatternError) {
        let split = instructions.count
        try append(.jump(0), source)
        if inner.canBeEmpty {
            // As one or more, made optional: a round that matches nothing then ends the loop, as in RE2 and Perl.
            try emit(plus: inner, isGreedy: isGreedy, source)
        } else {
            try emit(inner, source)
            try append(.jump(split), source)
        }
        let end = instructions.count
        instructions[split] = isGreedy ? .split(split + 1, end) : .split(end, split + 1)
    }

    private mutating func index(of set: ScalarSet) -> Int {
        if let known = knownSets[set] { return known }
        sets.append(set)
        knownSets[set] = sets.count - 1
        return sets.count - 1
    }
}
