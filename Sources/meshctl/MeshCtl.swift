internal import ArgumentParser
internal import Foundation
internal import MeshCLI

/// The command line of the mesh.
@main
struct MeshCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meshctl",
        abstract: "Looks at, checks and renders meshes, and steers their rollouts.",
        discussion: """
            Resources are MeshOperators, MeshRollouts, or IstioOperators, which are converted first.

            Exit codes: 0 all is well, 1 the answer is no or an error, 2 wrong usage, 3 not known within --timeout.
            """,
        version: "meshctl \(VersionReport.program)",
        subcommands: [Manifest.self, Convert.self, Validate.self, Plan.self, Rollout.self, Version.self]
    )

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let message = WordCheck(root: Self.self).complaint(about: arguments) {
            Console.write("error: \(message)\n", to: .standardError)
            Foundation.exit(2)
        }
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandError {
            Console.write("error: \(error.message)\n", to: .standardError)
            Foundation.exit(1)
        } catch {
            end(error)
        }
    }

    /// Ends as the parser would, with 2 for wrong usage.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        guard code == .validationFailure else { exit(withError: error) }
        Console.write(fullMessage(for: error).replacing("Error: ", with: "error: ") + "\n", to: .standardError)
        Foundation.exit(2)
    }
}

/// Output and input of this program.
enum Console {
    /// Prints an outcome and ends with its exit code.
    static func finish(_ outcome: CommandOutcome) throws {
        for warning in outcome.warnings { write("warning: \(warning)\n", to: .standardError) }
        write(outcome.output, to: .standardOutput)
        if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
    }

    static func write(_ text: String, to handle: FileHandle) { try? handle.write(contentsOf: Data(text.utf8)) }

    /// Files of this machine; `-` is standard input.
    static let files = MeshFiles { path in
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: path))
        return String(decoding: data, as: UTF8.self)
    } list: { path in
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        return names.filter { name in ["yaml", "yml", "json"].contains { name.hasSuffix(".\($0)") } }
            .map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }
}

/// Says which word of a command line is no command, and which one may be meant.
struct WordCheck {
    let root: any ParsableCommand.Type

    /// Nil where every word up to the first option is a command, or an argument of one that takes arguments.
    func complaint(about arguments: [String]) -> String? {
        var command = root
        var path = [root._commandName]
        for word in arguments {
            let choices = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
            guard !choices.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            if let next = choices.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) }) {
                command = next
                path.append(word)
                continue
            }
            let names = choices.map { $0._commandName }
            let meant = NameSuggestion.nearest(to: word, among: names).map { "; did you mean `\($0)`?" } ?? ";"
            let place = path.joined(separator: " ")
            return
                "\(place) has no command `\(word)`\(meant) There are \(names.joined(separator: ", ")); `\(place) --help` tells more"
        }
        return nil
    }
}

extension OutputFormat: ExpressibleByArgument {}
