internal import KubeRuntime
internal import Testing

@Suite struct HealthRegistryTests {
    @Test("probes are apart, and the answer names what failed")
    func report() {
        let health = HealthRegistry()
        health.add("ping", to: .live) { .healthy }
        health.add("stores", to: .ready) { .unhealthy("not synced: pods") }
        health.add("lease", to: .ready) { .healthy }
        let live = health.report(.live)
        #expect(live.statusCode == 200)
        #expect(live.text(verbose: false) == "ok")
        #expect(live.text(verbose: true) == "[+]ping ok\nhealthz check passed\n")
        let ready = health.report(.ready)
        #expect(ready.statusCode == 500)
        #expect(
            ready.text(verbose: false)
                == "[-]stores failed: not synced: pods\n[+]lease ok\nreadyz check failed\n"
        )
        let partial = health.report(.ready, excluding: ["stores"])
        #expect(partial.isHealthy)
        #expect(partial.text(verbose: true) == "[+]stores excluded: ok\n[+]lease ok\nreadyz check passed\n")
    }

    @Test("a check of the same name replaces the other")
    func replaces() {
        let health = HealthRegistry()
        health.add("a", to: .live) { .unhealthy("old") }
        health.add("a", to: .live) { .healthy }
        #expect(health.report(.live).results.count == 1)
        #expect(health.report(.live).isHealthy)
    }
}
