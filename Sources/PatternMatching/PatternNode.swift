/// A parsed pattern.
indirect enum PatternNode {
    /// Matches nothing at all, successfully.
    case empty
    /// One scalar of a set.
    case set(ScalarSet)
    /// One after the other.
    case sequence([PatternNode])
    /// The first that leads to a match.
    case choice([PatternNode])
    /// A repetition; no `most` means without limit.
    case repeated(PatternNode, least: Int, most: Int?, isGreedy: Bool)
    /// A condition on the place.
    case assertion(PatternAssertion)

    /// Whether nothing at all can match.
    var canBeEmpty: Bool {
        switch self {
        case .empty, .assertion: true
        case .set: false
        case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
        case .choice(let branches): branches.contains(where: \.canBeEmpty)
        case .repeated(let inner, let least, _, _): least == 0 || inner.canBeEmpty
        }
    }
}

/// A condition on the place between two scalars.
enum PatternAssertion: Sendable, Hashable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
}
