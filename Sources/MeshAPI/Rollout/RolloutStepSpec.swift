package import DataTree

/// One entry of a MeshRollout's steps.
///
/// Exactly one of its fields says what happens.
package struct RolloutStepSpec: Sendable, Hashable {
    /// What happens.
    package enum Change: Sendable, Hashable {
        /// This share of the traffic goes to the canary, in percent.
        case weight(Int)
        /// Requests that match go to the canary whatever the weight; none takes earlier ones back.
        case match([Tree])
        /// This share of requests to the stable side is copied to the canary; 0 takes an earlier one back.
        case mirror(percent: Double)
        /// Requests to the canary are delayed or aborted; an empty object takes an earlier one back.
        case fault(Tree)
        /// Nothing changes; the step stays for its time.
        case hold
        /// Nothing changes; the gates of the analysis are asked, or the named ones.
        case analysis([String])
        /// Nothing changes; a person has to approve.
        case approve
        /// None of these.
        case nothing
    }

    /// What happens.
    package var change: Change
    /// The fields that say what happens; more than one is an error.
    let said: [String]
    /// How long the step stays; nil for not at all, or where `hold: {}` waits for approval.
    package var hold: Duration?

    init(_ reader: FieldReader) {
        hold = reader.duration("hold")
        said =
            ["setWeight", "match", "mirror", "fault", "analysis"].filter { reader.value($0) != nil }
            + (reader.flag("approve") == true ? ["approve"] : [])
        if let weight = reader.integer("setWeight") {
            change = .weight(weight)
        } else if let rules = reader.value("match")?.array {
            change = .match(rules)
        } else if let mirror = reader.optionalChild("mirror") {
            change = .mirror(percent: mirror.number("percent") ?? 100)
        } else if let fault = reader.optionalChild("fault") {
            change = .fault(fault.tree)
        } else if let analysis = reader.optionalChild("analysis") {
            change = .analysis(analysis.texts("gates"))
        } else if reader.flag("approve") == true {
            change = .approve
        } else {
            change = hold == nil ? .nothing : .hold
        }
    }

    static let schema: FieldSchema = .object(
        "One step. Exactly one of setWeight, match, mirror, fault, analysis and approve, or hold alone.",
        [
            .field("setWeight", .integer("The share of traffic on the canary, in percent.").within(0...100)),
            .field(
                "match",
                .list(
                    "Requests that go to the canary whatever the weight, as HTTPMatchRequest of VirtualService; an empty list "
                        + "takes earlier ones back.",
                    of: .freeObject("One rule: uri, method, headers, queryParams, sourceLabels, …"),
                    most: 16
                )
            ),
            .field(
                "mirror",
                .object(
                    "Copies requests to the canary; its answers are dropped.",
                    [
                        .field(
                            "percent",
                            .number("How many, in percent; 0 takes it back.").within(0...100).defaulting(to: 100)
                        )
                    ]
                )
            ),
            .field(
                "fault",
                .freeObject("Delays or aborts requests to the canary, as HTTPFaultInjection; {} takes it back.")
            ),
            .field(
                "analysis",
                .object(
                    "Asks the gates before the next step.",
                    [
                        .field(
                            "gates",
                            .list(
                                "The metrics and gates to ask; default: all.",
                                of: .string("A name.", .label),
                                most: 64
                            )
                        )
                    ]
                )
            ),
            .field("approve", .boolean("Whether a person must approve before the next step.")),
            .field("hold", .string("How long to stay, for example 5m.", .duration)),
        ]
    ).rule(
        "[has(self.setWeight), has(self.match), has(self.mirror), has(self.fault), has(self.analysis), "
            + "has(self.approve) && self.approve].filter(f, f).size() <= 1",
        "a step takes one of setWeight, match, mirror, fault, analysis and approve"
    )
}
