internal import Testing

@testable internal import OperatorCore

@Suite struct PercentSharesTests {
    @Test(
        "What is missing goes to those that lost most by rounding",
        arguments: [
            ([59, 41], [59, 41]), ([13, 9], [59, 41]), ([34, 65], [34, 66]), ([1, 1, 1], [34, 33, 33]),
            ([2, 1], [67, 33]), ([999, 1], [99, 1]), ([1, 999], [1, 99]), ([0, 7], [0, 100]), ([0, 0], [0, 0]),
            ([], []), ([-3, 3], [0, 100]), ([1, 1, 9_998], [1, 1, 98]),
        ] as [([Int], [Int])]
    )
    func shares(_ row: (counts: [Int], shares: [Int])) {
        #expect(PercentShares(of: row.counts).values == row.shares)
    }

    @Test("They add up to 100, within 1 of the exact share where nothing is tiny", arguments: 1...40)
    func sums(_ size: Int) {
        for seed in 1...20 {
            let counts = (0..<size).map { ($0 * 7_919 + seed * 104_729) % 500 }
            let total = counts.reduce(0, +)
            let shares = PercentShares(of: counts).values
            #expect(shares.reduce(0, +) == (total > 0 ? 100 : 0), "\(counts)")
            for (count, share) in zip(counts, shares) { #expect((count > 0) == (share > 0), "\(counts)") }
            guard counts.allSatisfy({ $0 == 0 || $0 * 100 >= total }) else { continue }
            for (count, share) in zip(counts, shares) where total > 0 {
                #expect(abs(Double(share) - Double(count * 100) / Double(total)) < 1, "\(counts)")
            }
        }
    }
}
