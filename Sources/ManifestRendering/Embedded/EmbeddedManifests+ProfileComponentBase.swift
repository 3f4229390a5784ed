// Made by hack/generate from Manifests/profiles/component-base.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileComponentBase = ##"""
        {"defaultRevision":"default","experimental":{"stableValidationPolicy":false},"base":{"enableIstioConfigCRDs":true,
        "excludedCRDs":[],"validationURL":"","validationCABundle":""},"global":{"enableReaderRBAC":true,
        "imagePullSecrets":[],"istioNamespace":"istio-system","resourceScope":"all"}}
        """##
}
