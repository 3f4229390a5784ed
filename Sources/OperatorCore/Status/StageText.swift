internal import MeshAPI

/// What keeps a mesh from being worked on, in words.
struct StageText {
    /// Where the mesh is.
    let stage: MeshPlan.Stage

    /// What is in the way, with field, value and remedy.
    var full: (reason: MeshConditionReason, message: String) {
        switch stage {
        case .invalid(let message, _): (.invalidSpec, message)
        case .refused(let refusal): (refusal.reason, refusal.message)
        case .notOwned(let names) where names.contains(where: \.isKept):
            (
                .notOurs,
                Self.joined(names.map(\.text), most: 3)
                    + "; \(TakenName.remedies(names)); or delete one of the two MeshOperators"
            )
        case .notOwned(let names):
            (.notOurs, "\(Self.joined(names.map(\.text), most: 3)); \(Self.remedy(names))")
        case .stuck(let why): (.workloadsNotReady, why)
        case .inUse(let users):
            (
                .inUse,
                "\(users) this mesh; move away what does, or set spec.teardown.inUse: Remove to remove it all the same"
            )
        case .removing(let awaited): (.deleting, awaited)
        case .removed: (.deleting, "all objects are gone")
        case .paused: (.paused, "spec.paused is set")
        case .working(let awaited): (.applying, awaited)
        case .settled: (.asDesired, "")
        }
    }

    /// What helps against what no MeshOperator keeps.
    private static func remedy(_ names: [TakenName]) -> String {
        if names.contains(where: { $0.holder == .unfit }) {
            return
                "that can never be changed, so it is not taken over: delete it, or rename it with what belongs to it"
        }
        guard names.contains(where: \.isForeignInjector) else {
            return "delete or rename what is in the way, or set spec.adopt: true to take it over"
        }
        return
            "remove what is in the way, set spec.revision to a name of its own, or set spec.adopt: true to take names over and to "
            + "inject beside others all the same"
    }

    /// The field that is refused; nil where nothing is, or none is known.
    private var field: String? {
        switch stage {
        case .invalid(_, let field): field
        case .refused(let refusal): refusal.field
        default: nil
        }
    }

    /// The same, pointing to the condition that says it in full where there is one.
    var short: (reason: MeshConditionReason, message: String) {
        let (reason, message) = full
        switch stage {
        case .invalid, .refused:
            let what = field.map { String($0.prefix(120)) } ?? "the spec"
            return (
                reason,
                "\(what) is refused, and nothing is written until it is corrected; the condition Preflight says why"
            )
        case .notOwned(let names):
            let mark = MeshConditionReason.notOurs.rawValue
            let injectors = names.compactMap(\.injector).sorted()
            if let first = injectors.first {
                return (
                    reason,
                    "MeshOperator \(first) injects pods that this one would inject too, and nothing is written as long as that is "
                        + "so; the condition \(mark) says which"
                )
            }
            if let first = names.first, names.allSatisfy(\.isForeignInjector) {
                let who = first.id.map { "\($0)" } ?? ""
                return (
                    reason,
                    "\(who), which no MeshOperator made, injects pods that this one would inject too, and nothing is written as long "
                        + "as that is so; the condition \(mark) says which"
                )
            }
            let count = names.count == 1 ? "1 object belongs" : "\(names.count) objects belong"
            return (
                reason,
                "\(count) to somebody else, and nothing is written as long as that is so; the condition \(mark) says which"
            )
        default: return (reason, message)
        }
    }

    /// ``short``, beginning with why a spec is refused: for the column MESSAGE of `kubectl get -o wide`.
    var told: (reason: MeshConditionReason, message: String) {
        switch stage {
        case .invalid, .refused:
            let (reason, message) = full
            let words = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
            let cut = words.prefix(Self.column - 1)
            // Between words, so that nobody copies half a name.
            let why = words.count > Self.column ? cut[..<(cut.lastIndex(of: " ") ?? cut.endIndex)] + " …" : words[...]
            return (reason, "\(why); nothing is written until it is corrected; the condition Preflight says it in full")
        default: return short
        }
    }

    /// How many characters of a reason fit a column.
    private static let column = 150

    /// The first few of `texts`, within what a condition's message may hold.
    static func joined(_ texts: [String], most: Int = 5) -> String {
        let shown = texts.prefix(most).map { String($0.prefix(1_000)) }.joined(separator: "; ")
        return texts.count > most ? "\(shown); and \(texts.count - most) more" : shown
    }
}
