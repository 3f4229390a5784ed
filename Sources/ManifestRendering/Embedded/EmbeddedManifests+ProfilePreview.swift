// Made by hack/generate from Manifests/profiles/preview.yaml. Do not edit.

extension EmbeddedManifests {
    static let profilePreview = ##"""
        {"values":{"profile":"preview"},"defaults":{"meshConfig":{"defaultConfig":{"proxyMetadata":{"ISTIO_META_DNS_CAPTURE":"true"}}}}}
        """##
}
