package import KubeAPI

/// A gateway of the mesh, whatever Deployments run it.
package struct GatewayID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Where it lives.
    package var namespace: String
    /// Its name: that of its Service.
    package var name: String

    /// Names a gateway.
    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Namespace and name.
    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    /// `namespace/name`.
    package var description: String { "\(namespace)/\(name)" }

    /// Ordered by namespace, then by name.
    package static func < (left: GatewayID, right: GatewayID) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// How one gateway is split between the Deployments of two revisions.
///
/// ``GatewayMove`` computes it; ``RevisionComposer`` renders it.
package struct GatewayShare: Sendable, Hashable {
    /// Which Deployment a revision runs a gateway in.
    package enum Home: Sendable, Hashable {
        /// The one that bears the gateway's name, as rendering without an upgrade has it.
        case plain
        /// `GATEWAY-REVISION`, whose selector names the revision too.
        case named
    }

    /// How many pods a side is to have.
    package enum Pods: Sendable, Hashable {
        /// As the spec says: its replicas, or what its autoscaler finds right.
        case asRendered
        /// Exactly so many: the autoscaler, if there is one, is held there.
        case exactly(Int)
        /// So many at least; an autoscaler may go up to `most`.
        case between(Int, most: Int)
    }

    /// One side: a revision's Deployment.
    package struct Side: Sendable, Hashable {
        /// The revision it runs with.
        package var revision: String
        /// Which Deployment it is.
        package var home: Home
        /// How many pods it is to have.
        package var pods: Pods

        /// Describes a side.
        package init(revision: String, home: Home, pods: Pods = .asRendered) {
            self.revision = revision
            self.home = home
            self.pods = pods
        }

        /// The name of its Deployment.
        package func deployment(of gateway: GatewayID) -> String {
            home == .plain ? gateway.name : gateway.name + RevisionSlot.suffix(of: revision)
        }
    }

    /// What a step was planned with, kept on the new side's Deployment so that later looks come to the same plan.
    package struct Plan: Sendable, Hashable {
        /// The annotation that holds it.
        package static let annotation = "meshoperator.io/gateway-share"

        /// The share of the new side, in percent.
        package let weight: Int
        /// How many pods both sides are to have together.
        package let total: Int

        /// Describes a plan; numbers are held within bounds.
        package init(weight: Int, total: Int) {
            self.weight = min(max(weight, 0), 100)
            self.total = min(max(total, 0), GatewayBounds.most)
        }

        /// Reads the annotation, nil for anything else than `WEIGHT% of TOTAL` within bounds.
        package init?(_ text: String) {
            let parts = text.split(separator: " ")
            guard parts.count == 3, parts[0].last == "%", parts[1] == "of", let weight = Int(parts[0].dropLast()),
                let total = Int(parts[2]), (0...100).contains(weight), (0...GatewayBounds.most).contains(total)
            else { return nil }
            self.init(weight: weight, total: total)
        }

        /// As the annotation has it: `25% of 4`.
        package var text: String { "\(weight)% of \(total)" }
    }

    /// The side it comes from; nil when one Deployment changes in place.
    package var stable: Side?
    /// The side it goes to; nil while nothing moves.
    package var target: Side?
    /// What the step was planned with.
    package var plan: Plan?

    /// A gateway that runs with one revision.
    package init(_ side: Side) {
        stable = side
    }

    /// A gateway between two revisions.
    package init(stable: Side?, target: Side?, plan: Plan? = nil) {
        self.stable = stable
        self.target = target
        self.plan = plan
    }

    /// The sides there are.
    package var sides: [Side] { [stable, target].compactMap(\.self) }

    /// The gateway on the target alone, as it stays after promotion: its autoscaler is free again, a number of pods that no
    /// autoscaler sets stays said.
    package func promoted() -> GatewayShare {
        guard var target else { return self }
        if case .between = target.pods { target.pods = .asRendered }
        return GatewayShare(target)
    }
}
