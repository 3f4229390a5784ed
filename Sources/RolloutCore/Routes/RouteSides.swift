package import DataTree

/// Where the traffic of one version goes.
package struct RouteSide: Sendable, Hashable {
    /// The version.
    package var version: String
    /// The subset that stands for it; nil where the version has a host of its own.
    package var subset: String?
    /// The host of its own; nil where it shares the rollout's.
    package var host: HostName?

    /// Describes a side.
    package init(version: String, subset: String?, host: HostName? = nil) {
        self.version = version
        self.subset = subset
        self.host = host
    }
}

/// How a destination of a route tells which version it leads to.
package struct RouteSides: Sendable, Hashable {
    /// One of the two.
    package enum Lead: Sendable, Hashable {
        /// The side that serves.
        case stable
        /// The side to come.
        case canary
    }

    /// The host whose traffic moves.
    package var host: HostName
    /// The side that serves.
    package var stable: RouteSide
    /// The side to come.
    package var canary: RouteSide

    /// Describes both sides.
    package init(host: HostName, stable: RouteSide, canary: RouteSide) {
        self.host = host
        self.stable = stable
        self.canary = canary
    }

    /// The other way round.
    package var swapped: RouteSides { RouteSides(host: host, stable: canary, canary: stable) }

    /// The version a destination leads to; the host without a subset leads to whatever serves.
    ///
    /// - Parameters:
    ///   - destination: `destination` of a route.
    ///   - namespace: the namespace of the VirtualService.
    /// - Returns: the side, nil when it leads elsewhere.
    package func lead(of destination: Tree?, in namespace: String) -> Lead? {
        guard let destination, let text = destination["host"]?.string else { return nil }
        let target = HostName(text, namespace: namespace)
        let subset = destination["subset"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        for (side, lead) in [(canary, Lead.canary), (stable, Lead.stable)] {
            if let own = side.host {
                if own == target, subset == side.subset || subset == nil { return lead }
            } else if target == host, subset != nil, subset == side.subset {
                return lead
            }
        }
        return target == host && subset == nil ? .stable : nil
    }

    /// Whether a destination leads to the pods of both versions: it names their common host and no subset.
    func isOpen(_ destination: Tree?, in namespace: String) -> Bool {
        guard let text = destination?["host"]?.string else { return false }
        let target = HostName(text, namespace: namespace)
        return target == host && ![stable.host, canary.host].contains(target)
            && destination?["subset"]?.string?.isEmpty ?? true
    }

    /// A destination like `pattern` (its port, its spelling of the host) that leads to a side.
    func destination(like pattern: Tree?, to lead: Lead) -> Tree {
        let side = lead == .stable ? stable : canary
        var result = pattern ?? ["host": .string(host.text)]
        if let own = side.host { result["host"] = .string(own.text) }
        result["subset"] = side.subset.map { .string($0) }
        return result
    }
}

extension RouteSides {
    /// The sides as they are written down.
    var tree: Tree {
        ["host": .string(host.text), "stable": stable.tree, "canary": canary.tree]
    }

    /// Reads what was written down.
    init?(_ tree: Tree?) {
        guard let tree, let host = tree["host"]?.string, let stable = RouteSide(tree["stable"]),
            let canary = RouteSide(tree["canary"])
        else { return nil }
        self.init(host: HostName(host, namespace: ""), stable: stable, canary: canary)
    }
}

extension RouteSide {
    var tree: Tree {
        var tree: Tree = ["version": .string(version)]
        tree["subset"] = subset.map { .string($0) }
        tree["host"] = host.map { .string($0.text) }
        return tree
    }

    init?(_ tree: Tree?) {
        guard let tree, let version = tree["version"]?.string else { return nil }
        self.init(
            version: version,
            subset: tree["subset"]?.string,
            host: (tree["host"]?.string).map { HostName($0, namespace: "") }
        )
    }
}
