// Made by hack/generate from Manifests/profiles/remote.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileRemote = ##"""
        {"components":{"ingressGateways":[{"name":"istio-ingressgateway","enabled":false}]},"values":{"profile":"remote"},
        "defaults":{"istiodRemote":{"enabled":true},"configMap":false,"telemetry":{"enabled":false},
        "global":{"omitSidecarInjectorConfigMap":true}}}
        """##
}
