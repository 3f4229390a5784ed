package import KubeRuntime
internal import MeshAPI
internal import RolloutControl

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

    /// Counts an answer of a gate.
    func answered(_ outcome: String, gate: String, of name: String) {
        registry.counter(
            "meshoperator_upgrade_gate_results_total",
            help: "Answers of gates of upgrades, by gate and outcome.",
            labels: ["name": name, "gate": gate, "outcome": outcome]
        ).increment()
    }

    /// Shows how far an upgrade is; zeros when there is none.
    func show(upgrade plan: MeshOperatorStatus.Plan?, proxies: String?, of name: String) {
        let moved = proxies?.split(separator: "/").first.flatMap { Double($0) } ?? 0
        let (weight, step) = (plan?.progress.weight ?? 0, plan?.progress.step ?? 0)
        gauge("meshoperator_upgrade_weight", "Share on the new revision in percent.", Double(weight), name)
        gauge("meshoperator_upgrade_step", "Step of the present hop, from 1.", Double(step), name)
        gauge(
            "meshoperator_upgrade_hops",
            "Hops to go, the present one among them.",
            Double(plan?.hops.count ?? 0),
            name
        )
        gauge("meshoperator_upgrade_proxies_moved", "Proxies on the revision moved to.", plan == nil ? 0 : moved, name)
    }

    /// Notes how long a step of an upgrade took.
    func finished(stepIn duration: Duration) {
        registry.histogram("meshoperator_upgrade_step_duration_seconds", help: "Seconds a step of an upgrade took.")
            .observe(duration)
    }

    /// Notes how long a hop of an upgrade took: from its first record to the promotion, or to everything being back.
    func ended(hopWith result: HopResult, of name: String, after duration: Duration) {
        registry.histogram(
            "meshoperator_upgrade_duration_seconds",
            help: "Seconds a hop of an upgrade took, from its start to the promotion or to everything being back.",
            labels: ["name": name, "result": result.rawValue],
            buckets: RolloutDuration.buckets
        ).observe(duration)
    }

    /// How a hop ended.
    enum HopResult: String, Sendable, Hashable, CaseIterable {
        /// Its revision is the stable one.
        case completed = "Completed"
        /// Everything is back on the revision before.
        case rolledBack = "RolledBack"
    }

    private func gauge(_ metric: String, _ help: String, _ value: Double, _ name: String) {
        registry.gauge(metric, help: help, labels: ["name": name]).set(value)
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
        show(upgrade: status.plan, proxies: status.proxies, of: name)
        registry.gauge(
            "meshoperator_field_conflicts",
            help: "1 while others keep fields of a mesh at other values.",
            labels: ["name": name]
        ).set(status.conditions.contains { $0.type == MeshStatusDraft.fieldConflict } ? 1 : 0)
    }

    /// The families with a series per MeshOperator.
    private static let families = [
        "meshoperator_phase", "meshoperator_ready", "meshoperator_field_conflicts", "meshoperator_upgrade_weight",
        "meshoperator_upgrade_step", "meshoperator_upgrade_hops", "meshoperator_upgrade_proxies_moved",
        "meshoperator_upgrade_gate_results_total", "meshoperator_upgrade_duration_seconds",
    ]

    /// Takes away the series of a mesh that is gone.
    func clear(_ name: String) {
        registry.removeSeries(of: Self.families, labels: ["name": name])
    }

    private func show(_ isReady: Bool, of name: String) {
        registry.gauge("meshoperator_ready", help: "Whether a mesh is ready.", labels: ["name": name])
            .set(isReady ? 1 : 0)
    }
}
