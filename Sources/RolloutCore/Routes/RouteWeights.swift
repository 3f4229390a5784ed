internal import DataTree

/// The destinations of one route, with their weights, and which of them lead to the versions of a rollout.
struct RouteWeights: Sendable, Hashable {
    /// One destination.
    struct Entry: Sendable, Hashable {
        var tree: Tree
        var weight: Int64
        var lead: RouteSides.Lead?
    }

    private(set) var entries: [Entry]
    /// The weight of destinations that lead to the pods of both versions.
    let open: Int64

    /// Reads `route` of a route; negative weights count as 0, and a single destination without a weight has all of it.
    init(_ route: Tree?, sides: RouteSides, namespace: String) {
        let list = route?.array ?? []
        let entries = list.map { tree in
            let said = tree["weight"]?.integer
            let weight = list.count == 1 && (said ?? 0) <= 0 ? 100 : max(0, min(said ?? 0, Self.largest))
            return Entry(tree: tree, weight: weight, lead: sides.lead(of: tree["destination"], in: namespace))
        }
        self.entries = entries
        open = entries.reduce(0) { sum, entry in
            sum + (sides.isOpen(entry.tree["destination"], in: namespace) ? entry.weight : 0)
        }
    }

    /// The largest weight that is read, that of a 32-bit number.
    private static let largest: Int64 = 2_147_483_647
    /// Weights are not scaled beyond this.
    private static let scaleLimit: Int64 = 10_000_000

    /// The weight both versions have together.
    var total: Int64 { entries.reduce(0) { $0 + ($1.lead == nil ? 0 : $1.weight) } }

    /// The weight of the canary.
    var moved: Int64 { entries.reduce(0) { $0 + ($1.lead == .canary ? $1.weight : 0) } }

    /// Whether traffic of this route takes part in a rollout: some of it may go to the stable version.
    var takesPart: Bool { total > 0 && entries.contains { $0.lead == .stable } }

    /// The share of the canary in percent, rounded up.
    var share: Int {
        guard total > 0 else { return 0 }
        return Int((moved * 100 + total - 1) / total)
    }

    /// The share of requests that reach the canary in percent, rounded up: those to the host without a subset are split by pods.
    ///
    /// - Parameter pods: what the host without a subset leads to.
    /// - Returns: ``share`` where all destinations name a version, or no pod is ready.
    func share(by pods: PodSplit) -> Int {
        guard total > 0, open > 0, pods.all > 0 else { return share }
        let reached = Double(moved) + Double(open) * Double(pods.canary) / Double(pods.all)
        return min(100, Int((reached * 100 / Double(total) - 1e-9).rounded(.up)))
    }

    /// The destinations, with nothing but what they are and in their order.
    var destinations: [Tree] { entries.map { $0.tree["destination"] ?? .null } }

    /// The route with a share of `percent` for the canary, within the weight that both versions have together.
    ///
    /// Weights of other destinations stay what they are, unless the share is no whole number: then all weights of the route grow
    /// by the same factor.
    func shifted(to percent: Int, sides: RouteSides, isFinal: Bool = false) -> [Entry] {
        let total = total
        let (scaled, factor) = scale(total, percent)
        let canary = factor > 0 ? scaled : total * Int64(percent) / 100
        let times = max(1, factor)
        var result: [Entry] = []
        var isStableDone = false
        var isCanaryDone = false
        let hasCanary = entries.contains { $0.lead == .canary }
        for var entry in entries {
            switch entry.lead {
            case nil:
                entry.weight *= times
                result.append(entry)
            case .stable:
                let pattern = entry.tree
                entry.weight = isStableDone ? 0 : total * times - canary
                entry.tree["destination"] = sides.destination(like: pattern["destination"], to: .stable)
                isStableDone = true
                if !isFinal || entry.weight > 0 || hasCanary { result.append(entry) }
                guard !hasCanary, !isCanaryDone else { continue }
                var added = Entry(tree: pattern, weight: canary, lead: .canary)
                added.tree["destination"] = sides.destination(like: pattern["destination"], to: .canary)
                result.append(added)
                isCanaryDone = true
            case .canary:
                entry.weight = isCanaryDone ? 0 : canary
                isCanaryDone = true
                result.append(entry)
            }
        }
        return result.map { entry in
            var entry = entry
            entry.tree["weight"] = .integer(entry.weight)
            return entry
        }
    }

    /// The route with all the weight of both versions on one of them; nil where it has none of either.
    func all(to lead: RouteSides.Lead, sides: RouteSides) -> [Entry] {
        guard let pattern = entries.first(where: { $0.lead == .stable }) else { return entries }
        var result: [Entry] = []
        var isDone = false
        for var entry in entries {
            guard entry.lead != nil else {
                result.append(entry)
                continue
            }
            guard !isDone else { continue }
            isDone = true
            entry.tree = pattern.tree
            entry.tree["destination"] = sides.destination(like: pattern.tree["destination"], to: lead)
            entry.weight = total
            entry.tree["weight"] = .integer(total)
            result.append(entry)
        }
        return result
    }

    /// The canary's part of a total, and the factor that makes it a whole number; a factor of 0 where that would be too large.
    private func scale(_ total: Int64, _ percent: Int) -> (canary: Int64, factor: Int64) {
        let product = total * Int64(percent)
        let rest = product % 100
        guard rest != 0 else { return (product / 100, 1) }
        let factor = 100 / Self.divisor(rest, 100)
        let sum = entries.reduce(0) { $0 + $1.weight }
        guard sum * factor <= Self.scaleLimit else { return (0, 0) }
        return (product * factor / 100, factor)
    }

    private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
        right == 0 ? max(1, left) : divisor(right, left % right)
    }
}

/// The ready pods that a host without a subset leads to.
struct PodSplit: Sendable, Hashable {
    /// How many are the canary's.
    var canary: Int
    /// How many are those of both versions.
    var all: Int

    /// More than any cluster has; a status may say anything.
    private static let most = 1_000_000

    /// Counts the ready pods of both versions.
    init(canary: Int, stable: Int) {
        self.canary = max(0, min(canary, Self.most))
        all = self.canary + max(0, min(stable, Self.most))
    }
}
