package import KubeRuntime
internal import MeshAPI

/// The operator's own metrics; those of queues, caches and leases come from the runtime.
package struct OperatorMetrics: Sendable {
    private let registry: MetricsRegistry

    /// Makes the metrics of a registry.
    package init(_ registry: MetricsRegistry) {
        self.registry = registry
    }

    /// Counts a reconcile and its length.
    package func reconciled(result: String, took duration: Duration) {
        registry.counter(
            "meshoperator_reconcile_total",
            help: "Reconciles of MeshOperators by result.",
            labels: ["result": result]
        ).increment()
        registry.histogram("meshoperator_reconcile_duration_seconds", help: "Seconds a reconcile took.")
            .observe(duration)
    }

    /// Counts a write that succeeded.
    package func wrote(verb: String, cause: String) {
        registry.counter(
            "meshoperator_writes_total",
            help: "Writes of mesh objects by verb.",
            labels: ["verb": verb]
        ).increment()
        guard cause == ObjectDecision.Cause.drift.rawValue else { return }
        registry.counter(
            "meshoperator_drift_repaired_total",
            help: "Objects set right after somebody else changed them."
        ).increment()
    }

    /// Counts a write that failed.
    package func failed(code: String) {
        registry.counter(
            "meshoperator_write_failures_total",
            help: "Writes of mesh objects that failed, by code.",
            labels: ["code": code]
        ).increment()
    }

    /// Shows where a mesh stands.
    func show(_ status: MeshOperatorStatus, of name: String) {
        for phase in MeshPhase.allCases {
            registry.gauge(
                "meshoperator_phase",
                help: "1 for the phase a MeshOperator is in.",
                labels: ["name": name, "phase": phase.rawValue]
            ).set(phase == status.phase ? 1 : 0)
        }
        show(status.condition(.ready)?.state == .yes, of: name)
        registry.gauge(
            "meshoperator_field_conflicts",
            help: "1 while others keep fields of a mesh at other values.",
            labels: ["name": name]
        ).set(status.conditions.contains { $0.type == MeshStatusDraft.fieldConflict } ? 1 : 0)
    }

    /// Shows that a mesh is gone.
    func clear(_ name: String) {
        for phase in MeshPhase.allCases {
            registry.gauge("meshoperator_phase", help: "", labels: ["name": name, "phase": phase.rawValue]).set(0)
        }
        show(false, of: name)
    }

    private func show(_ isReady: Bool, of name: String) {
        registry.gauge("meshoperator_ready", help: "Whether a mesh is ready.", labels: ["name": name])
            .set(isReady ? 1 : 0)
    }
}
