/// The instruments of one work queue, named as those of Kubernetes controllers (`workqueue_*`).
public struct WorkQueueMetrics: Sendable {
    private let adds: Counter
    private let retries: Counter
    private let queueDuration: Histogram
    private let workDuration: Histogram

    /// Registers the instruments of the queue `name`.
    public init(registry: MetricsRegistry, name: String) {
        let labels = ["name": name]
        adds = registry.counter("workqueue_adds_total", help: "Keys added to the queue.", labels: labels)
        retries = registry.counter("workqueue_retries_total", help: "Keys added again after a failure.", labels: labels)
        queueDuration = registry.histogram(
            "workqueue_queue_duration_seconds",
            help: "Seconds a key was ready before a worker took it.",
            labels: labels
        )
        workDuration = registry.histogram(
            "workqueue_work_duration_seconds",
            help: "Seconds a worker spent on a key.",
            labels: labels
        )
    }

    func added() { adds.increment() }
    func retried() { retries.increment() }
    func started(waited: Duration) { queueDuration.observe(waited) }
    func finished(after duration: Duration) { workDuration.observe(duration) }
}
