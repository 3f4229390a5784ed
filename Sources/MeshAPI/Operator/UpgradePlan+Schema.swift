internal import DataTree

extension UpgradePlan {
    static let schema: FieldSchema = .object(
        "How the mesh moves from one version to another.",
        [
            .field(
                "strategy",
                .choice(
                    "Canary runs the new control plane beside the old one and moves traffic and workloads in steps; "
                        + "InPlace replaces it, one minor version at a time.",
                    Strategy.self
                ).defaulting(to: "Canary")
            ),
            .field("steps", stepList),
            .field("workloads", workloads),
            .field(
                "gateways",
                .object(
                    "How gateways move.",
                    [
                        .field(
                            "mode",
                            .choice(
                                "Weighted shares traffic between an old and a new Deployment behind one Service, Restart "
                                    + "restarts one Deployment, Manual leaves them to you.",
                                GatewayMode.self
                            ).defaulting(to: "Weighted")
                        )
                    ]
                )
            ),
            .field("analysis", AnalysisSpec.schema),
            .field(
                "rollback",
                .choice(
                    "When a step fails: Automatic moves everything back, Manual stops and waits for you.",
                    Rollback.self
                ).defaulting(to: "Automatic")
            ),
            .field(
                "retireAfter",
                .string("How long the old control plane stays once nothing uses it.", .duration).defaulting(to: "10m")
            ),
            .field(
                "progressDeadline",
                .string("How long a step may go without progress; then the upgrade fails.", .timeSpan)
                    .defaulting(to: "10m")
            ),
            .field(
                "maxMinorHop",
                .integer("How many minor versions one hop of a canary may cover. In place it is always 1.")
                    .within(1...2).defaulting(to: 1)
            ),
        ]
    )

    private static let stepList: FieldSchema = .list(
        "The steps of a canary. Default: 5, 25, 50 and 100 percent.",
        of: .object(
            "One step.",
            [
                .required(
                    "weight",
                    .integer("The share on the new control plane from this step on, in percent.").within(0...100)
                ),
                .field("hold", .string("How long to stay before the next step, for example 5m.", .duration)),
                .field("approve", .boolean("Whether a person must approve the step before the next.")),
            ]
        ),
        most: 20
    ).atLeast(1)
        .rule("self[size(self) - 1].weight == 100", "the last step must have weight 100")
        .rule(
            "self.map(s, s.weight).isSorted() && self.all(s, self.exists_one(t, t.weight == s.weight))",
            "weights must rise from step to step"
        )

    private static let workloads: FieldSchema = .object(
        "How workloads move.",
        [
            .field(
                "mode",
                .choice(
                    "Restart lets the operator restart their owners, wave by wave, within PodDisruptionBudgets; "
                        + "Manual leaves restarts to you.",
                    Workloads.Mode.self
                ).defaulting(to: "Restart")
            ),
            .field(
                "waves",
                .list(
                    "Which namespaces move together, in order: a wave begins once all of the one before is up. Default: all at once.",
                    of: .object(
                        "One wave.",
                        [
                            .field(
                                "namespaceSelector",
                                .freeObject(
                                    "A label selector of namespaces (matchLabels, matchExpressions); empty takes all."
                                )
                            )
                        ]
                    ),
                    most: 64
                )
            ),
            .field(
                "maxUnavailable",
                FieldSchema(
                    .integerOrString,
                    "How many workloads of a wave restart at a time: a count, or a percentage of all such as 10%."
                ).defaulting(to: 1).rule(
                    "type(self) == int ? self > 0 : self.matches('^([1-9][0-9]?|100)%$')",
                    "write a count of at least 1, or a percentage from 1% to 100%"
                )
            ),
            .field("window", RestartWindow.schema),
        ]
    )
}
