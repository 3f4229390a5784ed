// Made by hack/generate from Manifests/profiles/empty.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileEmpty = ##"""
        {"components":{"base":{"enabled":false},"pilot":{"enabled":false},"ingressGateways":[{"name":"istio-ingressgateway",
        "enabled":false}]}}
        """##
}
