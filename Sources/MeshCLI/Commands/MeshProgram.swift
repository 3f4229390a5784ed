internal import ArgumentParser

/// The command line of the mesh: words in, what is printed and the exit code out.
///
/// Only what a command was given in its ``CommandSurroundings`` is read, asked or written meanwhile, so that whole command
/// lines can be tried without a process.
package enum MeshProgram {
    /// How the program ends.
    package struct Ending: Sendable, Hashable {
        /// For standard output.
        package var output = ""
        /// For standard error, and printed first.
        package var errors = ""
        /// 0 all is well, 1 the answer is no or an error, 2 wrong usage, 3 not known in time.
        package var exitCode: Int32 = 0
    }

    /// Runs the command that `arguments` name; those are the words after the program's own name.
    package static func run(_ arguments: [String], in surroundings: CommandSurroundings) async -> Ending {
        if let message = WordCheck(root: Verbs.self).complaint(about: arguments) {
            return Ending(errors: "error: \(message)\n", exitCode: 2)
        }
        do {
            var command = try Verbs.parseAsRoot(arguments)
            guard let verb = command as? any MeshVerb else {
                try command.run()
                return Ending()
            }
            let outcome = try await verb.outcome(in: surroundings)
            let warnings = outcome.warnings.map { "warning: \($0)\n" }.joined()
            return Ending(output: outcome.output, errors: warnings, exitCode: outcome.exitCode)
        } catch let error as CommandError {
            return Ending(errors: "error: \(error.message)\n", exitCode: 1)
        } catch {
            return ending(error)
        }
    }

    /// Ends as the parser would: help and versions are output, and wrong usage is 2.
    private static func ending(_ error: any Error) -> Ending {
        let code = Verbs.exitCode(for: error)
        let message = Verbs.fullMessage(for: error)
        let text = message.isEmpty ? "" : message + "\n"
        switch code {
        case .success: return Ending(output: text)
        case .validationFailure: return Ending(errors: text.replacing("Error: ", with: "error: "), exitCode: 2)
        default: return Ending(errors: text, exitCode: code.rawValue)
        }
    }
}

/// A command that says something.
protocol MeshVerb: AsyncParsableCommand {
    /// Does what its options ask for; throws ``CommandError``, or the parser's errors for wrong usage.
    func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome
}

/// All commands; the names of the nested types are those of the verbs.
struct Verbs: ParsableCommand {
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
}

extension OutputFormat: ExpressibleByArgument {}
