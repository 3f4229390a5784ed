// Made by hack/generate from Manifests/profiles/stable.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileStable = ##"""
        {"values":{"profile":"stable"},"defaults":{"experimental":{"stableValidationPolicy":true}}}
        """##
}
