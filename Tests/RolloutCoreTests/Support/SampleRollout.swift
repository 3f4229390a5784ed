internal import ControllerKit
internal import DataTree
internal import KubeAPI

@testable internal import RolloutCore

/// Specs and objects that scenarios begin with.
enum SampleRollout {
    static let workload = """
        workload:
          stable: {name: reviews-v1, version: v1}
          canary: {name: reviews-v2, version: v2}
        """

    static func spec(_ more: String) -> String { "\(workload)\nhost: reviews\n\(more)" }

    /// Adopts objects of the user.
    static let canary = spec(
        """
        virtualServices: [{name: reviews}]
        destinationRule: {name: reviews}
        steps: [{setWeight: 5, hold: 10s}, {setWeight: 25, hold: 10s}, {setWeight: 50, hold: 3s}]
        promotion: {scaleDownDelay: 5s}
        """
    )

    static let service = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: shop, annotations: {team: shop}}
        spec:
          hosts: [reviews]
          http:
            - name: primary
              timeout: 3s
              route: [{destination: {host: reviews}}]
        """

    static let rule = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews, namespace: shop}
        spec: {host: reviews, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}
        """

    /// A cluster with the user's objects, version 1 serving, and a MeshRollout at rest.
    static func cluster(_ spec: String = canary, service: String = service) async throws -> TestCluster {
        let cluster = try await TestCluster()
        try await cluster.create(service, TrafficResources.virtualServices)
        try await cluster.create(rule, TrafficResources.destinationRules)
        try await cluster.deploy("reviews-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(spec)
        return cluster
    }
}
