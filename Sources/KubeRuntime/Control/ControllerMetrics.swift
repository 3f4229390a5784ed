internal import KubeAPI
internal import MeshBase

/// The instruments of one controller, named as those of Kubernetes controllers (`controller_runtime_*`).
struct ControllerMetrics: Sendable {
    private let results: [String: Counter]
    private let errors: Counter
    private let terminalErrors: Counter
    private let duration: Histogram
    private let first: Gauge

    init(registry: MetricsRegistry, name: String, queue: WorkQueue<ObjectKey>) {
        let labels = ["controller": name]
        var results: [String: Counter] = [:]
        for result in ["success", "error", "requeue_after"] {
            results[result] = registry.counter(
                "controller_runtime_reconcile_total",
                help: "Reconciles by result.",
                labels: ["controller": name, "result": result]
            )
        }
        self.results = results
        errors = registry.counter(
            "controller_runtime_reconcile_errors_total",
            help: "Reconciles that failed.",
            labels: labels
        )
        terminalErrors = registry.counter(
            "controller_runtime_terminal_reconcile_errors_total",
            help: "Reconciles that failed and are not tried again before a change.",
            labels: labels
        )
        duration = registry.histogram(
            "controller_runtime_reconcile_time_seconds",
            help: "Seconds a reconcile took.",
            labels: labels
        )
        first = registry.gauge(
            "controller_first_reconcile_timestamp_seconds",
            help: "When the first reconcile of the process ended, in seconds since the epoch; 0 before.",
            labels: labels
        )
        registry.gauge("controller_runtime_active_workers", help: "Reconciles in flight.", labels: labels) {
            Double(queue.counts.running)
        }
        registry.gauge("workqueue_depth", help: "Keys that are ready.", labels: ["name": name]) {
            Double(queue.counts.ready)
        }
        registry.gauge("workqueue_delayed", help: "Keys that wait for their time.", labels: ["name": name]) {
            Double(queue.counts.delayed)
        }
        registry.gauge(
            "workqueue_longest_running_processor_seconds",
            help: "Seconds the longest reconcile in flight has taken so far.",
            labels: ["name": name]
        ) {
            queue.longestRun.inSeconds
        }
    }

    func finished(_ decision: RetryDecision, failed: Bool, after duration: Duration, at now: Timestamp) {
        self.duration.observe(duration)
        first.setOnce(Double(now.microsecondsSinceEpoch) / 1e6)
        if failed {
            results["error"]?.increment()
            errors.increment()
            if decision == .giveUp { terminalErrors.increment() }
        } else if case .timer = decision {
            results["requeue_after"]?.increment()
        } else {
            results["success"]?.increment()
        }
    }
}
