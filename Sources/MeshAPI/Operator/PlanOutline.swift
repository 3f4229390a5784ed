internal import DataTree

/// What an upgrade changes and whom it concerns, small enough for a status: counts, and the first few of each.
///
/// `meshctl plan` shows all of it.
package struct PlanOutline: Sendable, Hashable {
    /// One hop.
    package struct Hop: Sendable, Hashable {
        /// The version it leads to.
        package var version = ""
        /// How many objects are new.
        package var added = 0
        /// How many objects are otherwise.
        package var changed = 0
        /// How many objects are gone.
        package var removed = 0
        /// The first of them, such as `~ Deployment istio-system/istiod`.
        package var objects: [String] = []
        /// What the control plane does otherwise, a sentence each.
        package var behaviours: [String] = []
        /// Makes an empty hop.
        package init() {}
    }

    /// One wave of workloads.
    package struct Wave: Sendable, Hashable {
        /// Its number, counted from 1.
        package var wave = 0
        /// How many namespaces it has.
        package var namespaces = 0
        /// How many workloads it has.
        package var workloads = 0
        /// How many pods they have.
        package var pods = 0
        /// The first of its workloads.
        package var first: [String] = []
        /// How many of its workloads have moved at the present hop; nil while none is under way.
        package var moved: Int?
        /// How many of these are up with the revision they moved to; nil while none is under way.
        package var ready: Int?
        /// Makes an empty wave.
        package init() {}
    }

    /// The most hops and waves shown.
    package static let most = 16
    /// The most objects, behaviours, workloads, gateways or findings shown of one kind.
    package static let mostNames = 10
    /// The most characters of one text.
    package static let mostCharacters = 512

    /// The hops.
    package var hops: [Hop] = []
    /// The waves; those after the last shown are counted with it.
    package var waves: [Wave] = []
    /// How many workloads do not move.
    package var staying = 0
    /// The first gateways that move.
    package var gateways: [String] = []
    /// How many findings keep the upgrade from starting.
    package var refusing = 0
    /// How many findings warn.
    package var warning = 0
    /// How many findings are good to know.
    package var informing = 0
    /// The first findings, the gravest first.
    package var findings: [String] = []

    /// Makes an empty outline.
    package init() {}

    /// A text cut to what a status takes.
    package static func short(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > mostCharacters else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(mostCharacters - 1))) + "…"
    }
}

extension PlanOutline {
    init(_ reader: FieldReader) {
        hops = reader.children("hops").map { Hop($0) }
        waves = reader.children("waves").map { Wave($0) }
        staying = reader.integer("staying") ?? 0
        gateways = reader.texts("gateways")
        refusing = reader.integer("refusing") ?? 0
        warning = reader.integer("warning") ?? 0
        informing = reader.integer("informing") ?? 0
        findings = reader.texts("findings")
    }

    var tree: Tree {
        var result = FieldWriter()
        result.add("hops", hops.map(\.tree))
        result.add("waves", waves.map(\.tree))
        result.add("staying", .integer(Int64(staying)))
        result.add("gateways", gateways.map { .string($0) })
        result.add("refusing", .integer(Int64(refusing)))
        result.add("warning", .integer(Int64(warning)))
        result.add("informing", .integer(Int64(informing)))
        result.add("findings", findings.map { .string($0) })
        return .object(result.object)
    }

    static let schema: FieldSchema = .object(
        "What the upgrade changes and whom it concerns: counts, and the first few; meshctl plan shows all.",
        [
            .field("hops", .list("The hops.", of: Hop.schema, most: most)),
            .field("waves", .list("The workloads that move, wave by wave.", of: Wave.schema, most: most)),
            .field("staying", .integer("How many workloads do not move.").atLeast(0)),
            .field("gateways", .list("The first gateways that move.", of: text("A gateway."), most: mostNames)),
            .field("refusing", .integer("How many findings keep the upgrade from starting.").atLeast(0)),
            .field("warning", .integer("How many findings warn.").atLeast(0)),
            .field("informing", .integer("How many findings are good to know.").atLeast(0)),
            .field(
                "findings",
                .list("The first findings, the gravest first.", of: text("A finding."), most: mostNames)
            ),
        ]
    )

    static func text(_ description: String) -> FieldSchema {
        .string(description, .free).limited(to: mostCharacters)
    }
}

extension PlanOutline.Hop {
    init(_ reader: FieldReader) {
        version = reader.text("version") ?? ""
        added = reader.integer("added") ?? 0
        changed = reader.integer("changed") ?? 0
        removed = reader.integer("removed") ?? 0
        objects = reader.texts("objects")
        behaviours = reader.texts("behaviours")
    }

    var tree: Tree {
        var result = FieldWriter()
        result.add("version", version)
        result.add("added", .integer(Int64(added)))
        result.add("changed", .integer(Int64(changed)))
        result.add("removed", .integer(Int64(removed)))
        result.add("objects", objects.map { .string($0) })
        result.add("behaviours", behaviours.map { .string($0) })
        return .object(result.object)
    }

    static let schema: FieldSchema = .object(
        "One hop.",
        [
            .field("version", PlanOutline.text("The version it leads to.")),
            .field("added", .integer("How many objects are new.").atLeast(0)),
            .field("changed", .integer("How many objects are otherwise.").atLeast(0)),
            .field("removed", .integer("How many objects are gone.").atLeast(0)),
            .field(
                "objects",
                .list("The first of them.", of: PlanOutline.text("An object."), most: PlanOutline.mostNames)
            ),
            .field(
                "behaviours",
                .list(
                    "What the control plane does otherwise.",
                    of: PlanOutline.text("A sentence."),
                    most: PlanOutline.mostNames
                )
            ),
        ]
    )
}

extension PlanOutline.Wave {
    init(_ reader: FieldReader) {
        wave = reader.integer("wave") ?? 0
        namespaces = reader.integer("namespaces") ?? 0
        workloads = reader.integer("workloads") ?? 0
        pods = reader.integer("pods") ?? 0
        first = reader.texts("first")
        moved = reader.integer("moved")
        ready = reader.integer("ready")
    }

    var tree: Tree {
        var result = FieldWriter()
        result.add("wave", .integer(Int64(wave)))
        result.add("namespaces", .integer(Int64(namespaces)))
        result.add("workloads", .integer(Int64(workloads)))
        result.add("pods", .integer(Int64(pods)))
        result.add("first", first.map { .string($0) })
        result.add("moved", moved.map { .integer(Int64($0)) })
        result.add("ready", ready.map { .integer(Int64($0)) })
        return .object(result.object)
    }

    static let schema: FieldSchema = .object(
        "One wave of workloads.",
        [
            .field("wave", .integer("Its number, counted from 1.").atLeast(0)),
            .field("namespaces", .integer("How many namespaces it has.").atLeast(0)),
            .field("workloads", .integer("How many workloads it has.").atLeast(0)),
            .field("pods", .integer("How many pods they have.").atLeast(0)),
            .field(
                "first",
                .list("The first workloads.", of: PlanOutline.text("A workload."), most: PlanOutline.mostNames)
            ),
            .field("moved", .integer("How many of its workloads have moved at the present hop.").atLeast(0)),
            .field("ready", .integer("How many of the moved ones are up with the new revision.").atLeast(0)),
        ]
    )
}
