/// When failures in a row deserve to be told: after 4, 8, 16, … of them, so that one that passes is no news and one that lasts is not told
/// with every try.
public enum FailurePace {
    /// Whether the failure of this number, counted from 1, is to be told.
    public static func isTold(_ number: Int) -> Bool { number >= 4 && number.nonzeroBitCount == 1 }
}
