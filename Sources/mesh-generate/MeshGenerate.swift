internal import ArgumentParser
internal import DataTree
internal import Foundation
internal import MeshAPI

/// Writes what is made from Swift types and data files: CRDs, and Swift sources that carry the data files.
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
        func file(_ definition: Tree, in folder: String) throws -> (name: String, content: [UInt8]) {
            let (name, text) = (Self.file(of: definition), header + definition.yaml())
            try write(text, to: project.appending(path: "\(folder)/\(name)"))
            return (name, Array(text.utf8))
        }
        let own = try [MeshOperatorDefinition.tree, MeshRolloutDefinition.tree].map { try file($0, in: "CRDs") }
        for definition in IstioDefinitions.trees { _ = try file(definition, in: "CRDs/istio") }
        try write(DefinitionFiles.source(of: own), to: project.appending(path: DefinitionFiles.sourcePath))
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
