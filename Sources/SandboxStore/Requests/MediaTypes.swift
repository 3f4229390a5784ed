/// The media types spoken.
enum MediaTypes {
    static let offered = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
    static let jsonPatch = "application/json-patch+json"
    static let mergePatch = "application/merge-patch+json"
    static let strategicPatch = "application/strategic-merge-patch+json"
    static let applyPatch = "application/apply-patch+yaml"
}
