internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
package import MeshBase

/// The verbs of `meshctl rollout` that look once or write once.
package struct RolloutCommand: Sendable {
    /// Finds rollouts.
    package let directory: RolloutDirectory
    /// The time of day.
    package let now: WallClock
    /// Waits for an operator that has yet to see a change; nil does not.
    package let patience: RolloutPatience?

    /// Makes the command.
    package init(directory: RolloutDirectory, now: @escaping WallClock, patience: RolloutPatience? = nil) {
        self.directory = directory
        self.now = now
        self.patience = patience
    }

    /// How a change is carried out.
    package enum Manner: Sendable, Hashable {
        /// A question is put to whoever gave the order.
        case ask
        /// Questions count as answered with yes.
        case yes
        /// The patch is printed and nothing is written.
        case dryRun
    }

    /// Writes what an order comes to, and says so in one line.
    ///
    /// An order that is refused while the operator has yet to see the last change is tried again when it has, within ``patience``.
    /// `confirm` answers questions; nil where nobody can be asked, which refuses orders that need an answer. Throws
    /// ``CommandError``.
    package func run(
        _ order: RolloutOrder,
        _ reference: RolloutReference,
        _ manner: Manner,
        confirm: ((String) -> Bool)?
    ) async throws(CommandError) -> CommandOutcome {
        let (subject, change) = try await change(order, reference)
        if manner == .dryRun {
            let note = "\(change.message) (dry run: nothing was written)"
            return CommandOutcome(output: change.patch.tree.jsonText(.pretty) + "\n", warnings: [note])
        }
        if let question = change.question, manner == .ask {
            guard let confirm else {
                throw CommandError(
                    .refused,
                    "\(question) Nobody can be asked here: repeat with --yes, or with --dry-run to look"
                )
            }
            guard confirm(question) else { return CommandOutcome(output: "nothing was changed\n", exitCode: 1) }
        }
        do {
            let key = subject.object.key
            _ = try await directory.client.patch(subject.kind.resource, key, .merge(change.patch.tree))
        } catch {
            throw CommandError(cluster: error)
        }
        return CommandOutcome(output: change.message + "\n")
    }

    private func change(
        _ order: RolloutOrder,
        _ reference: RolloutReference
    ) async throws(CommandError) -> (RolloutSubject, RolloutChange) {
        var subject = try await directory.find(reference)
        if order == .undo { subject = try await directory.withOrigin(subject) }
        do {
            return (subject, try RolloutSteering(subject, now: now()).change(order))
        } catch {
            guard subject.isUnseen, let patience else { throw error }
            var seen = try await patience.wait(for: subject, directory)
            if order == .undo { seen = try await directory.withOrigin(seen) }
            return (seen, try RolloutSteering(seen, now: now()).change(order))
        }
    }

    /// Draws a rollout once, or prints its status for machines.
    ///
    /// The exit code is 1 for one that is rolled back or failed.
    package func status(
        _ reference: RolloutReference,
        _ format: OutputFormat?,
        style: TextStyle,
        width: Int
    ) async throws(CommandError) -> CommandOutcome {
        let subject = try await directory.find(reference)
        let code = subject.standing.exitCode
        if let format { return CommandOutcome(output: format.text(subject.statusTree), exitCode: code) }
        let lines = RolloutTree(subject, now: now(), style: style, width: width).lines
        return CommandOutcome(output: lines.map { $0 + "\n" }.joined(), exitCode: code)
    }

    /// How a list is printed.
    package enum ListForm: Sendable, Hashable {
        /// A table whose texts are cut to what a line of so many cells has room for.
        case fitted(width: Int, style: TextStyle)
        /// A table with all texts whole.
        case wide
        /// For machines.
        case values(OutputFormat)
    }

    /// A table of all MeshOperators, and of the MeshRollouts of the namespace or of all of them.
    package func list(everywhere: Bool, _ form: ListForm) async throws(CommandError) -> CommandOutcome {
        let subjects = try await directory.all(everywhere: everywhere)
        if case .values(let format) = form {
            let items = Tree.array(subjects.map(\.statusTree))
            return CommandOutcome(output: format.text(["apiVersion": "v1", "kind": "List", "items": items]))
        }
        guard !subjects.isEmpty else {
            let place = everywhere ? "" : " in namespace \(directory.namespace); -A looks everywhere"
            return CommandOutcome(output: "", warnings: ["no MeshOperator, and no MeshRollout\(place)"])
        }
        var table = TextTable(["NAMESPACE", "NAME", "FROM", "TO", "PHASE", "STEP", "WEIGHT", "WAITING FOR", "SINCE"])
        table.rows = subjects.map { $0.row(now: now()) }
        if case .fitted(let width, let style) = form { table.cut("WAITING FOR", toFit: width, style.ellipsis) }
        return CommandOutcome(output: table.lines.map { $0 + "\n" }.joined())
    }
}

extension RolloutSubject {
    /// Identity and status, as `-o json` prints them.
    var statusTree: Tree {
        var metadata: Tree = ["name": .string(object.name)]
        metadata["namespace"] = object.namespace.map { .string($0) }
        metadata["generation"] = object.generation.map { .integer($0) }
        return [
            "apiVersion": .string(kind.resource.kind.apiVersion), "kind": .string(kind.rawValue), "metadata": metadata,
            "status": object.tree["status"] ?? .object(TreeObject()),
        ]
    }

    /// A row of `meshctl rollout list`.
    fileprivate func row(now: Timestamp) -> [String] {
        let (mesh, application) = (meshStatus, rolloutStatus)
        let isMesh = kind == .meshOperator
        let isAtRest = standing == .complete || standing == .idle
        let progress = isAtRest ? nil : self.progress
        return [
            object.namespace ?? "-", "\(kind.shortName)/\(object.name)",
            (isMesh ? mesh.version : application.stable) ?? "-",
            (isAtRest ? nil : isMesh ? mesh.targetVersion : application.canary) ?? "-", phase,
            progress.map { "\($0.step)/\($0.steps)" } ?? "-", progress.map { "\($0.weight)%" } ?? "-",
            progress.flatMap { held($0) ?? ($0.waitingFor.isEmpty ? nil : $0.waitingFor) } ?? "-",
            NumberText.age(progress?.since, now: now) ?? "-",
        ]
    }
}
