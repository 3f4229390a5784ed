internal import DataTree

/// What a status says of a rollout under way, for upgrades and MeshRollouts alike.
///
/// Of these, the counts of gates and `settledSince` are read back by the operator; to lose them costs time and skips nothing.
package struct RolloutProgress: Sendable, Hashable {
    /// What a gate said last.
    package struct Gate: Sendable, Hashable {
        /// Its name.
        package var name = ""
        /// What came out: Passed, Failed, Inconclusive, Unavailable, RollBack, or empty before the first answer.
        package var outcome = ""
        /// The value and the limit, or what went wrong.
        package var message = ""
        /// Whether it passed by an answer that may be none of the gate: ``message`` says why.
        package var isDoubtful = false
        /// How often it failed in this step.
        package var failures = 0
        /// How often in a row it was out of reach.
        package var errors = 0
        /// How often in a row it passed.
        package var passes = 0
        /// When it was asked last, in RFC 3339.
        package var taken: String?
        /// Makes an empty gate.
        package init() {}
    }

    /// The step, counted from 1; 0 before the first.
    package var step = 0
    /// How many steps there are.
    package var steps = 0
    /// The share that is really on the new side, in percent; more than ``stepWeight`` where parts move whole.
    package var weight = 0
    /// The share the step asks for, in percent; nil before the first step.
    package var stepWeight: Int?
    /// What is rolled out: a version, for a MeshRollout with a digest of its template; nil where nothing is.
    package var target: String?
    /// Why the rollout stands where it does, in one UpperCamelCase word.
    package var reason = ""
    /// What it waits for, for people.
    package var waitingFor = ""
    /// Since when it waits for this, in RFC 3339.
    package var since: String?
    /// Until when at most, in RFC 3339.
    package var until: String?
    /// Since when the share of the step is reached, in RFC 3339.
    package var settledSince: String?
    /// The gates.
    package var gates: [Gate] = []

    /// Makes an empty progress.
    package init() {}

    /// Shows a rollout that was promoted: all steps done, all traffic on the version that serves.
    package mutating func complete(_ version: String) {
        step = steps
        weight = 100
        stepWeight = 100
        target = nil
        reason = "Completed"
        waitingFor = "version \(version) serves"
        until = nil
        settledSince = nil
        gates = []
    }

    /// The share for people: `25%`, or `25% (reached 40%)` where parts that move whole, or others, make a difference.
    package var share: String {
        guard let stepWeight, stepWeight != weight else { return "\(weight)%" }
        return "\(stepWeight)% (reached \(weight)%)"
    }

    init(_ reader: FieldReader) {
        step = reader.integer("step") ?? 0
        steps = reader.integer("steps") ?? 0
        weight = reader.integer("weight") ?? 0
        stepWeight = reader.integer("stepWeight")
        target = reader.text("target")
        reason = reader.text("reason") ?? ""
        waitingFor = reader.text("waitingFor") ?? ""
        since = reader.text("since")
        until = reader.text("until")
        settledSince = reader.text("settledSince")
        gates = reader.children("gates").map { Gate($0) }
    }

    func write(to result: inout FieldWriter) {
        result.add("step", .integer(Int64(step)))
        result.add("steps", .integer(Int64(steps)))
        result.add("weight", .integer(Int64(weight)))
        result.add("stepWeight", stepWeight.map { .integer(Int64($0)) })
        result.add("target", target)
        result.add("reason", reason.isEmpty ? nil : reason)
        result.add("waitingFor", waitingFor.isEmpty ? nil : waitingFor)
        result.add("since", since)
        result.add("until", until)
        result.add("settledSince", settledSince)
        result.add("gates", gates.map(\.tree))
    }

    static let fields: [FieldSchema.Property] = [
        .field("step", .integer("The step, counted from 1; 0 before the first.").atLeast(0)),
        .field("steps", .integer("How many steps there are.").atLeast(0)),
        .field(
            "weight",
            .integer(
                "The share really on the new side, in percent. Pods and workloads move whole, so it may be more than stepWeight; "
                    + "100 once the rollout is completed."
            ).within(0...100)
        ),
        .field("stepWeight", .integer("The share the step asks for, in percent.").within(0...100)),
        .field("target", .string("What is rolled out, as orders name it behind @.", .free).limited(to: 512)),
        .field("reason", .string("Why it stands where it does, in one word.", .free).limited(to: 253)),
        .field("waitingFor", .string("What it waits for.", .free)),
        .field("since", .string("Since when it waits for this.", .timestamp)),
        .field("until", .string("Until when at most.", .timestamp)),
        .field("settledSince", .string("Since when the share of the step is reached.", .timestamp)),
        .field("gates", .list("The gates and what they said last.", of: Gate.schema, most: 64, keys: ["name"])),
    ]
}

extension RolloutProgress.Gate {
    init(_ reader: FieldReader) {
        name = reader.text("name") ?? ""
        outcome = reader.text("outcome") ?? ""
        message = reader.text("message") ?? ""
        isDoubtful = reader.flag("doubtful") ?? false
        failures = reader.integer("failures") ?? 0
        errors = reader.integer("errors") ?? 0
        passes = reader.integer("passes") ?? 0
        taken = reader.text("taken")
    }

    var tree: Tree {
        var result = FieldWriter()
        result.add("name", name)
        result.add("outcome", outcome.isEmpty ? nil : outcome)
        result.add("message", message.isEmpty ? nil : message)
        result.add("doubtful", isDoubtful ? .bool(true) : nil)
        result.add("failures", .integer(Int64(failures)))
        result.add("errors", .integer(Int64(errors)))
        result.add("passes", passes > 0 ? .integer(Int64(passes)) : nil)
        result.add("taken", taken)
        return .object(result.object)
    }

    static let schema: FieldSchema = .object(
        "One gate.",
        [
            .required("name", .string("Its name.", .free).limited(to: 253)),
            .field("outcome", .string("What came out.", .free).limited(to: 32)),
            .field("message", .string("The value and the limit, or what went wrong.", .free)),
            .field("doubtful", .boolean("Whether it passed by an answer that may be none of the gate.")),
            .field("failures", .integer("How often it failed in this step.").atLeast(0)),
            .field("errors", .integer("How often in a row it was out of reach.").atLeast(0)),
            .field("passes", .integer("How often in a row it passed.").atLeast(0)),
            .field("taken", .string("When it was asked last.", .timestamp)),
        ]
    )
}
