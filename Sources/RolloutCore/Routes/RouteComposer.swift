internal import DataTree

/// Makes the routes of a VirtualService what a rollout wants of them: a function of the routes as they were and of a shape.
package struct RouteComposer: Sendable, Hashable {
    /// Where versions lead.
    package let sides: RouteSides
    /// The namespace of the VirtualService.
    package let namespace: String
    /// The names of the routes that take part; empty for all that lead to the host.
    package let selection: [String]
    /// What the names of routes that are put in begin with.
    package let prefix: String
    /// The entries by which other VirtualServices delegate to this one, an empty one for all requests; none where it is no delegate.
    var roots: [Tree] = []

    /// Makes a composer.
    ///
    /// - Parameters:
    ///   - sides: where versions lead.
    ///   - namespace: the namespace of the VirtualService.
    ///   - selection: the names of routes that take part; empty for all.
    ///   - rollout: the name of the MeshRollout.
    package init(sides: RouteSides, namespace: String, selection: [String] = [], rollout: String) {
        self.sides = sides
        self.namespace = namespace
        self.selection = selection
        self.prefix = "meshrollout.\(rollout)."
    }

    /// A route that takes part.
    package struct Part: Sendable, Hashable {
        /// The list it stands in.
        package var kind: RouteLists.Kind
        /// Its place among the routes that were there before.
        package var index: Int
        /// Its name, or its place in words.
        package var name: String
        /// The share of the canary, in percent.
        package var share: Int
    }

    /// The routes that take part, with their shares.
    package func parts(_ lists: RouteLists) -> [Part] {
        var result: [Part] = []
        for kind in RouteLists.Kind.allCases {
            for (index, route) in own(lists[kind]).enumerated() {
                guard let weights = weights(route) else { continue }
                let name = route["name"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "\(kind.rawValue)[\(index)]"
                result.append(Part(kind: kind, index: index, name: name, share: weights.share))
            }
        }
        return result
    }

    /// The routes in a shape.
    package func compose(_ original: RouteLists, _ shape: RouteShape) -> RouteLists {
        var result = original
        for kind in RouteLists.Kind.allCases where original.lists[kind] != nil {
            result.lists[kind] = original[kind].enumerated().flatMap { index, route -> [Tree] in
                guard let weights = weights(route) else { return [route] }
                guard kind == .http else { return [with(route, weights.shifted(to: shape.weight, sides: sides))] }
                return http(route, weights, shape, index)
            }
        }
        return result
    }

    /// The routes once the canary has become the stable side: all of it there, and nothing of the rollout.
    package func promoted(_ original: RouteLists) -> RouteLists {
        var result = original
        for kind in RouteLists.Kind.allCases where original.lists[kind] != nil {
            result.lists[kind] = original[kind].map { route in
                guard let weights = weights(route) else { return route }
                return with(route, weights.shifted(to: 100, sides: sides, isFinal: true))
            }
        }
        return result
    }

    /// Whether a route was put in by the rollout.
    func isInserted(_ route: Tree) -> Bool { route["name"]?.string?.hasPrefix(prefix) ?? false }

    /// The routes that were not put in by the rollout.
    func own(_ list: [Tree]) -> [Tree] { list.filter { !isInserted($0) } }

    /// The destinations of a route that takes part; nil when it does not.
    func weights(_ route: Tree) -> RouteWeights? {
        guard let weights = anyWeights(route), weights.takesPart else { return nil }
        return weights
    }

    /// The destinations of a route, whether it takes part or leads to the canary alone; nil when it is none of those selected.
    private func anyWeights(_ route: Tree) -> RouteWeights? {
        if !selection.isEmpty {
            guard let name = route["name"]?.string, selection.contains(name) else { return nil }
        }
        return RouteWeights(route["route"], sides: sides, namespace: namespace)
    }

    /// What share of requests reaches the canary by each route that takes part; where none does, by those that lead to the canary alone.
    func shares(_ lists: RouteLists, by pods: PodSplit) -> [Int] {
        let all = RouteLists.Kind.allCases.flatMap { own(lists[$0]) }.compactMap { anyWeights($0) }
        let parts = all.filter(\.takesPart)
        return (parts.isEmpty ? all.filter { $0.moved > 0 } : parts).map { $0.share(by: pods) }
    }

    /// Whether requests of routes that take part reach whatever pods the host selects: it is named without a subset.
    package func isOpen(_ lists: RouteLists) -> Bool {
        RouteLists.Kind.allCases.flatMap { own(lists[$0]) }.contains { (weights($0)?.open ?? 0) > 0 }
    }

    // MARK: Requests

    private func http(_ route: Tree, _ weights: RouteWeights, _ shape: RouteShape, _ index: Int) -> [Tree] {
        var result: [Tree] = []
        if shape.weight < 100, !shape.matches.isEmpty {
            let product = MatchProduct.of(shape.matches, route["match"]?.array ?? [])
            for (place, match) in alternatives(product).enumerated() {
                let word = place == 0 ? "match.\(index)" : "match.\(index).\(place)"
                var added = insert(route, weights, word, to: .canary, match: match)
                if let fault = shape.fault { added["fault"] = fault }
                result.append(added)
            }
        }
        let isShifting = shape.weight > 0 && shape.weight < 100
        if isShifting, let affinity = shape.affinity {
            for (lead, word) in [(RouteSides.Lead.canary, "canary"), (.stable, "stable")] {
                let cookie = StickyCookie(affinity, version: lead == .canary ? sides.canary : sides.stable)
                let product = MatchProduct.of([cookie.match], route["match"]?.array ?? [])
                for (place, match) in alternatives(product).enumerated() {
                    let name = place == 0 ? "stay.\(word).\(index)" : "stay.\(word).\(index).\(place)"
                    result.append(insert(route, weights, name, to: lead, match: match))
                }
            }
        }
        var entries = weights.shifted(to: shape.weight, sides: sides)
        if isShifting, let affinity = shape.affinity {
            entries = entries.map { StickyCookie.marked($0, affinity, sides: sides) }
        }
        var changed = with(route, entries)
        if shape.weight < 100, shape.mirror > 0 { MirrorField.add(to: &changed, mirror(weights), shape.mirror) }
        result.append(changed)
        return result
    }

    /// The matches of the routes to put in for a product: one route for all of it, in a delegate one for each entry, since istiod leaves a
    /// whole route out where one of its entries goes beyond its root.
    func alternatives(_ product: [Tree]) -> [[Tree]] {
        guard roots.isEmpty else { return MatchProduct.under(roots, product).map { [$0] } }
        return product.isEmpty ? [] : [product]
    }

    private func insert(
        _ route: Tree,
        _ weights: RouteWeights,
        _ word: String,
        to lead: RouteSides.Lead,
        match: [Tree]
    ) -> Tree {
        var result = with(route, weights.all(to: lead, sides: sides))
        result["name"] = .string(prefix + word)
        result["match"] = .array(match)
        return result
    }

    private func mirror(_ weights: RouteWeights) -> Tree {
        let pattern = weights.entries.first { $0.lead == .stable }?.tree["destination"]
        return sides.destination(like: pattern, to: .canary)
    }

    private func with(_ route: Tree, _ entries: [RouteWeights.Entry]) -> Tree {
        var result = route
        result["route"] = .array(entries.map(\.tree))
        return result
    }
}

/// Copies of requests in a route: `mirror` with `mirrorPercentage`, or `mirrors` where there are some already.
enum MirrorField {
    /// The fields that say who gets copies.
    static let all = ["mirror", "mirrors", "mirrorPercentage", "mirrorPercent", "mirror_percent"]

    /// Adds a destination that gets copies; those that are there stay.
    static func add(to route: inout Tree, _ destination: Tree, _ percent: Double) {
        let percentage: Tree = ["value": .double(percent)]
        if var mirrors = route["mirrors"]?.array, !mirrors.isEmpty {
            mirrors.append(["destination": destination, "percentage": percentage])
            route["mirrors"] = .array(mirrors)
        } else if let present = route["mirror"], present.object?.isEmpty == false {
            var first: Tree = ["destination": present]
            first["percentage"] =
                route["mirrorPercentage"]
                ?? (route["mirrorPercent"] ?? route["mirror_percent"]).map { ["value": $0] }
            for field in all { route[field] = Tree?.none }
            route["mirrors"] = [first, ["destination": destination, "percentage": percentage]]
        } else {
            route["mirror"] = destination
            route["mirrorPercentage"] = percentage
        }
    }
}
