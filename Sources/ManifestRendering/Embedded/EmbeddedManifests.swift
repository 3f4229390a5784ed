internal import DataTree

/// Data files of `Manifests/`, built in; the constants are made by `hack/generate`.
enum EmbeddedManifests {
    /// Reads a constant that holds JSON.
    static func tree(_ text: String, name: String) throws(RenderError) -> Tree {
        do {
            return try Tree(json: text)
        } catch {
            throw RenderError(.brokenCatalogue, "the built-in \(name) is broken: build the program again", cause: error)
        }
    }
}

extension VersionCatalogue {
    /// The catalogue built into this program.
    ///
    /// Throws only when the program was built from a broken `Manifests/versions.yaml`.
    package static func builtIn() throws(RenderError) -> VersionCatalogue {
        try VersionCatalogue(reading: EmbeddedManifests.tree(EmbeddedManifests.versions, name: "versions.yaml"))
    }
}
