internal import KubeAPI
package import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// The metrics of MeshRollouts.
package struct RolloutMetrics: Sendable {
    private let registry: MetricsRegistry

    /// Makes the metrics of a registry.
    package init(_ registry: MetricsRegistry) {
        self.registry = registry
    }

    /// Counts a write that succeeded.
    func wrote(_ resource: String) {
        registry.counter(
            "meshoperator_rollout_writes_total",
            help: "Writes for MeshRollouts by resource.",
            labels: ["resource": resource]
        ).increment()
    }

    /// Counts that something others had changed was put back.
    func putBack(of key: ObjectKey) {
        registry.counter(
            "meshoperator_rollout_put_back_total",
            help: "How often routes or subsets that others had changed were put back.",
            labels: labels(key)
        ).increment()
    }

    /// Counts an answer of a metric or gate.
    func asked(_ gate: String, _ reading: GateReading, of key: ObjectKey) {
        registry.counter(
            "meshoperator_rollout_gate_results_total",
            help: "Answers of the metrics and gates of MeshRollouts.",
            labels: labels(key, ["gate": gate, "outcome": reading.outcome.word])
        ).increment()
    }

    /// Shows where a MeshRollout stands.
    func show(_ status: MeshRolloutStatus, of key: ObjectKey) {
        for phase in RolloutPhase.allCases {
            registry.gauge(
                "meshoperator_rollout_phase",
                help: "1 for the phase a MeshRollout is in.",
                labels: labels(key, ["phase": phase.rawValue])
            ).set(phase == status.phase ? 1 : 0)
        }
        weight(key).set(Double(status.progress.weight))
        step(key).set(Double(status.progress.step))
    }

    /// Counts the end of a rollout and how long it took: from the first record on a route to the promotion, or to all routes being back.
    func ended(_ phase: RolloutPhase, of key: ObjectKey, after duration: Duration) {
        registry.counter(
            "meshoperator_rollouts_total",
            help: "MeshRollouts that came to an end, by result.",
            labels: labels(key, ["result": phase.rawValue])
        ).increment()
        registry.histogram(
            "meshoperator_rollout_duration_seconds",
            help: "Seconds a rollout took, from its start to the promotion or to all traffic being back, by result.",
            labels: ["result": phase.rawValue],
            buckets: RolloutDuration.buckets
        ).observe(duration)
    }

    /// The families with a series per MeshRollout.
    private static let families = [
        "meshoperator_rollout_phase", "meshoperator_rollout_weight", "meshoperator_rollout_step",
        "meshoperator_rollout_gate_results_total", "meshoperator_rollouts_total",
    ]

    /// Takes away the series of a MeshRollout that is gone.
    func clear(_ key: ObjectKey) {
        registry.removeSeries(of: Self.families, labels: labels(key))
    }

    private func weight(_ key: ObjectKey) -> Gauge {
        registry.gauge(
            "meshoperator_rollout_weight",
            help: "The share of traffic on the canary, in percent; 100 once it is completed.",
            labels: labels(key)
        )
    }

    private func step(_ key: ObjectKey) -> Gauge {
        registry.gauge(
            "meshoperator_rollout_step",
            help: "The step a MeshRollout is in, counted from 1.",
            labels: labels(key)
        )
    }

    private func labels(_ key: ObjectKey, _ more: [String: String] = [:]) -> [String: String] {
        more.merging(["namespace": key.namespace ?? "", "name": key.name]) { mine, _ in mine }
    }
}
