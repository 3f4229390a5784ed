internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What the status of a pod on a hollow node should be: as if its containers had been started.
///
/// A pure function. Each call is one step: Pending and being created, then Running, then Ready ("Pod Lifecycle" in the
/// Kubernetes documentation). Nothing takes time unless ``PodBehaviour`` says so. Containers of Jobs come to a good end.
struct PodLifecycle: Sendable {
    /// The name of the container runtime in identifiers.
    static let runtime = "hollow"

    /// What a node says about the pods it runs.
    struct Node: Sendable, Hashable {
        /// The node's address.
        var address: String
    }

    /// The next status, nil when nothing changes.
    private(set) var status: Tree?
    /// When the next step is due although nothing has changed.
    private(set) var requeue: Duration?

    private let pod: KubeObject
    private let behaviour: PodBehaviour
    private let now: Timestamp

    private struct Outcome {
        var initial: [Tree] = []
        var containers: [Tree] = []
        var phase = "Running"
    }

    /// Takes the next step of a pod that is bound to a node and not being deleted.
    ///
    /// - Parameters:
    ///   - pod: the pod.
    ///   - address: the pod's address, used when it has none yet.
    ///   - node: the node.
    ///   - behaviour: how it behaves.
    ///   - now: the time.
    init(_ pod: KubeObject, address: String, on node: Node, behaviour: PodBehaviour, now: Timestamp) {
        self.pod = pod
        self.behaviour = behaviour
        self.now = now
        guard !PodView(pod).isFinished else { return }
        let isKnown = pod.tree.value(at: "status", "containerStatuses")?.array?.isEmpty == false
        let outcome = isKnown ? run() : create()
        let podAddress = isKnown || PodView(pod).address != nil ? PodView(pod).address ?? address : nil
        var status = pod.tree["status"] ?? [:]
        status["phase"] = .string(outcome.phase)
        status["hostIP"] = .string(node.address)
        status["hostIPs"] = [["ip": .string(node.address)]]
        if let podAddress {
            status["podIP"] = .string(podAddress)
            status["podIPs"] = [["ip": .string(podAddress)]]
        }
        if status["startTime"] == nil { status["startTime"] = .string(now.rfc3339) }
        status["observedGeneration"] = pod.generation.map { .integer($0) }
        if !outcome.initial.isEmpty { status["initContainerStatuses"] = .array(outcome.initial) }
        status["containerStatuses"] = .array(outcome.containers)
        status["conditions"] = conditions(outcome, isKnown: isKnown)
        if status != pod.tree["status"] { self.status = status }
    }

    private var containers: [Tree] { pod.tree.value(at: "spec", "containers")?.array ?? [] }
    private var initial: [Tree] { pod.tree.value(at: "spec", "initContainers")?.array ?? [] }
    private static func stays(_ container: Tree) -> Bool { container["restartPolicy"]?.string == "Always" }

    // MARK: Containers

    private func create() -> Outcome {
        let reason = initial.isEmpty ? "ContainerCreating" : "PodInitializing"
        return Outcome(
            initial: initial.map { step($0, "initContainerStatuses").status(.waiting("PodInitializing")) },
            containers: containers.map { step($0, "containerStatuses").status(.waiting(reason)) },
            phase: "Pending"
        )
    }

    private mutating func run() -> Outcome {
        var outcome = Outcome()
        var isDone = !containers.isEmpty
        var exitCode: Int64 = 0
        for (index, container) in containers.enumerated() {
            let aim = aim(container, isMain: index == 0)
            if case .ended(let code) = aim { exitCode = max(exitCode, code) } else { isDone = false }
            if aim == .unpullable { outcome.phase = "Pending" }
            outcome.containers.append(step(container, "containerStatuses").status(aim))
        }
        if isDone { outcome.phase = exitCode == 0 ? "Succeeded" : "Failed" }
        for container in initial {
            let step = step(container, "initContainerStatuses")
            let runs = Self.stays(container) && !isDone
            if Self.isUnpullable(container) {
                outcome.phase = "Pending"
                outcome.initial.append(step.status(.unpullable))
            } else {
                outcome.initial.append(step.status(runs ? .running(ready: isReady(step, container)) : .ended(0)))
            }
        }
        return outcome
    }

    private func step(_ container: Tree, _ field: String) -> ContainerStep {
        ContainerStep(container, of: pod, in: field, now: now)
    }

    private mutating func aim(_ container: Tree, isMain: Bool) -> ContainerStep.Aim {
        let step = step(container, "containerStatuses")
        if Self.isUnpullable(container) || (isMain && !behaviour.canBePulled) { return .unpullable }
        let policy = pod.tree.value(at: "spec", "restartPolicy")?.string ?? "Always"
        let isOfJob = pod.controllerReference?.kind.kind == "Job"
        if isMain, let code = behaviour.exitCode {
            if policy == "Never" || (policy == "OnFailure" && code == 0) { return .ended(code) }
            if let due = step.restartsAt, due > now { wait(due - now) } else { wait(.seconds(1)) }
            return .crashing(code)
        }
        if isOfJob {
            // One look at it running, then it is done.
            return step.startedAt == nil ? .running(ready: true) : .ended(0)
        }
        var isReady = isReady(step, container)
        if isMain {
            isReady = isReady && behaviour.becomesReady
            let due = (step.startedAt ?? now) + .seconds(behaviour.startSeconds)
            if due > now {
                isReady = false
                wait(due - now)
            }
        }
        return .running(ready: isReady)
    }

    private mutating func wait(_ duration: Duration) { requeue = min(requeue ?? duration, duration) }

    /// A container with a probe is not ready at once.
    private func isReady(_ step: ContainerStep, _ container: Tree) -> Bool {
        container["readinessProbe"] == nil || step.startedAt != nil
    }

    /// The registries of the reserved domain `invalid` (RFC 2606) have no images.
    private static func isUnpullable(_ container: Tree) -> Bool {
        let host = container["image"]?.string?.split(separator: "/").first ?? ""
        return host.split(separator: ":").first?.hasSuffix(".invalid") == true
    }

    // MARK: Conditions

    private func conditions(_ outcome: Outcome, isKnown: Bool) -> Tree {
        let isOver = outcome.phase == "Succeeded" || outcome.phase == "Failed"
        let names = zip(containers, outcome.containers).filter { $1["ready"]?.bool != true }.map { $0.0 }
        let sidecars = zip(initial, outcome.initial).filter { Self.stays($0) && $1["ready"]?.bool != true }.map { $0.0 }
        let unready = (sidecars + names).compactMap { $0["name"]?.string }
        var containersReady = Condition(
            type: "ContainersReady",
            status: unready.isEmpty ? .isTrue : .isFalse,
            reason: ""
        )
        if isOver {
            containersReady.status = .isFalse
            containersReady.reason = outcome.phase == "Succeeded" ? "PodCompleted" : "PodFailed"
        } else if !unready.isEmpty {
            containersReady.reason = "ContainersNotReady"
            containersReady.message = "containers with unready status: [\(unready.joined(separator: " "))]"
        }
        var ready = containersReady
        ready.type = "Ready"
        if containersReady.status == .isTrue, let gate = missingGate {
            ready.status = .isFalse
            ready.reason = "ReadinessGatesNotReady"
            ready.message = gate
        }
        var initialized = Condition(type: "Initialized", status: .isTrue, reason: isOver ? "PodCompleted" : "")
        let open = isKnown ? [] : initial.compactMap { $0["name"]?.string }
        if !open.isEmpty {
            initialized.status = .isFalse
            initialized.reason = "ContainersNotInitialized"
            initialized.message = "containers with incomplete status: [\(open.joined(separator: " "))]"
        }
        let hasSandbox: Condition.Status = isKnown && !isOver ? .isTrue : .isFalse
        var conditions = pod.conditions
        for condition in [
            Condition(type: "PodReadyToStartContainers", status: hasSandbox, reason: ""), initialized, ready,
            containersReady,
            Condition(type: "PodScheduled", status: .isTrue, reason: ""),
        ] { conditions.set(condition, now: now.rfc3339) }
        return .array(conditions.map(Self.tree))
    }

    /// What a readiness gate still waits for.
    private var missingGate: String? {
        for gate in pod.tree.value(at: "spec", "readinessGates")?.array ?? [] {
            guard let type = gate["conditionType"]?.string else { continue }
            guard let condition = pod.conditions.condition(type) else {
                return "corresponding condition of pod readiness gate \"\(type)\" does not exist."
            }
            if condition.status != .isTrue {
                return "the status of pod readiness gate \"\(type)\" is not \"True\", but \(condition.status.rawValue)"
            }
        }
        return nil
    }

    private static func tree(_ condition: Condition) -> Tree {
        var tree = condition.tree
        tree["lastProbeTime"] = .null
        if condition.reason.isEmpty { tree["reason"] = nil }
        if condition.message.isEmpty { tree["message"] = nil }
        return tree
    }
}
