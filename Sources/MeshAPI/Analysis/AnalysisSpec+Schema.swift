internal import DataTree

extension AnalysisSpec {
    static let schema: FieldSchema = .object(
        "What must hold before the next step.",
        [
            .field("interval", .string("How often to look.", .timeSpan).defaulting(to: "30s")),
            .field(
                "initialDelay",
                .string("How long after a step's share is reached the first look counts; default: window.", .duration)
            ),
            .field(
                "consecutiveSuccesses",
                .integer("How many looks in a row must pass.").within(1...1000).defaulting(to: 1)
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
            .field("window", .string("How long of the past a query covers.", .timeSpan).defaulting(to: "1m")),
            .field("prometheus", prometheus),
            .field("metrics", .list("Numbers to ask for.", of: AnalysisMetric.schema, most: 32, keys: ["name"])),
            .field("gates", .list("HTTP addresses with a say.", of: AnalysisGate.schema, most: 32, keys: ["name"])),
        ]
    ).rule(
        "!has(self.metrics) || has(self.prometheus) || self.metrics.all(m, has(m.json) || has(m.job))",
        "metrics with builtIn or query need prometheus.address"
    ).rule(
        "!has(self.metrics) || !has(self.gates) || self.gates.all(g, !self.metrics.exists(m, m.name == g.name))",
        "each metric and gate needs a name of its own"
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
            .required(
                "address",
                .string("The address below which /api/v1/query lies.", .httpAddress)
                    .rule("!self.contains('?')", "leave the query out, /api/v1/query is put behind the address")
            ),
            .field("secretRef", secret),
            .field("timeout", .string("How long to wait for an answer.", .timeSpan).defaulting(to: "10s")),
            .field(
                "revisionLabel",
                .string(
                    "The label that holds a proxy's revision in its metrics, such as istio_io_rev where the labels of pods are kept; "
                        + "default: none, workloads are named one by one.",
                    .metricLabel
                )
            ),
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
            .field(
                "samples",
                .string(
                    "How many requests the number rests on: for query a PromQL query, for json a JSONPath. Built-in ones count by "
                        + "themselves.",
                    .free
                )
            ),
            .field("range", range),
            .field(
                "reporter",
                .choice(
                    "Whose account a built-in number is: Destination, the proxy that received the requests, or Source, the one that "
                        + "sent them.",
                    Reporter.self
                ).defaulting(to: "Destination")
            ),
            .field(
                "timeout",
                .string(
                    "How long to wait: for a document (default 10s), for a query (default: prometheus.timeout), for a Job to end "
                        + "(default 10m).",
                    .timeSpan
                )
            ),
            .field("min", .number("The least allowed.")),
            .field("max", .number("The most allowed.")),
            .field("compare", compare),
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
    ).rule(rising, "min is more than max, which no number meets").rule(
        "!has(self.range) || has(self.builtIn) || has(self.query)",
        "range is for builtIn and query"
    )

    private static let compare: FieldSchema = .object(
        "How the new side compares with the stable one.",
        [
            .field("difference", bounds("New minus stable.")),
            .field("ratio", bounds("New divided by stable.")),
            .field(
                "baseline",
                .object(
                    "Asks for the stable side's number in the past; for builtIn and query.",
                    [
                        .required("offset", .string("How long ago, for example 1h.", .timeSpan)),
                        .field("window", .string("How long of the past it covers; default: window.", .timeSpan)),
                    ]
                )
            ),
        ]
    )

    private static let range: FieldSchema = .object(
        "Asks for a row of values over time and takes one number of it.",
        [
            .field("duration", .string("How far back the row goes.", .timeSpan).defaulting(to: "5m")),
            .field("step", .string("The time from value to value.", .timeSpan).defaulting(to: "15s")),
            .field("take", .choice("Which number of the row.", Range.Taking.self).defaulting(to: "Last")),
        ]
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
        ).rule(rising, "min is more than max, which no number meets")
    }

    private static let rising = "!has(self.min) || !has(self.max) || self.min <= self.max"
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
                        + "told of transitions. A 2xx counts whose answer is empty, text/plain or application/json, and has at "
                        + "most 64 KiB.",
                    Kind.self
                ).defaulting(to: "ConfirmStep")
            ),
            .required("url", .string("The address to POST to.", .httpAddress)),
            .field("secretRef", AnalysisSpec.secret),
            .field("timeout", .string("How long to wait for an answer.", .timeSpan).defaulting(to: "10s")),
            .field("metadata", .stringMap("Sent along with every request.").limited(to: 32)),
        ]
    )
}
