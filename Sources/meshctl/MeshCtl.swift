internal import ArgumentParser
internal import Foundation
internal import ManifestRendering
internal import MeshCLI

/// The command line of the mesh.
@main
struct MeshCtl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meshctl",
        abstract: "Looks at, checks and renders meshes.",
        discussion: "Resources are MeshOperators, or IstioOperators, which are converted first.",
        subcommands: [Manifest.self, Convert.self, Validate.self, Version.self]
    )

    /// Prints an outcome and ends with its exit code.
    static func finish(_ outcome: CommandOutcome) throws {
        for warning in outcome.warnings { write("warning: \(warning)\n", to: .standardError) }
        write(outcome.output, to: .standardOutput)
        if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
    }

    private static func write(_ text: String, to handle: FileHandle) { handle.write(Data(text.utf8)) }

    /// Files of this machine; `-` is standard input.
    static let files = MeshFiles { path in
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: path))
        return String(decoding: data, as: UTF8.self)
    }
}

struct Manifest: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Renders the objects of a mesh, and compares them.",
        subcommands: [Generate.self, Diff.self]
    )
}

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the objects of a mesh; no cluster is needed.",
        discussion: """
            For an IstioOperator the objects carry the labels upstream's installer gives them, so that they can be
            compared with an existing installation.

            meshctl manifest generate -f Manifests/samples/mesh.yaml
            meshctl manifest generate -f mesh.yaml --set profile=demo --set components.pilot.k8s.replicaCount=2
            """
    )

    @Option(name: [.customShort("f"), .customLong("filename")], help: "A file with the resource; - is standard input.")
    var files: [String] = []

    @Option(name: [.customShort("s"), .customLong("set")], help: "A setting below spec, as path=value.")
    var settings: [String] = []

    @Option(name: .shortAndLong, help: "How to print: yaml or json.", transform: format)
    var output = ManifestGeneration.Format.yaml

    @Option(name: .customLong("component"), help: "Print this component only, for example pilot or ingressGateways.")
    var components: [String] = []

    @Option(name: .customLong("crds"), help: "A file with CRDs to print with the base component.")
    var crdFiles: [String] = []

    @Option(help: "The Kubernetes version to render for.")
    var kubernetesVersion: String?

    private static func format(_ text: String) throws -> ManifestGeneration.Format {
        guard let format = ManifestGeneration.Format(rawValue: text) else {
            throw ValidationError("\"\(text)\" is no format; use yaml or json")
        }
        return format
    }

    func run() throws {
        var request = ManifestGeneration.Request()
        (request.files, request.settings, request.format) = (files, settings, output)
        request.components = components
        request.crdFiles = crdFiles
        request.kubernetesVersion = kubernetesVersion
        try MeshCtl.finish(ManifestGeneration(catalogue: .builtIn(), files: MeshCtl.files).run(request))
    }
}

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what changes from one file to another.",
        discussion: "Each file holds objects, or a resource that is rendered first. Exits 1 when they differ."
    )

    @Argument(help: "The file before.")
    var old: String

    @Argument(help: "The file after.")
    var new: String

    func run() throws {
        let generation = try ManifestGeneration(catalogue: .builtIn(), files: MeshCtl.files)
        try MeshCtl.finish(ManifestComparison(generation: generation).run(old, new))
    }
}

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the MeshOperator that an IstioOperator comes to.",
        discussion: "What cannot be carried over is refused, or named in a warning where it had no effect."
    )

    @Option(name: [.customShort("f"), .customLong("filename")], help: "A file with the resource; - is standard input.")
    var file: String

    @Option(name: [.customShort("s"), .customLong("set")], help: "A setting below spec, as path=value.")
    var settings: [String] = []

    func run() throws {
        try MeshCtl.finish(
            ResourceConversion(catalogue: .builtIn(), files: MeshCtl.files).run(file, settings: settings)
        )
    }
}

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells what is wrong with resources before a cluster does.",
        discussion: "Exits 1 when one is wrong; each problem names field, value and remedy."
    )

    @Option(name: [.customShort("f"), .customLong("filename")], help: "A file with resources; - is standard input.")
    var files: [String]

    func run() throws {
        let today = String(Date.now.ISO8601Format().prefix(10))
        let validation = try ResourceValidation(catalogue: .builtIn(), files: MeshCtl.files, today: today)
        try MeshCtl.finish(validation.run(files))
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the versions of this program and of the mesh.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try MeshCtl.finish(VersionReport(catalogue: .builtIn()).run(json: json))
    }
}
