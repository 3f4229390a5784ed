package import KubeAPI
internal import MeshAPI

/// The kinds that a rollout changes traffic with.
package enum TrafficResources {
    /// networking.istio.io VirtualServices.
    package static let virtualServices = resource("VirtualService", "virtualservices")
    /// networking.istio.io DestinationRules.
    package static let destinationRules = resource("DestinationRule", "destinationrules")

    private static func resource(_ kind: String, _ plural: String) -> APIResource {
        APIResource(
            kind: GroupVersionKind(group: "networking.istio.io", version: "v1", kind: kind),
            plural: plural,
            isNamespaced: true
        )
    }
}
