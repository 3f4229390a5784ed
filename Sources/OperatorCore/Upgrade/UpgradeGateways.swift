internal import DataTree
internal import FieldOwnership
package import KubeAPI
package import MeshAPI
package import RolloutEngine

/// How the gateways of a mesh are split between two revisions, and are to be: a function of the objects that are there.
package struct UpgradeGateways: Sendable, Hashable {
    /// One gateway.
    package struct Gateway: Sendable, Hashable {
        /// Which.
        package var id: GatewayID
        /// What to render of it now.
        package var share: GatewayShare
        /// The part of the rollout it is; nil where it does not move at this step.
        package var part: RolloutPart?
        /// The share of ready pods that are of the new revision, in percent; nil when none is ready.
        package var reached: Int?
    }

    /// No gateways.
    package static let none = UpgradeGateways()

    private init() {}

    /// The gateways, in order.
    package private(set) var gateways: [Gateway] = []

    /// How gateways move.
    package struct Rules: Sendable, Hashable {
        /// How.
        package var mode: UpgradePlan.GatewayMode
        /// The share of the new revision, in percent.
        package var weight: Int
        /// The revision gateways come from, nil when all are to run with ``new``.
        package var old: String?
        /// The revision they go to.
        package var new: String

        /// Describes a move.
        package init(_ mode: UpgradePlan.GatewayMode, weight: Int, from old: String?, to new: String) {
            self.mode = mode
            self.weight = weight
            self.old = old
            self.new = new
        }
    }

    /// Looks at all gateways.
    ///
    /// - Parameters:
    ///   - bounds: how many pods each may have.
    ///   - live: the objects of the mesh.
    ///   - rules: how they move.
    ///   - spec: what was asked for; it names the Deployments of gateways that are not there yet.
    package init(
        _ bounds: [GatewayID: GatewayBounds],
        live: [ResourceID: KubeObject],
        _ rules: Rules,
        _ spec: MeshOperatorSpec
    ) {
        var found: [GatewayID: [String: KubeObject]] = [:]
        for object in live.values where object.kind == .deployment && !object.isDeleting {
            guard let revision = object.labels[MeshNames.Label.revision],
                ["ingressGateways", "egressGateways"].contains(object.labels[MeshNames.Label.component] ?? "")
            else { continue }
            for id in bounds.keys where id.namespace == object.namespace {
                let names = [id.name, id.name + RevisionSlot(name: revision, version: "").suffix]
                if names.contains(object.name) { found[id, default: [:]][revision] = object }
            }
        }
        for (id, bound) in bounds.sorted(by: { $0.key < $1.key }) {
            gateways.append(Self.gateway(id, bound, found[id] ?? [:], rules, spec))
        }
    }

    /// What to render, by gateway.
    package var shares: [GatewayID: GatewayShare] {
        Dictionary(gateways.map { ($0.id, $0.share) }, uniquingKeysWith: { first, _ in first })
    }

    /// The parts of the rollout.
    package var parts: [RolloutPart] { gateways.compactMap(\.part) }

    /// The revisions that run a gateway.
    package var revisions: Set<String> { Set(gateways.flatMap { $0.share.sides.map(\.revision) }) }

    // MARK: One gateway

    private static func gateway(
        _ id: GatewayID,
        _ bounds: GatewayBounds,
        _ found: [String: KubeObject],
        _ rules: Rules,
        _ spec: MeshOperatorSpec
    ) -> Gateway {
        let target = side(rules.new, id, found, spec, isNew: rules.old != nil)
        // Without a rollout a gateway may still be where an earlier one has left it.
        let others = found.keys.filter { $0 != rules.new }.sorted()
        guard let old = rules.old ?? others.first else {
            return Gateway(id: id, share: alone(target, bounds, found[rules.new]), part: nil, reached: 100)
        }
        let stable = side(old, id, found, spec, isNew: false)
        switch rules.mode {
        case .manual:
            // It stays with whatever revision it is found with, be that of an earlier hop.
            let name = found[old] == nil ? others.first ?? (found[rules.new] == nil ? old : rules.new) : old
            let stays = side(name, id, found, spec, isNew: false)
            let share = alone(stays, bounds, found[name])
            return Gateway(id: id, share: share, part: nil, reached: name == rules.new ? 100 : 0)
        case .restart: return restarted(id, found, rules, stable)
        case .weighted: break
        }
        let move = GatewayMove(
            weight: rules.weight,
            bounds: bounds,
            old: count(found[old]),
            new: count(found[rules.new]),
            plan: found[rules.new]?.annotations[GatewayShare.Plan.annotation].flatMap { GatewayShare.Plan($0) }
        )
        let isOver = rules.old == nil && move.isSettled
        let share = move.share(stable: stable, target: target)
        return Gateway(
            id: id,
            share: isOver ? share.promoted() : share,
            part: rules.old == nil ? nil : move.part(name: "gateway \(id)"),
            reached: move.reached
        )
    }

    /// A gateway on one side; a number of pods that we set, and nothing rendered sets, stays said with the value it has.
    private static func alone(
        _ side: GatewayShare.Side,
        _ bounds: GatewayBounds,
        _ deployment: KubeObject?
    ) -> GatewayShare {
        var side = side
        let count = count(deployment)
        if bounds.scaling == .foreign, count.isHeld { side.pods = .exactly(max(1, count.pods)) }
        return GatewayShare(side)
    }

    /// One Deployment changes in place, with the last share.
    private static func restarted(
        _ id: GatewayID,
        _ found: [String: KubeObject],
        _ rules: Rules,
        _ stable: GatewayShare.Side
    ) -> Gateway {
        let moves = rules.weight >= 100
        let side = GatewayShare.Side(revision: moves ? rules.new : stable.revision, home: stable.home)
        let new = count(found[rules.new])
        let isThere = found[rules.new] != nil && found[stable.revision] == nil
        var part: RolloutPart?
        if rules.old != nil, moves || isThere {
            let isUp = isThere && new.ready >= new.pods && new.pods > 0
            part = RolloutPart(name: "gateway \(id)", total: 1, moved: isThere ? 1 : 0, settled: isUp ? 1 : 0)
        }
        return Gateway(id: id, share: GatewayShare(side), part: part, reached: isThere ? 100 : 0)
    }

    private static func side(
        _ revision: String,
        _ id: GatewayID,
        _ found: [String: KubeObject],
        _ spec: MeshOperatorSpec,
        isNew: Bool
    ) -> GatewayShare.Side {
        if let there = found[revision] {
            return GatewayShare.Side(revision: revision, home: there.name == id.name ? .plain : .named)
        }
        var side = RevisionComposition.homeSide(of: revision, spec)
        let isTaken = found.values.contains { $0.name == id.name }
        if isNew, isTaken, side.home == .plain, spec.upgrade.gateways != .restart { side.home = .named }
        return side
    }

    private static func count(_ deployment: KubeObject?) -> GatewayMove.Count {
        guard let deployment else { return .absent }
        func number(_ part: String, _ field: String) -> Int {
            deployment.tree.value(at: part, field)?.integer.flatMap { Int(exactly: $0) } ?? 0
        }
        let wanted = deployment.tree.value(at: "spec", "replicas") == nil ? 1 : number("spec", "replicas")
        var count = GatewayMove.Count(pods: wanted, ready: number("status", "readyReplicas"))
        let owned = ObjectOwnership(deployment).applied(by: MeshPlanner.manager)
        count.isHeld = owned?.owns(FieldPlace(fields: "spec", "replicas")) ?? false
        return count
    }
}
