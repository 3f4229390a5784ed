internal import KubeRuntime
internal import Testing

@Suite struct ProbeResponderTests {
    private static func responder() -> ProbeResponder {
        let health = HealthRegistry()
        health.add("ping", to: .live) { .healthy }
        health.add("stores", to: .ready) { .unhealthy("not synced: pods") }
        health.add("lease", to: .ready) { .healthy }
        let metrics = MetricsRegistry()
        metrics.counter("hits_total", help: "h").increment()
        return ProbeResponder(health: health, metrics: metrics)
    }

    @Test(
        "paths and queries",
        arguments: [
            ("/healthz", 200, "ok"), ("/livez", 200, "ok"),
            ("/healthz?verbose", 200, "[+]ping ok\nhealthz check passed\n"),
            ("/healthz/ping", 200, "ok"), ("/healthz/none", 404, "no such check: none\n"),
            ("/readyz", 500, "[-]stores failed: not synced: pods\n[+]lease ok\nreadyz check failed\n"),
            ("/readyz?exclude=stores", 200, "ok"), ("/readyz/lease", 200, "ok"),
            ("/readyz/stores", 500, "[-]stores failed: not synced: pods\nreadyz check failed\n"),
            ("/metrics", 200, "# HELP hits_total h\n# TYPE hits_total counter\nhits_total 1\n"),
        ]
    )
    func answers(target: String, status: Int, body: String) {
        let answer = Self.responder().answer(target)
        #expect(answer.status == status)
        #expect(answer.body == body)
    }

    @Test(
        "anything else is not found",
        arguments: ["/", "", "?", "/metrics/x", "/healthz/a/b", "/../readyz/x/y", "//", "/debug"]
    )
    func unknown(target: String) {
        #expect(Self.responder().answer(target).status == 404)
    }

    @Test("metrics say what they are")
    func contentType() {
        #expect(Self.responder().answer("/metrics").contentType == "text/plain; version=0.0.4; charset=utf-8")
    }
}
