/// How many replicas a side needs for a share of the traffic.
struct CapacityRule: Sendable, Hashable {
    /// How many replicas carry all of it.
    let full: Int
    /// How many of the needed ones must be ready, in percent.
    let minReadyPercent: Int

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - known: how many replicas carried everything when the rollout began; 0 where nobody remembers.
    ///   - carrier: how many replicas the side wants that carries the larger part now; an autoscaler may have raised it since.
    ///   - minReadyPercent: how many of the needed replicas must be ready, in percent.
    init(known: Int, carrier: Int, minReadyPercent: Int) {
        full = min(1_000_000, max(1, known, carrier))
        self.minReadyPercent = min(100, max(0, minReadyPercent))
    }

    /// How many replicas a share needs.
    func wanted(at weight: Int) -> Int {
        guard weight > 0 else { return 0 }
        return max(1, (full * min(100, weight) + 99) / 100)
    }

    /// How many of them must be ready.
    func ready(at weight: Int) -> Int {
        let wanted = wanted(at: weight)
        guard wanted > 0 else { return 0 }
        return max(1, (wanted * minReadyPercent + 99) / 100)
    }

    /// The largest share that so many ready replicas carry, in percent.
    func share(of ready: Int) -> Int {
        let needed = self.ready(at: 100)
        guard ready < needed else { return 100 }
        return max(0, ready) * 100 / needed
    }
}
