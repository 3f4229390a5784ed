internal import DataTree
package import KubeAPI
internal import MeshAPI

/// What is live of a gateway: its Deployments, one per revision.
package struct GatewaySight: Sendable, Hashable {
    /// One Deployment.
    package struct Side: Sendable, Hashable {
        /// Which one.
        package var side: GatewayShare.Side
        /// Its pods.
        package var count: GatewayMove.Count
        /// What the step was planned with, where it is written there.
        package var plan: GatewayShare.Plan?
    }

    /// The Deployments, by name.
    package private(set) var sides: [Side] = []

    /// The gateways among a mesh's objects.
    package static func all(in live: [KubeObject]) -> [GatewayID: GatewaySight] {
        var result: [GatewayID: GatewaySight] = [:]
        for deployment in live.sorted(by: { $0.key < $1.key }) {
            guard let (gateway, side) = read(deployment) else { continue }
            result[gateway, default: GatewaySight()].sides.append(side)
        }
        return result
    }

    /// The side of a revision.
    package func side(of revision: String) -> Side? { sides.first { $0.side.revision == revision } }

    /// The share in force between the side of `target` and the others.
    ///
    /// - Parameters:
    ///   - target: the revision gateways move to, nil for none.
    ///   - stable: the revision they come from.
    ///   - bounds: how many pods the gateway may have; nil leaves numbers as they are.
    /// - Returns: the share, nil where the gateway has no Deployment.
    package func share(to target: String?, from stable: String, bounds: GatewayBounds?) -> GatewayShare? {
        let new = target.flatMap { side(of: $0) }
        let others = sides.filter { $0.side.revision != target }
        let old =
            others.first { $0.side.revision == stable } ?? others.max { $0.count.pods < $1.count.pods }
        guard let old else { return new.map { Self.alone($0, bounds) } }
        guard let new else { return Self.alone(old, bounds) }
        guard let bounds else { return GatewayShare(stable: old.side, target: new.side, plan: new.plan) }
        let weight = new.plan?.weight ?? Self.weight(old.count.pods, new.count.pods)
        let move = GatewayMove(weight: weight, bounds: bounds, old: old.count, new: new.count, plan: new.plan)
        return move.share(stable: old.side, target: new.side)
    }

    /// A gateway of one side.
    ///
    /// A number of pods that we set and nothing rendered sets stays said, with the value it has.
    private static func alone(_ side: Side, _ bounds: GatewayBounds?) -> GatewayShare {
        var one = side.side
        if bounds?.scaling == .foreign, side.count.isHeld { one.pods = .exactly(max(1, side.count.pods)) }
        return GatewayShare(one)
    }

    /// The weight that numbers of pods stand for when it is not written down.
    private static func weight(_ old: Int, _ new: Int) -> Int {
        old + new == 0 ? 0 : new * 100 / (old + new)
    }

    private static func read(_ deployment: KubeObject) -> (GatewayID, Side)? {
        let labels = deployment.labels
        guard deployment.kind.kind == "Deployment", !deployment.isDeleting, let namespace = deployment.namespace,
            ["ingressGateways", "egressGateways"].contains(labels[MeshNames.Label.component] ?? "")
        else { return nil }
        let revision = labels[MeshNames.Label.revision] ?? RevisionSlot.unnamed
        let ending = RevisionSlot.suffix(of: revision)
        let selected = deployment.tree.value(at: "spec", "selector", "matchLabels", MeshNames.Label.revision)?.string
        let isNamed = selected == revision && !ending.isEmpty && deployment.name.hasSuffix(ending)
        let name = isNamed ? String(deployment.name.dropLast(ending.count)) : deployment.name
        func count(_ part: String, _ field: String) -> Int? {
            (deployment.tree.value(at: part, field)?.integer).flatMap { Int(exactly: $0) }
        }
        var pods = GatewayMove.Count(
            pods: count("spec", "replicas") ?? 1,
            ready: count("status", "readyReplicas") ?? 0
        )
        let owned = ObjectOwnership(deployment).applied(by: MeshPlanner.manager)
        pods.isHeld = owned?.owns(FieldPlace(fields: "spec", "replicas")) ?? false
        let side = Side(
            side: GatewayShare.Side(revision: revision, home: isNamed ? .named : .plain),
            count: pods,
            plan: deployment.annotations[GatewayShare.Plan.annotation].flatMap { GatewayShare.Plan($0) }
        )
        return (GatewayID(namespace: namespace, name: name), side)
    }
}
