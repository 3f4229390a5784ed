internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// What is written down about a MeshRollout on a VirtualService it changes: the engine's record, and what else must outlive a crash.
struct WrittenRecord: Sendable, Hashable {
    /// Replicas of the canary that the rollout itself asked for.
    struct Scaling: Sendable, Hashable {
        /// How many were wanted before.
        var from: Int
        /// How many the rollout asked for.
        var to: Int
    }

    /// Target, step, when it began, verdict.
    var record: RolloutRecord
    /// How many replicas carry all the traffic, as of the start.
    var capacity = 0
    /// Whether the canary is being made the stable side by a copy of its template.
    var isPromoting = false
    /// What was done to the canary's replicas.
    var scaling: Scaling?
    /// Since when everything is to go back.
    var condemned: Timestamp?
    /// With whom the step was entered; nil for alone.
    var membership: GroupMembership?

    init(_ record: RolloutRecord) { self.record = record }

    /// Reads the annotation; nil where there is none that can be read.
    init?(_ text: String?) {
        guard let record = RecordText.read(text), let text, let tree = try? Tree(json: text) else { return nil }
        self.init(record)
        capacity = Self.count(tree["capacity"]) ?? 0
        isPromoting = tree["promoting"]?.bool ?? false
        if let from = Self.count(tree["scaled"]?["from"]), let to = Self.count(tree["scaled"]?["to"]) {
            scaling = Scaling(from: from, to: to)
        }
        condemned = (tree["condemned"]?.string).flatMap { Timestamp(rfc3339: $0) }
        membership = GroupMembership(tree["group"])
    }

    private static func count(_ tree: Tree?) -> Int? {
        tree?.integer.flatMap { (0...1_000_000).contains($0) ? Int($0) : nil }
    }

    /// The annotation.
    var text: String {
        guard var tree = try? Tree(json: RecordText.write(record)) else { return RecordText.write(record) }
        if capacity > 0 { tree["capacity"] = .integer(Int64(capacity)) }
        if isPromoting { tree["promoting"] = true }
        if let scaling { tree["scaled"] = ["from": .integer(Int64(scaling.from)), "to": .integer(Int64(scaling.to))] }
        tree["condemned"] = condemned.map { .string($0.rfc3339Micro) }
        tree["group"] = membership?.tree
        return tree.jsonText()
    }
}

/// Which version serves, as a MeshRollout keeps it in an annotation of its own after a promotion.
struct ServingMark: Sendable, Hashable {
    /// The version that serves.
    var version: String
    /// Since when.
    var since: Timestamp
    /// What the other side was then; as long as it is still that, it is no release.
    var passed: String?

    init(version: String, since: Timestamp, passed: String?) {
        self.version = version
        self.since = since
        self.passed = passed
    }

    /// Reads the annotation; nil where there is none that can be read.
    init?(_ text: String?) {
        guard let text, text.utf8.count <= 4_096, let tree = try? Tree(json: text),
            let version = tree["version"]?.string,
            let since = (tree["since"]?.string).flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(version: version, since: since, passed: tree["passed"]?.string)
    }

    /// The annotation; as exact as records are, with which ``since`` is compared.
    var text: String {
        var tree: Tree = ["version": .string(version), "since": .string(since.rfc3339Micro)]
        tree["passed"] = passed.map { .string($0) }
        return tree.jsonText()
    }
}

/// What a VirtualService was before a rollout, and what the rollout made of it; kept in an annotation of the VirtualService.
struct RouteMark: Sendable, Hashable {
    /// The routes as they were.
    var original: RouteLists
    /// What was made of them last.
    var written: RouteShape
    /// Where versions led.
    var sides: RouteSides
    /// The names of the routes that take part.
    var selection: [String]
    /// The entries by which others delegated to it.
    var roots: [Tree] = []
    /// How often it was put back after somebody else changed it.
    var contest = ContestCount()
    /// The pod template of the stable workload that a promotion by copy takes the place of; nil before one.
    var replaced: ReplacedTemplate?

    /// Reads the annotation; nil where there is none that can be read.
    init?(_ text: String?) {
        guard let text, let tree = try? Tree(json: text), let sides = RouteSides(tree["sides"]),
            tree["routes"]?.object != nil
        else { return nil }
        self.init(
            original: RouteLists(spec: tree["routes"]),
            written: RouteShape(tree["written"]),
            sides: sides,
            selection: tree["selection"]?.array?.compactMap(\.string) ?? []
        )
        roots = tree["roots"]?.array ?? []
        contest = ContestCount(tree["contest"])
        replaced = ReplacedTemplate(tree["replaced"])
    }

    init(original: RouteLists, written: RouteShape, sides: RouteSides, selection: [String]) {
        self.original = original
        self.written = written
        self.sides = sides
        self.selection = selection
    }

    /// The annotation.
    var text: String {
        var tree: Tree = ["routes": original.tree, "written": written.tree, "sides": sides.tree]
        if !selection.isEmpty { tree["selection"] = .array(selection.map { .string($0) }) }
        if !roots.isEmpty { tree["roots"] = .array(roots) }
        tree["contest"] = contest.tree
        tree["replaced"] = replaced?.tree
        return tree.jsonText()
    }
}
