package import KubeAPI

/// All that a gate is asked with: which rollout, which sides, how far it is.
package struct GateQuestion: Sendable, Hashable {
    /// One side, by what tells it from the other.
    package struct Side: Sendable, Hashable {
        /// The values of placeholders in queries, by name: `revision` of an upgrade; `namespace`, `version` (the value of the label
        /// of that name), `host` and `workload` of a MeshRollout.
        package var values: [String: String]
        /// The workloads whose proxies are on this side, for an upgrade whose metrics have no label with the revision; nil for a
        /// side told by its values.
        package var workloads: [ObjectKey]?

        /// Describes a side.
        package init(_ values: [String: String] = [:], workloads: [ObjectKey]? = nil) {
            self.values = values
            self.workloads = workloads
        }

        /// The value of a placeholder, nil where there is none or it is empty.
        func value(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// The kind of the resource, `MeshOperator` or `MeshRollout`.
    package var kind: String
    /// The resource.
    package var key: ObjectKey
    /// The resource as an owner of Jobs; nil leaves them without one.
    package var owner: OwnerReference?
    /// The namespace in which Secrets and Jobs are if nothing else is said.
    package var defaultNamespace: String
    /// What moved.
    package var new: Side
    /// What did not; nil when there is nothing to compare with.
    package var stable: Side?
    /// The step, counted from 1; 0 before the first.
    package var step = 0
    /// How many steps there are.
    package var steps = 0
    /// The share on the new side, in percent.
    package var weight = 0
    /// Where the resource stands in its life, in one word.
    package var phase = ""
    /// Why the rollout stands where it does, in one word.
    package var reason = ""
    /// What happened, for event gates; empty for others.
    package var message = ""
    /// What tells this attempt at the step from others, for example target and the time it began; Jobs are named by it.
    package var attempt = ""

    /// Asks about a resource; where it stands is set afterwards.
    package init(
        kind: String,
        key: ObjectKey,
        defaultNamespace: String,
        new: Side,
        stable: Side? = nil
    ) {
        self.kind = kind
        self.key = key
        self.defaultNamespace = defaultNamespace
        self.new = new
        self.stable = stable
    }
}
