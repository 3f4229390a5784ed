internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Synchronization

/// The lines of one watch, made as they are read.
final class WatchFeed: Sendable {
    private struct Progress {
        var initial: ArraySlice<StoredObject>
        var endsInitial: Bool
        var refusal: APIFault?
        var isOver = false
        var namesColumns = true
        var bookmarked: Timestamp
    }

    private let presenter: ObjectPresenter
    private let filter: ObjectFilter
    private let plan: WatchPlan
    private let progress: Mutex<Progress>
    private let now: @Sendable () -> Timestamp
    private let deadline: Timestamp
    private let bookmarkInterval: Duration?

    init(
        presenter: ObjectPresenter,
        filter: ObjectFilter,
        parameters: ListParameters,
        plan: WatchPlan,
        configuration: APIServerConfiguration
    ) {
        self.presenter = presenter
        self.filter = filter
        self.plan = plan
        now = configuration.now
        let start = configuration.now()
        let seconds = parameters.timeoutSeconds ?? configuration.watchSeconds
        deadline = start.advanced(by: .seconds(max(1, min(seconds, 86_400))))
        bookmarkInterval = parameters.allowsBookmarks ? .seconds(configuration.bookmarkSeconds) : nil
        progress = Mutex(
            Progress(
                initial: plan.initial[...],
                endsInitial: plan.endsInitial,
                refusal: plan.refusal,
                bookmarked: start
            )
        )
    }

    /// Waits for the next lines; nil at the end of the watch.
    func next() async -> [UInt8]? {
        if let lines = await opening() { return lines }
        while !progress.withLock({ $0.isOver }) {
            if now() >= deadline || !isServed { return nil }
            switch await plan.watch.next() {
            case .cancelled: return nil
            case .compacted(let oldest):
                progress.withLock { $0.isOver = true }
                return line("ERROR", WatchHandler.tooOld(plan.watch.revision, oldest: oldest).status.tree)
            case .changes(let changes):
                let lines = await lines(for: changes)
                if !lines.isEmpty { return lines }
            case .idle(let revision):
                if let bookmark = dueBookmark(revision) { return bookmark }
            }
        }
        return nil
    }

    /// Whether the kind is still served; watches of a definition that is gone end.
    private var isServed: Bool {
        let resource = presenter.scope.resource
        let kind = resource.kind
        return presenter.context.registry.resource(
            group: kind.group,
            version: kind.version,
            plural: resource.api.plural
        ) != nil
    }

    /// What comes before the first change: a refusal, or the present objects, some at a time, then their end.
    private func opening() async -> [UInt8]? {
        while true {
            let (lines, isOver) = await openingPart()
            if !lines.isEmpty { return lines }
            if isOver { return nil }
        }
    }

    /// The next part of the opening, empty when the filter leaves nothing of it, and whether it was the last.
    private func openingPart() async -> (lines: [UInt8], isOver: Bool) {
        let (refusal, batch, ends) = progress.withLock { progress in
            if let refusal = progress.refusal {
                progress.refusal = nil
                progress.isOver = true
                return (refusal as APIFault?, [] as ArraySlice<StoredObject>, false)
            }
            let batch = progress.initial.prefix(64)
            progress.initial = progress.initial.dropFirst(64)
            let ends = progress.initial.isEmpty && progress.endsInitial
            if ends { progress.endsInitial = false }
            return (nil, batch, ends)
        }
        if let refusal { return (line("ERROR", refusal.status.tree), true) }
        var lines: [UInt8] = []
        let trees: [Tree]
        do throws(APIFault) {
            trees = try await presenter.context.served(batch.map(\.tree), presenter.scope.resource)
        } catch {
            return (failed(error), true)
        }
        for tree in trees {
            if filter.matches(tree) { lines += line("ADDED", shaped(tree)) }
        }
        if ends { lines += bookmark(plan.initialRevision, endsInitial: true) }
        return (lines, batch.isEmpty)
    }

    /// The lines for changes; those that cannot be converted end the watch with an error.
    private func lines(for changes: [StorageChange]) async -> [UInt8] {
        var result: [UInt8] = []
        for change in changes {
            do throws(APIFault) {
                result += try await lines(for: change)
            } catch {
                return result + failed(error)
            }
        }
        return result
    }

    /// The last line of a watch that cannot go on.
    private func failed(_ fault: APIFault) -> [UInt8] {
        progress.withLock { $0.isOver = true }
        return line("ERROR", fault.status.tree)
    }

    /// An object as this watcher sees it, nil where it does not.
    private func shown(_ object: StoredObject?) async throws(APIFault) -> Tree? {
        guard let object else { return nil }
        let tree = try await presenter.context.served(object.tree, presenter.scope.resource)
        return filter.matches(tree) ? tree : nil
    }

    /// How a change looks to this watcher: an object that no longer matches is gone, one that newly matches is new.
    private func lines(for change: StorageChange) async throws(APIFault) -> [UInt8] {
        let before = try await shown(change.before)
        let after = try await shown(change.after)
        switch (before, after) {
        case (nil, nil): return []
        case (nil, .some(let tree)): return line("ADDED", shaped(tree))
        case (.some, .some(let tree)): return line("MODIFIED", shaped(tree))
        case (.some(var tree), nil):
            tree.set(.string(String(change.revision)), at: ["metadata", "resourceVersion"])
            return line("DELETED", shaped(tree))
        }
    }

    private func shaped(_ tree: Tree) -> Tree {
        let namesColumns = progress.withLock { progress in
            defer { progress.namesColumns = false }
            return progress.namesColumns
        }
        return presenter.shaped(tree, namesColumns: namesColumns)
    }

    private func dueBookmark(_ revision: UInt64) -> [UInt8]? {
        guard let bookmarkInterval else { return nil }
        let now = now()
        let isDue = progress.withLock { progress in
            guard now >= progress.bookmarked.advanced(by: bookmarkInterval) else { return false }
            progress.bookmarked = now
            return true
        }
        return isDue ? bookmark(revision, endsInitial: false) : nil
    }

    private func bookmark(_ revision: UInt64, endsInitial: Bool) -> [UInt8] {
        let kind = presenter.scope.resource.kind
        var metadata: Tree = ["resourceVersion": .string(String(revision))]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let object: Tree = [
            "kind": .string(kind.kind), "apiVersion": .string(kind.apiVersion), "metadata": metadata,
        ]
        return line("BOOKMARK", shaped(object))
    }

    private func line(_ type: String, _ object: Tree) -> [UInt8] {
        let event: Tree = ["type": .string(type), "object": object]
        return event.json(.compact) + [0x0a]
    }
}
