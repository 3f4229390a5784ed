internal import DataTree

extension MeshRolloutSpec {
    /// What a `spec` may hold.
    package static let schema: FieldSchema = .object(
        "What you want of the rollout.",
        [
            .required("workload", workload),
            .required("host", .string("The host whose traffic moves, as in a VirtualService.", .free).limited(to: 253)),
            .field(
                "virtualServices",
                .list("The VirtualServices to change. Default: one is made.", of: route, most: 16)
            ),
            .field(
                "destinationRule",
                .object(
                    "The DestinationRule that gets the subsets. Default: one is made.",
                    [.required("name", .string("Its name.", .subdomain))]
                )
            ),
            .field(
                "gateways",
                .list(
                    "The gateways of a VirtualService that is made; mesh stands for sidecars.",
                    of: .string("A gateway.", .free).limited(to: 317),
                    most: 16
                )
            ),
            .field(
                "strategy",
                .choice("Canary moves traffic in steps, BlueGreen at once when the gates have passed.", Strategy.self)
                    .defaulting(to: "Canary")
            ),
            .field(
                "steps",
                .list(
                    "What happens, in order. Default: 5, 25, 50 and 100 percent.",
                    of: RolloutStepSpec.schema,
                    most: 64
                )
            ),
            .field("sessionAffinity", affinity),
            .field("promotion", promotion),
            .field(
                "capacity",
                .object(
                    "What a side needs before its weight rises.",
                    [
                        .field(
                            "minReadyPercent",
                            .integer("How many of its wanted replicas must be ready, in percent.").within(0...100)
                                .defaulting(to: 100)
                        )
                    ]
                )
            ),
            .field("slowStart", SlowStart.schema),
            .field("analysis", AnalysisSpec.schema),
            .field(
                "rollback",
                .choice(
                    "When a step fails: Automatic puts everything back, Manual stops and waits for you.",
                    UpgradePlan.Rollback.self
                ).defaulting(to: "Automatic")
            ),
            .field(
                "progressDeadline",
                .string("How long a step may go without progress; then the rollout fails.", .timeSpan)
                    .defaulting(to: "10m")
            ),
            .field("group", .string("MeshRollouts of one group and namespace step together or not at all.", .label)),
            .field("paused", .boolean("Whether all writes are held.").defaulting(to: false)),
        ]
    ).rule("self.host == oldSelf.host", "the host cannot change; make another MeshRollout for another host")

    private static let workload: FieldSchema = .object(
        "The two sides.",
        [
            .field(
                "kind",
                .choice("What runs them; Pods goes by the version label alone.", WorkloadKind.self)
                    .defaulting(to: "Deployment")
            ),
            .required("stable", side("The side that serves.")),
            .required("canary", side("The side to come.")),
            .field(
                "versionLabel",
                .string("The pod label that tells the sides apart.", .free).limited(to: 317).defaulting(to: "version")
            ),
        ]
    ).rule("self.stable.version != self.canary.version", "the sides need versions of their own")
        .rule("has(self.stable.host) == has(self.canary.host)", "give both sides a host of their own, or neither")
        .rule(
            "(has(self.kind) && self.kind == 'Pods') || (has(self.stable.name) && has(self.canary.name))",
            "both sides need the name of their workload, unless kind is Pods"
        ).rule(
            "!has(self.stable.name) || !has(self.canary.name) || self.stable.name != self.canary.name",
            "the sides need workloads of their own"
        )

    private static func side(_ description: String) -> FieldSchema {
        .object(
            description,
            [
                .field("name", .string("The workload's name.", .subdomain)),
                .required("version", .string("The value of the version label.", .imageTag).limited(to: 63)),
                .field(
                    "host",
                    .string("The host of this version, where each has a Service of its own. Default: subsets.", .free)
                        .limited(to: 253)
                ),
            ]
        )
    }

    private static let route: FieldSchema = .object(
        "One VirtualService.",
        [
            .required("name", .string("Its name.", .subdomain)),
            .field("namespace", .string("Its namespace. Default: that of the rollout.", .label)),
            .field(
                "routes",
                .list(
                    "The names of the routes to change. Default: all that lead to the host.",
                    of: .string("A name.", .free).limited(to: 253),
                    most: 64
                )
            ),
        ]
    )

    private static let affinity: FieldSchema = .object(
        "How a user stays on one version during the shift.",
        [
            .required(
                "cookie",
                .object(
                    "By a cookie set with the first answer.",
                    [
                        .field("name", .string("Its name.", .imageTag).defaulting(to: "mesh-version")),
                        .field("ttl", .string("How long a browser keeps it.", .timeSpan).defaulting(to: "24h")),
                    ]
                )
            )
        ]
    )

    private static let promotion: FieldSchema = .object(
        "What makes the canary the stable side.",
        [
            .field(
                "mode",
                .choice(
                    "ScaleDown scales the old side to nothing, CopyTemplate copies the canary's pod template to the stable "
                        + "workload and gives traffic back to it.",
                    Promotion.self
                ).defaulting(to: "ScaleDown")
            ),
            .field(
                "scaleDownDelay",
                .string("How long the old side stays up afterwards.", .duration).defaulting(to: "30s")
            ),
        ]
    )
}
