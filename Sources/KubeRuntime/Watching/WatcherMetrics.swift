/// The instruments of one watcher.
struct WatcherMetrics: Sendable {
    private let events: Counter
    private let lists: Counter
    private let failures: Counter
    private let silences: Counter

    init(registry: MetricsRegistry, store: ObjectStore) {
        let labels = ["store": store.configuration.name]
        events = registry.counter("kube_watch_events_total", help: "Events received by watches.", labels: labels)
        lists = registry.counter("kube_watch_lists_total", help: "Full lists begun.", labels: labels)
        failures = registry.counter("kube_watch_failures_total", help: "Lists and watches that failed.", labels: labels)
        silences = registry.counter(
            "kube_watch_silences_total",
            help: "Watches opened anew because nothing arrived.",
            labels: labels
        )
        registry.gauge("kube_store_objects", help: "Objects held.", labels: labels) { Double(store.count) }
        registry.gauge("kube_store_synced", help: "Whether the first full list is in.", labels: labels) {
            store.isSynced ? 1 : 0
        }
    }

    func received(_ signal: WatchSignal) {
        if case .opened = signal { return }
        events.increment()
    }

    func listed() { lists.increment() }
    func failed() { failures.increment() }
    func silent() { silences.increment() }
}
