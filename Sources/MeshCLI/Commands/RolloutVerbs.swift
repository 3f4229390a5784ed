internal import ArgumentParser
internal import MeshBase

extension Verbs {
    struct Rollout: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows rollouts and steers them: upgrades of a mesh, and MeshRollouts.",
            discussion: """
                NAME is mop/NAME for the upgrade of a mesh, mro/NAME for a MeshRollout, or the name alone where only one has it.

                meshctl rollout status --watch mesh
                meshctl rollout approve mro/reviews -n shop
                """,
            subcommands: [
                Status.self, List.self, Pause.self, Resume.self, Promote.self, Approve.self, Abort.self, Retry.self,
                Undo.self,
            ]
        )

        struct Status: MeshVerb {
            static let configuration = CommandConfiguration(
                abstract: "Draws a rollout: its hop, steps, revisions, gates, and what it waits for.",
                discussion: """
                    Exits 0 when it is complete or under way, 1 when it was rolled back or failed. With --watch it is drawn again
                    whenever it changes, until it is over: at once where nothing is under way; 3 says that --timeout came
                    first. A mesh that has moved is waited for until its components are ready; 1 says that one is not after 5m.
                    """
            )

            @Argument(help: "The rollout.") var name: String
            @Flag(name: .shortAndLong, help: "Draw it again whenever it changes, until it is over.") var watch = false
            @Flag(help: "Watch, and where nothing is under way wait for the next rollout and its end.") var next = false
            @Option(
                help: ArgumentHelp("How long to watch, for example 10m; 0 for as long as it takes.", valueName: "time")
            )
            var timeout = TimeLimit(duration: .zero)
            @Option(name: .shortAndLong, help: "Print the status as yaml or json; with --watch at each change.")
            var output: OutputFormat?
            @Option(
                name: [.customLong("color"), .customLong("colour")],
                help: "When to use colours: auto, always or never."
            )
            var colour = ColourChoice.auto
            @OptionGroup var cluster: ClusterOptions

            func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
                let reference = try RolloutReference(typed: name)
                let style = surroundings.style(colour)
                return try await cluster.withDirectory(surroundings) { directory in
                    guard watch || next else {
                        let width = surroundings.screen.size()?.columns ?? RolloutScreen.plainWidth
                        return try await RolloutCommand(directory: directory, now: surroundings.now)
                            .status(reference, output, style: style, width: width)
                    }
                    return try await RolloutWatch(
                        directory: directory,
                        view: .init(screen: surroundings.screen, style: style, format: output),
                        clock: surroundings.clock,
                        now: surroundings.now,
                        timeout: timeout.duration == .zero ? nil : timeout.duration,
                        waitsForNext: next
                    ).run(reference)
                }
            }
        }

        struct List: MeshVerb {
            static let configuration = CommandConfiguration(
                abstract: "A table of all meshes, and of the MeshRollouts of a namespace.",
                aliases: ["ls"]
            )

            @Flag(name: [.customShort("A"), .long], help: "The MeshRollouts of all namespaces.") var allNamespaces =
                false
            @Option(name: .shortAndLong, help: "Print wide (texts are not cut to the line), yaml or json.")
            var output: ListFormat?
            @OptionGroup var cluster: ClusterOptions

            func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
                let form =
                    output?.form
                    ?? .fitted(
                        width: surroundings.screen.size()?.columns ?? RolloutScreen.tableWidth,
                        style: surroundings.style(.auto)
                    )
                return try await cluster.withDirectory(surroundings) { directory in
                    try await RolloutCommand(directory: directory, now: surroundings.now)
                        .list(everywhere: allNamespaces, form)
                }
            }
        }
    }
}

extension RolloutReference {
    /// Reads a name from the command line; one that can be none is wrong usage.
    init(typed text: String) throws {
        do {
            try self.init(text)
        } catch {
            throw ValidationError(error.message)
        }
    }
}

/// How a list is printed.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case wide, yaml, json

    var form: RolloutCommand.ListForm {
        switch self {
        case .wide: .wide
        case .yaml: .values(.yaml)
        case .json: .values(.json)
        }
    }
}

/// A time span in Go's syntax.
struct TimeLimit: ExpressibleByArgument {
    let duration: Duration

    init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = GoDuration.parse(argument), duration >= .zero else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { GoDuration.text(duration) }
}
