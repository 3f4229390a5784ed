internal import DataTree
package import ManifestRendering

/// `meshctl version`: this program's version and the mesh versions it knows.
package struct VersionReport: Sendable {
    /// This program's version.
    package static let program = "0.2.0"

    /// The versions known.
    package let catalogue: VersionCatalogue

    /// Makes the command.
    package init(catalogue: VersionCatalogue) {
        self.catalogue = catalogue
    }

    /// Prints them as lines, or as JSON.
    package func run(json: Bool) -> CommandOutcome {
        if json {
            let versions = catalogue.entries.map { Tree.string($0.version.description) }
            let tree: Tree = [
                "meshctl": .string(Self.program), "defaultVersion": .string(catalogue.defaultVersion.description),
                "versions": .array(versions),
            ]
            return CommandOutcome(output: tree.jsonText(.pretty) + "\n")
        }
        var lines = [
            "meshctl \(Self.program)", "default mesh version \(catalogue.defaultVersion)", "mesh versions known:",
        ]
        var seen: Set<String> = []
        for minor in catalogue.entries.map(\.minor) where seen.insert(minor.name).inserted {
            let patches = catalogue.entries.filter { $0.minor.name == minor.name }.map(\.version.description)
            let kubernetes = [minor.kubernetes.first, minor.kubernetes.last].compactMap(\.self).joined(
                separator: " to "
            )
            let end = minor.endOfLife.map { ", fixes until \($0)" } ?? ""
            lines.append("  \(minor.name): \(patches.joined(separator: ", ")) (Kubernetes \(kubernetes)\(end))")
        }
        return CommandOutcome(output: lines.joined(separator: "\n") + "\n")
    }
}
