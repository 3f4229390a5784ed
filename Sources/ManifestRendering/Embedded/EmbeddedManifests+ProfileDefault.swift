// Made by hack/generate from Manifests/profiles/default.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileDefault = ##"""
        {"components":{"base":{"enabled":true},"pilot":{"enabled":true},"ingressGateways":[{"name":"istio-ingressgateway",
        "enabled":true}],"egressGateways":[{"name":"istio-egressgateway","enabled":false}]},"values":{"defaultRevision":"",
        "global":{"istioNamespace":"istio-system","configValidation":true},"gateways":{"istio-ingressgateway":{},
        "istio-egressgateway":{}},"ztunnel":{"resourceName":"ztunnel"}}}
        """##
}
