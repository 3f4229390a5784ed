/// Something that moves in a rollout, counted in units that move whole: workloads of a wave, replicas of a gateway, percents of a
/// route.
package struct RolloutPart: Sendable, Hashable {
    /// Its name, for messages.
    package let name: String
    /// How many units there are.
    package var total: Int
    /// How many are directed to the new side.
    package var moved: Int
    /// How many of the moved ones are up and healthy there.
    package var settled: Int

    /// Describes a part; counts below zero count as zero.
    package init(name: String, total: Int, moved: Int = 0, settled: Int = 0) {
        self.name = name
        self.total = max(0, total)
        self.moved = max(0, moved)
        self.settled = max(0, settled)
    }

    /// How many units have to be on the new side at a weight.
    ///
    /// Rounded up, so that every weight above 0 moves something; all of them at 100.
    package func need(at weight: Int) -> Int {
        guard weight > 0 else { return 0 }
        guard weight < 100 else { return total }
        let (whole, rest) = total.quotientAndRemainder(dividingBy: 100)
        return whole * weight + (rest * weight + 99) / 100
    }
}
