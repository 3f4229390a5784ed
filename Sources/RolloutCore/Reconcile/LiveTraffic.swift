internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// What routes lead to as they are now, whoever wrote them: what a status tells.
///
/// Weights tell it where each destination names a version. The host without a subset leads to whatever pods its Service selects, which no
/// weight tells: decisions count it as the side that serves, which is what it becomes, and people are told what it is until then.
struct LiveTraffic: Sendable {
    /// One VirtualService.
    private struct Route: Sendable {
        var object: RouteObject
        var shares: [Int]
        var isOpen: Bool
    }

    private let world: RolloutWorld
    private let pods: PodSplit
    private let routes: [Route]

    init(_ world: RolloutWorld) {
        let pods = PodSplit(canary: world.canary.readyNow, stable: world.stable.readyNow)
        self.world = world
        self.pods = pods
        let composers = world.routes.map { ($0, world.composer($0)) }
        let all = composers.map { route, composer in
            Route(
                object: route,
                shares: composer.shares(route.lists, by: pods),
                isOpen: composer.isOpen(route.lists)
            )
        }
        // What leads to the canary alone is the user's own arrangement as long as anything takes part.
        let hasParts = composers.contains { !$1.parts($0.lists).isEmpty }
        routes = all.filter { !hasParts || !world.parts($0.object).isEmpty }
    }

    /// The share of requests that the canary gets in percent; nil where that is what was moved, or nothing is rolled out.
    var share: Int? {
        guard world.routeRecord != nil || RouteShield.exposureText(world) != nil else { return nil }
        guard routes.contains(where: { $0.isOpen || world.parts($0.object).isEmpty }) else { return nil }
        let shares = routes.flatMap(\.shares)
        guard !shares.isEmpty else { return nil }
        let sum = shares.reduce(0, +)
        return sum > 0 ? max(1, sum / shares.count) : 0
    }

    /// How the requests of a route are split that names no subset, to follow what was said of it; nil for any other.
    func split(_ route: RouteObject) -> String? {
        guard let found = routes.first(where: { $0.object.object.key == route.object.key }), found.isOpen else {
            return nil
        }
        let share = found.shares.max() ?? 0
        return
            "which names no subset: requests are split by pods, \(pods.canary) of \(pods.all) ready ones are the canary's (\(share)%)"
    }

    /// Which route gives a version more than its step allows, who wrote it so, and what helps; nil for none, and where everything goes back.
    var exposure: String? {
        guard let record = world.routeRecord?.record, record.verdict == nil, !world.isFinishing else { return nil }
        let weight = world.plan.shape(of: record).weight
        for route in routes {
            let allowed = max(weight, route.object.mark?.written.weight ?? 0)
            guard let share = route.shares.max(), share > allowed else { continue }
            let writer = route.object.lastWrite.writer
            let what = split(route.object) ?? "by which \(share)% of requests go to version \(world.canarySpec.version)"
            return "\(route.object.title) was changed by \(writer), \(what); the step allows \(weight)%. "
                + "\(RolloutTools.ignoring(writer)) while a rollout is under way"
        }
        return nil
    }
}
