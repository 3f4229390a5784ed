internal import DataTree
package import KubeAPI

/// How many pods a gateway may have, as rendered without an upgrade.
package struct GatewayBounds: Sendable, Hashable {
    /// More than any gateway has; numbers from outside are held below it.
    package static let most = 100_000

    /// Who sets the number of pods.
    package enum Scaling: Sendable, Hashable {
        /// The spec, to ``least``.
        case fixed
        /// An autoscaler that is rendered.
        case rendered
        /// Somebody else: nothing is rendered about it.
        case foreign
    }

    /// The least number of pods.
    package let least: Int
    /// The greatest.
    package let most: Int
    /// Who sets it.
    package let scaling: Scaling

    /// Makes bounds; impossible ones are made possible.
    package init(least: Int, most: Int, scaling: Scaling) {
        let low = min(max(least, 0), Self.most)
        self.least = low
        self.most = min(max(most, low), Self.most)
        self.scaling = scaling
    }

    /// A fixed number of pods.
    package init(replicas: Int) {
        self.init(least: replicas, most: replicas, scaling: .fixed)
    }

    /// The bounds of every gateway of a mesh rendered for one revision.
    package static func all(in blueprint: MeshBlueprint) -> [GatewayID: GatewayBounds] {
        var result: [GatewayID: GatewayBounds] = [:]
        for deployment in blueprint.objects where deployment.kind.kind == "Deployment" {
            guard let gateway = blueprint.gateway(of: deployment), gateway.name == deployment.name else { continue }
            let scaler = blueprint.objects.first {
                $0.kind.kind == "HorizontalPodAutoscaler" && $0.namespace == deployment.namespace
                    && $0.tree.value(at: "spec", "scaleTargetRef", "name")?.string == deployment.name
            }
            result[gateway] = GatewayBounds(deployment: deployment, scaler: scaler)
        }
        return result
    }

    private init(deployment: KubeObject, scaler: KubeObject?) {
        func count(_ object: KubeObject?, _ field: String) -> Int? {
            (object?.tree.value(at: "spec", field)?.integer).flatMap { Int(exactly: $0) }
        }
        if let scaler {
            let least = count(scaler, "minReplicas") ?? 1
            self.init(least: least, most: count(scaler, "maxReplicas") ?? least, scaling: .rendered)
        } else if let replicas = count(deployment, "replicas") {
            self.init(replicas: replicas)
        } else {
            self.init(least: 1, most: Self.most, scaling: .foreign)
        }
    }
}

extension MeshBlueprint {
    /// The gateway an object belongs to, nil for other objects.
    package func gateway(of object: KubeObject) -> GatewayID? {
        guard let component = components[ResourceID(object)], let namespace = object.namespace else { return nil }
        for kind in ["ingressGateways/", "egressGateways/"] where component.hasPrefix(kind) {
            return GatewayID(namespace: namespace, name: String(component.dropFirst(kind.count)))
        }
        return nil
    }
}
