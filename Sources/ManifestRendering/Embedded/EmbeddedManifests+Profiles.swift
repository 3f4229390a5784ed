// Made by hack/generate from the names in Manifests/profiles. Do not edit.

extension EmbeddedManifests {
    static let profiles: [String: String] = [
        "component-base": profileComponentBase,
        "component-cni": profileComponentCni,
        "component-gateways": profileComponentGateways,
        "component-pilot": profileComponentPilot,
        "default": profileDefault,
        "demo": profileDemo,
        "empty": profileEmpty,
        "minimal": profileMinimal,
        "platforms": profilePlatforms,
        "preview": profilePreview,
        "remote": profileRemote,
        "stable": profileStable,
    ]
}
