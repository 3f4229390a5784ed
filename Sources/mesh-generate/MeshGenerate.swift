internal import ArgumentParser
internal import DataTree
internal import Foundation
internal import MeshAPI

/// Writes what is made from Swift types and from data files: CRDs, and Swift sources that carry the data files.
@main
struct MeshGenerate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-generate",
        abstract: "Writes the project's generated files. Run it through hack/generate."
    )

    @Argument(help: "The project's folder.")
    var root: String

    func run() throws {
        let project = URL(fileURLWithPath: root, isDirectory: true)
        let header = "# Made by hack/generate from the types in Sources/MeshAPI. Do not edit.\n"
        for definition in [MeshOperatorDefinition.tree, MeshRolloutDefinition.tree] {
            try write(header + definition.yaml(), to: project.appending(path: "CRDs/\(Self.file(of: definition))"))
        }
        for definition in IstioDefinitions.trees {
            let file = project.appending(path: "CRDs/istio/\(Self.file(of: definition))")
            try write(header + definition.yaml(), to: file)
        }
        for embedded in try EmbeddedFile.all(in: project) {
            try write(embedded.source, to: project.appending(path: embedded.path))
        }
    }

    /// The name of the file of a definition, `group_plural.yaml`.
    private static func file(of definition: Tree) -> String {
        let name = definition.value(at: "metadata", "name")?.string ?? ""
        let plural = name.prefix { $0 != "." }
        return "\(name.dropFirst(plural.count + 1))_\(plural).yaml"
    }

    private func write(_ text: String, to file: URL) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        if let old = try? Data(contentsOf: file), old == Data(text.utf8) { return }
        try Data(text.utf8).write(to: file)
        print("wrote \(file.path)")
    }
}
