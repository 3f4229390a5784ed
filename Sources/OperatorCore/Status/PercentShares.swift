/// Shares of a whole in whole percents that add up to 100.
///
/// Each is the exact share rounded down, and what is missing to 100 goes to those that lost most by it (the method of the largest
/// remainder). What is there at all has at least 1, so that 100 means all of it.
struct PercentShares: Sendable, Hashable {
    /// The share of each count, in order; zeros where there is nothing to share.
    let values: [Int]

    /// Shares out 100 by `counts`, at most 100 of them above 0; counts below zero count as zero.
    init(of counts: [Int]) {
        let counts = counts.map { max(0, $0) }
        let total = counts.reduce(0, +)
        guard total > 0 else {
            values = counts.map { _ in 0 }
            return
        }
        var shares = counts.map { $0 == 0 ? 0 : max(1, $0 * 100 / total) }
        let missing = 100 - shares.reduce(0, +)
        if missing < 0, let largest = shares.indices.max(by: { shares[$0] < shares[$1] }) {
            shares[largest] += missing
        }
        let losers = counts.indices.filter { counts[$0] * 100 >= total }.sorted { left, right in
            let (mine, theirs) = (counts[left] * 100 % total, counts[right] * 100 % total)
            return mine == theirs ? left < right : mine > theirs
        }
        for index in losers.prefix(max(0, missing)) { shares[index] += 1 }
        values = shares
    }
}
