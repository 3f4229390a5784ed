// Made by hack/generate from Manifests/profiles/minimal.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileMinimal = ##"""
        {"components":{"ingressGateways":[{"name":"istio-ingressgateway","enabled":false}]}}
        """##
}
