internal import DataTree

extension AnalysisSpec {
    static let schema: FieldSchema = .object(
        "What must hold before the next step.",
        [
            .field("interval", .string("How often to look.", .duration).defaulting(to: "30s")),
            .field(
                "initialDelay",
                .string("How long after a step's share is reached the first look counts; default: window.", .duration)
            ),
            .field(
                "failureLimit",
                .integer("How many failed looks a step may have; one more ends the rollout.").within(0...1000)
                    .defaulting(to: 3)
            ),
            .field(
                "errorLimit",
                .integer("How many times in a row a gate may be out of reach; one more ends the rollout.")
                    .within(0...1000).defaulting(to: 10)
            ),
            .field("minSamples", minSamples.defaulting(to: 20)),
            .field("onNoTraffic", onNoTraffic.defaulting(to: "Hold")),
            .field("window", .string("How long of the past a query covers.", .duration).defaulting(to: "1m")),
            .field("prometheus", prometheus),
            .field("metrics", .list("Numbers to ask for.", of: AnalysisMetric.schema, most: 32, keys: ["name"])),
            .field("gates", .list("HTTP addresses with a say.", of: AnalysisGate.schema, most: 32, keys: ["name"])),
        ]
    ).rule(
        "!has(self.metrics) || has(self.prometheus) || self.metrics.all(m, has(m.json) || has(m.job))",
        "metrics with builtIn or query need prometheus.address"
    )

    static let minSamples: FieldSchema = .integer("How many requests a look needs to count.")
        .within(0...1_000_000_000)

    static let onNoTraffic: FieldSchema = .choice(
        "What to do with fewer requests: Hold stays, Pass goes on, Fail counts as failed.",
        NoTraffic.self
    )

    static let secret: FieldSchema = .object(
        "A Secret with credentials: username and password, token, ca.crt, tls.crt and tls.key, as far as needed.",
        [
            .required("name", .string("Its name.", .subdomain)),
            .field("namespace", .string("Its namespace; default: that of the resource, or of the mesh.", .label)),
        ]
    )

    private static let prometheus: FieldSchema = .object(
        "The server metrics are asked of.",
        [
            .required("address", .string("The address below which /api/v1/query lies.", .httpAddress)),
            .field("secretRef", secret),
            .field("timeout", .string("How long to wait for an answer.", .duration).defaulting(to: "10s")),
        ]
    )
}

extension AnalysisMetric {
    static let schema: FieldSchema = .object(
        "One number and what must hold of it.",
        [
            .required("name", .string("A name for messages.", .label)),
            .field(
                "builtIn",
                .choice(
                    "A number made from Istio's standard metrics: rates in percent, latencies in milliseconds.",
                    BuiltIn.self
                )
            ),
            .field(
                "query",
                .string(
                    "A PromQL query. {{revision}}, {{namespace}}, {{version}}, {{host}}, {{workload}} and {{window}} stand for the "
                        + "side asked about.",
                    .free
                )
            ),
            .field("json", json),
            .field(
                "job",
                .freeObject("The spec of a Job (batch/v1) to run: its success passes, its failure does not.")
            ),
            .field("min", .number("The least allowed.")),
            .field("max", .number("The most allowed.")),
            .field(
                "compare",
                .object(
                    "How the new side compares with the stable one.",
                    [
                        .field("difference", bounds("New minus stable.")),
                        .field("ratio", bounds("New divided by stable.")),
                    ]
                )
            ),
            .field("minSamples", AnalysisSpec.minSamples),
            .field("onNoTraffic", AnalysisSpec.onNoTraffic),
            .field("dryRun", .boolean("Whether it is only shown, and decides nothing.").defaulting(to: false)),
        ]
    ).rule(
        "[has(self.builtIn), has(self.query), has(self.json), has(self.job)].filter(f, f).size() == 1",
        "a metric needs exactly one of builtIn, query, json and job"
    ).rule(
        "has(self.min) || has(self.max) || has(self.compare) || has(self.job)",
        "a metric needs min, max or compare"
    )

    private static let json: FieldSchema = .object(
        "A JSON document that holds the number.",
        [
            .required("url", .string("The address to GET.", .httpAddress)),
            .required("path", .string("A JSONPath such as {.data.value}.", .free).limited(to: 512)),
            .field("secretRef", AnalysisSpec.secret),
        ]
    )

    private static func bounds(_ description: String) -> FieldSchema {
        .object(
            description,
            [.field("min", .number("The least allowed.")), .field("max", .number("The most allowed."))]
        )
    }
}

extension AnalysisGate {
    static let schema: FieldSchema = .object(
        "One address.",
        [
            .required("name", .string("A name for messages.", .label)),
            .field(
                "type",
                .choice(
                    "ConfirmStep lets a step go on at 2xx, ConfirmPromotion the last one, Rollback goes back at 2xx, Event is only "
                        + "told of transitions.",
                    Kind.self
                ).defaulting(to: "ConfirmStep")
            ),
            .required("url", .string("The address to POST to.", .httpAddress)),
            .field("secretRef", AnalysisSpec.secret),
            .field("timeout", .string("How long to wait for an answer.", .duration).defaulting(to: "10s")),
        ]
    )
}
