/// How long rollouts take.
package enum RolloutDuration {
    /// The bounds of a histogram of whole rollouts, in seconds: from one without holds to one over a weekend.
    package static let buckets: [Double] = [10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 43_200, 86_400, 259_200]
}
