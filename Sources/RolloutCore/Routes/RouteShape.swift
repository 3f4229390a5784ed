package import DataTree
package import MeshAPI
internal import MeshBase

/// What a rollout makes of the routes that lead to its host, at one moment.
package struct RouteShape: Sendable, Hashable {
    /// The share of the canary, in percent from 0 to 100.
    package var weight = 0
    /// Requests that go to the canary whatever the weight, as HTTPMatchRequest; empty for none.
    package var matches: [Tree] = []
    /// The share of requests copied to the canary, in percent; 0 for none.
    package var mirror: Double = 0
    /// The fault of requests that ``matches`` sends to the canary, as HTTPFaultInjection; nil for none.
    package var fault: Tree?
    /// How users stay on one version; nil for not at all.
    package var affinity: MeshRolloutSpec.Affinity?

    /// Everything to the stable side, save a share.
    package init(weight: Int = 0) {
        self.weight = min(100, max(0, weight))
    }

    /// Whether it differs from `other` in more than the weight.
    package func differsBesidesWeight(from other: RouteShape) -> Bool {
        var same = other
        same.weight = weight
        return same != self
    }

    /// Whether it asks for what only http routes can do.
    package var needsHTTP: Bool { !matches.isEmpty || mirror > 0 || fault != nil || affinity != nil }
}

extension RouteShape {
    /// The shape as it is written down.
    var tree: Tree {
        var tree: Tree = ["weight": .integer(Int64(weight))]
        if !matches.isEmpty { tree["matches"] = .array(matches) }
        if mirror > 0 { tree["mirror"] = .double(mirror) }
        tree["fault"] = fault
        if let affinity {
            tree["cookie"] = .string(affinity.cookie)
            tree["ttl"] = .string(GoDuration.text(affinity.lifetime))
        }
        return tree
    }

    /// Reads what was written down; anything odd counts as not there.
    init(_ tree: Tree?) {
        self.init(weight: Int(clamping: tree?["weight"]?.integer ?? 0))
        matches = tree?["matches"]?.array ?? []
        mirror = min(100, max(0, tree?["mirror"]?.number ?? 0))
        fault = tree?["fault"]
        if let cookie = tree?["cookie"]?.string, let ttl = (tree?["ttl"]?.string).flatMap({ GoDuration.parse($0) }) {
            affinity = MeshRolloutSpec.Affinity(cookie: cookie, lifetime: ttl)
        }
    }
}
