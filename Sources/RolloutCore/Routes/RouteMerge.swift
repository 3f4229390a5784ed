internal import DataTree

/// Tells the routes of the user from what a rollout made of them, also after somebody else has written them.
///
/// Three versions are compared: as they were before the rollout, as it wrote them last, and as they are. A field that is as it was
/// written counts as before; one that somebody else has changed counts as the user's, except for a change of nothing but the
/// weights of the two versions, which are the rollout's.
struct RouteMerge: Sendable, Hashable {
    /// As they were.
    let original: RouteLists
    /// As the rollout wrote them.
    let written: RouteLists
    /// As they are.
    let actual: RouteLists
    /// Tells which routes the rollout put in.
    let composer: RouteComposer

    /// The routes without the rollout.
    var base: RouteLists {
        guard actual != written else { return original }
        var result = actual
        for kind in RouteLists.Kind.allCases where actual.lists[kind] != nil {
            result.lists[kind] = merge(original[kind], composer.own(written[kind]), composer.own(actual[kind]))
        }
        return result
    }

    private func merge(_ old: [Tree], _ ours: [Tree], _ now: [Tree]) -> [Tree] {
        guard old.count == ours.count else { return now }
        return now.enumerated().map { index, route in
            guard let place = place(of: route, at: index, in: ours, sameCount: now.count == ours.count) else {
                return route
            }
            return mergeRoute(old[place], ours[place], route)
        }
    }

    private func place(of route: Tree, at index: Int, in ours: [Tree], sameCount: Bool) -> Int? {
        if let name = route["name"]?.string, !name.isEmpty {
            return ours.firstIndex { $0["name"]?.string == name }
        }
        if sameCount, ours[index]["name"] == nil { return index }
        return ours.firstIndex { $0["name"] == nil && $0["match"] == route["match"] }
    }

    private func mergeRoute(_ old: Tree, _ ours: Tree, _ now: Tree) -> Tree {
        guard now != ours else { return old }
        var result = now
        if now["route"] == ours["route"] || onlyWeightsDiffer(now, ours) { result["route"] = old["route"] }
        if MirrorField.all.allSatisfy({ now[$0] == ours[$0] }) {
            for field in MirrorField.all { result[field] = old[field] }
        }
        return result
    }

    private func onlyWeightsDiffer(_ now: Tree, _ ours: Tree) -> Bool {
        let left = RouteWeights(now["route"], sides: composer.sides, namespace: composer.namespace)
        let right = RouteWeights(ours["route"], sides: composer.sides, namespace: composer.namespace)
        return left.destinations == right.destinations
    }
}

extension RouteComposer {
    /// The routes without the rollout, as far as they tell, where nothing is written down about what was before: what the canary has goes to
    /// the stable side.
    func stripped(_ lists: RouteLists) -> RouteLists {
        var result = lists
        for kind in RouteLists.Kind.allCases where lists.lists[kind] != nil {
            result.lists[kind] = own(lists[kind]).map { route in
                guard let weights = weights(route), weights.moved > 0 else { return route }
                var changed = route
                changed["route"] = .array(weights.shifted(to: 0, sides: sides).map(\.tree))
                return changed
            }
        }
        return result
    }
}
