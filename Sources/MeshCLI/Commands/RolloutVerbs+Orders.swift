internal import ArgumentParser

/// What all orders take.
struct OrderOptions: ParsableArguments {
    @Argument(help: "The rollout: mop/NAME, mro/NAME, or the name alone.") var name: String
    @Flag(help: "Print the patch and write nothing.") var dryRun = false
    @Option(
        help: ArgumentHelp(
            "How long to wait for the operator to see a change of the rollout that came just before; 0 does not wait.",
            valueName: "time"
        )
    )
    var timeout = TimeLimit(duration: RolloutPatience.usual)
    @OptionGroup var cluster: ClusterOptions

    func give(
        _ order: RolloutOrder,
        _ surroundings: CommandSurroundings,
        isConfirmed: Bool = false
    ) async throws -> CommandOutcome {
        let reference = try RolloutReference(typed: name)
        let manner: RolloutCommand.Manner = dryRun ? .dryRun : isConfirmed ? .yes : .ask
        return try await cluster.withDirectory(surroundings) { directory in
            let patience = RolloutPatience(limit: timeout.duration, clock: surroundings.clock) { text in
                // Where somebody looks; elsewhere the output is what came of it.
                if surroundings.screen.size() != nil { surroundings.screen.write(text + "\n") }
            }
            let command = RolloutCommand(directory: directory, now: surroundings.now, patience: patience)
            return try await command.run(order, reference, manner, confirm: surroundings.confirm)
        }
    }
}

extension Verbs.Rollout {
    struct Pause: MeshVerb {
        static let configuration = CommandConfiguration(abstract: "Keeps a rollout where it is.")
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.pause, surroundings)
        }
    }

    struct Resume: MeshVerb {
        static let configuration = CommandConfiguration(abstract: "Lets a paused rollout go on.")
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.resume, surroundings)
        }
    }

    struct Promote: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Passes over the hold of the present step; its approval and its gates still count."
        )
        @Flag(help: "Pass over all holds, approvals and gates to the end.") var full = false
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.promote(fully: full), surroundings)
        }
    }

    struct Approve: MeshVerb {
        static let configuration = CommandConfiguration(abstract: "Approves the step that waits for a person.")
        @Option(help: "The step, counted from 1; a later one is approved in advance.") var step: Int?
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.approve(step: step), surroundings)
        }
    }

    struct Abort: MeshVerb {
        static let configuration = CommandConfiguration(abstract: "Brings everything that has moved back.")
        @Option(help: "Why, for conditions and Events.") var reason: String?
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.abort(reason: reason), surroundings)
        }
    }

    struct Retry: MeshVerb {
        static let configuration = CommandConfiguration(abstract: "Starts a failed rollout anew.")
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.retry, surroundings)
        }
    }

    struct Undo: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Goes back to what ran before, within the rollback window.",
            discussion: """
                For a mesh spec.version becomes the version that ran before, as long as its revision is kept
                (spec.upgrade.retireAfter). For a MeshRollout whose canary was promoted the replaced side goes through the same
                steps again, as long as it is not scaled down (spec.promotion.scaleDownDelay). Both are asked about first.
                """
        )
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false
        @OptionGroup var options: OrderOptions
        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try await options.give(.undo, surroundings, isConfirmed: yes)
        }
    }
}
