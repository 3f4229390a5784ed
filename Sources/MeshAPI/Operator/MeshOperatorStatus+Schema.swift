internal import DataTree

extension MeshOperatorStatus {
    /// What a `status` may hold.
    package static let schema: FieldSchema = .object(
        "What the operator observed. Only the operator writes it.",
        [
            .field("observedGeneration", .integer("The metadata.generation this status speaks of.").atLeast(0)),
            .field(
                "phase",
                .choice("Where the mesh stands, in one word; conditions say more.", MeshPhase.self)
            ),
            .field("version", text("The version that runs.")),
            .field("targetVersion", text("The version asked for.")),
            .field("revision", text("The revision that runs, `default` for the one without a name.")),
            .field("targetRevision", text("The revision being moved to.")),
            .field("proxies", text("Proxies on the target revision and in all, for example 3/10.")),
            .field("plan", plan),
            .field("revisions", .list("All control planes.", of: revisionItem, most: 16, keys: ["name"])),
            .field("components", .list("All parts of the mesh.", of: component, most: 256, keys: ["name"])),
            .field("gateways", .list("All gateways.", of: gateway, most: 256, keys: ["namespace", "name"])),
            .field(
                "warnings",
                .list(
                    "Settings without effect, and such as belong to an earlier release.",
                    of: words("The field and what to do."),
                    most: 64
                )
            ),
            .field(
                "leftAlone",
                .list(
                    "What was left as it is when all else was as rendered last, and why.",
                    of: words("Objects and the reason."),
                    most: 16
                )
            ),
            .field(
                "conditions",
                .list(
                    "Ready, Reconciled, Progressing, Degraded, Preflight, InjectionReady and Paused, each with a reason.",
                    of: MeshCondition.schema,
                    most: 32,
                    keys: ["type"]
                )
            ),
        ]
    )

    private static func text(_ description: String) -> FieldSchema { .string(description, .free).limited(to: 253) }

    private static func words(_ description: String) -> FieldSchema {
        .string(description, .free).limited(to: 16384)
    }

    private static let plan: FieldSchema = .object(
        "The way to the target version; absent when the mesh is there.",
        [
            .field(
                "hops",
                .list("The versions on the way, the last being the target.", of: text("A version."), most: 16)
            ),
            .field(
                "overrides",
                .list("Fields and annotations without which the plan would be refused.", of: text("One."), most: 16)
            ),
            .field("outline", PlanOutline.schema),
            .field(
                "promoting",
                .boolean("Whether the new revision is being made the stable one, which is not aborted any more.")
            ),
        ] + RolloutProgress.fields
    )

    private static let revisionItem: FieldSchema = .object(
        "One control plane.",
        [
            .required("name", text("Its revision, `default` for the one without a name.")),
            .field("version", text("Its version.")),
            .field("ready", .boolean("Whether it is ready.")),
            .field("proxies", .integer("How many proxies are connected to it.").atLeast(0)),
            .field("weight", .integer("Its share of the traffic, in percent.").within(0...100)),
            .field("inUse", .boolean("Whether pods, namespaces or tags refer to it.")),
            .field("tags", .list("The revision tags that lead to it.", of: text("A tag."), most: 64)),
            .field(
                "heldBy",
                .list(
                    "What keeps it from being retired, where nothing moves to it.",
                    of: words("One holder."),
                    most: 16
                )
            ),
        ]
    )

    private static let component: FieldSchema = .object(
        "One part.",
        [
            .required("name", text("Its name, for example pilot or ingressGateways/istio-ingressgateway.")),
            .required("ready", .boolean("Whether all its workloads are ready.")),
            .field("message", .string("Why it is not.", .free)),
        ]
    )

    private static let gateway: FieldSchema = .object(
        "One gateway.",
        [
            .required("name", text("Its Service's name.")),
            .required("namespace", text("Its namespace.")),
            .field("revision", text("The revision that serves it.")),
            .field("address", text("Its address from outside, or <pending> with the reason.")),
            .field(
                "weight",
                .integer("The share of its ready pods of the revision moved to, in percent.").within(0...100)
            ),
        ]
    )
}

extension MeshCondition {
    static let schema: FieldSchema = .object(
        "One condition.",
        [
            .required("type", .string("What it is about.", .free).limited(to: 316)),
            .required("status", .choice("Whether it holds.", State.self)),
            .required("reason", .string("Why, in one UpperCamelCase word.", .free).limited(to: 1024)),
            .required("message", .string("Why, for people; may be empty.", .free).limited(to: 32768)),
            .field("observedGeneration", .integer("The metadata.generation it speaks of.").atLeast(0)),
            .required("lastTransitionTime", .string("Since when its status is what it is.", .timestamp)),
        ]
    )
}
