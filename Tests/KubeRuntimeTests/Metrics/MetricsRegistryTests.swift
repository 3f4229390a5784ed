internal import KubeRuntime
internal import Testing

@Suite struct MetricsRegistryTests {
    @Test("the text format, families and labels in order")
    func text() {
        let registry = MetricsRegistry()
        registry.counter("writes_total", help: "Writes.", labels: ["verb": "patch", "kind": "Service"]).increment(by: 3)
        registry.counter("writes_total", help: "Writes.", labels: ["verb": "create", "kind": "Service"]).increment()
        let gauge = registry.gauge("depth", help: "Depth\nin \\keys.")
        gauge.set(2.5)
        gauge.add(-5)
        registry.gauge("computed", help: "C.", labels: ["q": "a\"b\\c\nd"]) { .infinity }
        let histogram = registry.histogram("seconds", help: "S.", buckets: [1, 0.1, 10, .infinity])
        for value in [0.1, 0.5, 5, 50, .nan] { histogram.observe(value) }
        #expect(
            registry.prometheusText() == """
                # HELP computed C.
                # TYPE computed gauge
                computed{q="a\\"b\\\\c\\nd"} +Inf
                # HELP depth Depth\\nin \\\\keys.
                # TYPE depth gauge
                depth -2.5
                # HELP seconds S.
                # TYPE seconds histogram
                seconds_bucket{le="0.1"} 1
                seconds_bucket{le="1"} 2
                seconds_bucket{le="10"} 3
                seconds_bucket{le="+Inf"} 4
                seconds_sum 55.6
                seconds_count 4
                # HELP writes_total Writes.
                # TYPE writes_total counter
                writes_total{kind="Service",verb="create"} 1
                writes_total{kind="Service",verb="patch"} 3

                """
        )
        #expect(registry.problems.isEmpty)
    }

    @Test("a counter never shrinks")
    func counterGrows() {
        let counter = MetricsRegistry().counter("c_total", help: "")
        counter.increment(by: 2)
        counter.increment(by: -1)
        counter.increment(by: .nan)
        #expect(counter.value == 2)
    }

    @Test(
        "names that the format does not allow",
        arguments: [("9 lives-total", "__lives_total"), ("a:b", "a:b"), ("", "_")]
    )
    func names(name: String, expected: String) {
        let registry = MetricsRegistry()
        registry.counter(name, help: "h").increment()
        #expect(registry.prometheusText().contains("\n\(expected) 1\n"))
    }

    @Test("equal names and labels are one series, other kinds a problem")
    func identity() {
        let registry = MetricsRegistry()
        registry.counter("n", help: "h", labels: ["a": "1"]).increment()
        registry.counter("n", help: "h", labels: ["a": "1"]).increment()
        registry.gauge("n", help: "h").set(7)
        #expect(registry.prometheusText().contains("n{a=\"1\"} 2\n"))
        #expect(!registry.prometheusText().contains("7"))
        #expect(registry.problems == ["n is registered as counter and as gauge: rename one of them"])
    }

    @Test("labels without bound are summed up")
    func bounded() {
        let registry = MetricsRegistry(seriesLimit: 3)
        for path in 0..<100 { registry.counter("hits_total", help: "h", labels: ["path": "/\(path)"]).increment() }
        let lines = registry.prometheusText().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 4)
        #expect(lines.contains("hits_total{path=\"_other\"} 97"))
        #expect(registry.problems.count == 1)
    }

    @Test("the series of what is gone go, with whatever other labels they have; the others stay")
    func removal() {
        let registry = MetricsRegistry()
        for (name, phase) in [("a", "up"), ("a", "down"), ("b", "up")] {
            registry.gauge("phase", help: "h", labels: ["name": name, "phase": phase]).set(1)
        }
        registry.counter("writes_total", help: "h", labels: ["name": "a"]).increment()
        registry.counter("other_total", help: "h", labels: ["name": "a"]).increment()
        registry.removeSeries(of: ["phase", "writes_total", "unknown"], labels: ["name": "a"])
        let lines = registry.prometheusText().split(separator: "\n")
        #expect(
            lines.filter { !$0.hasPrefix("#") } == ["other_total{name=\"a\"} 1", "phase{name=\"b\",phase=\"up\"} 1"]
        )
        #expect(!lines.contains { $0.contains("writes_total") }, "a family without series has no heading")
        registry.counter("writes_total", help: "h", labels: ["name": "a"]).increment()
        #expect(registry.prometheusText().contains("writes_total{name=\"a\"} 1\n"), "what comes back counts anew")
    }
}
