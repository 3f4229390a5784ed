package import DataTree

/// Where a MeshRollout stands.
package enum RolloutPhase: String, Sendable, Hashable, CaseIterable {
    /// Seen, nothing done yet.
    case pending = "Pending"
    /// Nothing to move: the canary is not there, or already stable.
    case idle = "Idle"
    /// Routes and subsets are being prepared, or the canary is coming up.
    case preparing = "Preparing"
    /// Traffic moves, step by step.
    case progressing = "Progressing"
    /// Held by a person.
    case paused = "Paused"
    /// The canary is being made the stable side.
    case promoting = "Promoting"
    /// The canary is the stable side.
    case completed = "Completed"
    /// Everything goes back.
    case rollingBack = "RollingBack"
    /// Everything is back.
    case rolledBack = "RolledBack"
    /// Nothing more happens until somebody decides.
    case failed = "Failed"
}

/// What the operator observed of a MeshRollout.
package struct MeshRolloutStatus: Sendable, Hashable {
    /// The end of a rollout before its time.
    package struct Verdict: Sendable, Hashable {
        /// Why it ended, in one UpperCamelCase word.
        package var cause: String
        /// Why it ended, for people.
        package var message: String

        /// Describes an end.
        package init(cause: String, message: String) {
            self.cause = cause
            self.message = message
        }
    }

    /// The generation of the spec this status speaks of.
    package var observedGeneration: Int64 = 0
    /// Where it stands; nil before the first look.
    package var phase: RolloutPhase?
    /// The step and how many there are, for example `2/5`.
    package var place: String?
    /// The version of the side that serves.
    package var stable: String?
    /// The version of the side to come; once it is promoted, the same as ``stable``.
    package var canary: String?
    /// Ready and wanted replicas of both sides, for example `2/2`.
    package var ready: String?
    /// How far it is.
    package var progress = RolloutProgress()
    /// Why what is rolled out was ended before its time; nil while it goes forward, and where nothing of it is left.
    package var verdict: Verdict?
    /// Conditions, at most one per type.
    package var conditions: [MeshCondition] = []

    /// Makes an empty status.
    package init() {}

    /// Reads what can be read; anything odd is left out.
    package init(lenient tree: Tree) {
        let reader = FieldReader(tree)
        self.init()
        observedGeneration = tree["observedGeneration"]?.integer ?? 0
        phase = reader.choice("phase")
        place = reader.text("place")
        stable = reader.text("stable")
        canary = reader.text("canary")
        ready = reader.text("ready")
        progress = RolloutProgress(reader.child("progress"))
        verdict = reader.optionalChild("verdict").flatMap { verdict in
            verdict.text("cause").map { Verdict(cause: $0, message: verdict.text("message") ?? "") }
        }
        conditions = reader.children("conditions").compactMap { MeshCondition($0) }
    }

    /// The status as the API stores it.
    package var tree: Tree {
        var result = FieldWriter()
        result.add("observedGeneration", .integer(observedGeneration))
        result.add("phase", phase?.rawValue)
        result.add("place", place)
        result.add("stable", stable)
        result.add("canary", canary)
        result.add("ready", ready)
        var inner = FieldWriter()
        progress.write(to: &inner)
        result.add("progress", .object(inner.object))
        if let verdict {
            var inner = FieldWriter()
            inner.add("cause", verdict.cause)
            inner.add("message", verdict.message.isEmpty ? nil : verdict.message)
            result.add("verdict", .object(inner.object))
        }
        result.add("conditions", conditions.map(\.tree))
        return .object(result.object)
    }

    /// The condition of a type.
    package func condition(_ type: MeshConditionType) -> MeshCondition? {
        conditions.first { $0.type == type.rawValue }
    }

    /// Sets a condition; its transition time changes only with its state.
    package mutating func set(_ condition: MeshCondition) { conditions.set(condition) }

    /// What a `status` may hold.
    package static let schema: FieldSchema = .object(
        "What the operator observed. Only the operator writes it.",
        [
            .field("observedGeneration", .integer("The metadata.generation this status speaks of.").atLeast(0)),
            .field("phase", .choice("Where it stands, in one word; conditions say more.", RolloutPhase.self)),
            .field("place", text("The step and how many there are, for example 2/5.")),
            .field("stable", text("The version of the side that serves.")),
            .field("canary", text("The version rolled out, now or last; once it is promoted, the same as stable.")),
            .field("ready", text("Ready and wanted replicas of both sides.")),
            .field("progress", .object("How far it is.", RolloutProgress.fields)),
            .field(
                "verdict",
                .object(
                    "Why what is rolled out was ended before its time; absent while it goes forward.",
                    [
                        .required("cause", .string("In one word, for example GateFailed.", .free).limited(to: 64)),
                        .field("message", .string("For people.", .free)),
                    ]
                )
            ),
            .field(
                "conditions",
                .list(
                    "Ready, Progressing and others, each with a reason.",
                    of: MeshCondition.schema,
                    most: 32,
                    keys: ["type"]
                )
            ),
        ]
    )

    private static func text(_ description: String) -> FieldSchema { .string(description, .free).limited(to: 253) }
}

extension [MeshCondition] {
    /// Sets a condition; its transition time changes only with its state.
    mutating func set(_ condition: MeshCondition) {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            append(condition)
            return
        }
        var next = condition
        if self[index].state == condition.state { next.lastTransitionTime = self[index].lastTransitionTime }
        self[index] = next
    }
}
