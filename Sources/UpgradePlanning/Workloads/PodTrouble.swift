internal import DataTree
package import KubeAPI
internal import MeshAPI

/// Why a pod does not come up, as its scheduler and its kubelet say.
///
/// The reasons are those of Kubernetes: `ContainerStateWaiting.reason` (`ImagePullBackOff`, `ErrImagePull`, `InvalidImageName`,
/// `CrashLoopBackOff`, `CreateContainerConfigError`, …) and that of the condition `PodScheduled` (`Unschedulable`) of core/v1.
package enum PodTrouble {
    /// Set on a trimmed pod that does not come up: the reason and the message, in one line.
    package static let annotation = "meshoperator.io/pod-trouble"
    /// Set on a trimmed pod that is not ready although nothing is said to keep it from coming up: what its readiness lacks, in one line.
    package static let unreadiness = "meshoperator.io/pod-unready"
    /// The longest text.
    static let limit = 320

    /// What a container waits for on the way up when all is well.
    private static let harmless: Set<String> = ["ContainerCreating", "PodInitializing", ""]

    /// Whether a pod was made of a template that the operator rendered.
    package static func concerns(_ pod: KubeObject) -> Bool {
        pod.label(MeshNames.Label.managedBy) == MeshNames.Label.managedByValue
    }

    /// What keeps a pod from coming up, for example `ImagePullBackOff: container discovery: Back-off pulling image "x"`.
    ///
    /// - Parameter pod: a pod with its whole status.
    /// - Returns: one line; nil where nothing does, or nobody has said so yet.
    package static func text(of pod: KubeObject) -> String? {
        guard !pod.isTrue("Ready") else { return nil }
        if let scheduled = pod.condition("PodScheduled"), scheduled.status == .isFalse,
            scheduled.reason == "Unschedulable"
        {
            return fit("Unschedulable: \(scheduled.message)")
        }
        for list in ["initContainerStatuses", "containerStatuses"] {
            for container in pod.tree.value(at: "status", list)?.array ?? [] {
                if let text = text(ofContainer: container) { return fit(text) }
            }
        }
        return nil
    }

    /// What the readiness of a pod lacks, for example `NotReady: containers with unready status: [app]`, as its condition `Ready` says.
    ///
    /// A pod on its way up is not ready either: it says nothing of trouble before it lasts.
    ///
    /// - Parameter pod: a pod with its whole status.
    /// - Returns: one line, and since when; nil for a pod that is ready, or of which nobody has said anything yet.
    package static func unreadiness(of pod: KubeObject) -> (text: String, since: String?)? {
        guard let ready = pod.condition("Ready"), ready.status != .isTrue else { return nil }
        let message = ready.message.isEmpty ? ready.reason : ready.message
        return (fit(message.isEmpty ? "NotReady" : "NotReady: \(message)"), ready.lastTransitionTime)
    }

    private static func text(ofContainer container: Tree) -> String? {
        let name = container["name"]?.string ?? ""
        let waiting = container.value(at: "state", "waiting")
        let reason = waiting?["reason"]?.string ?? ""
        let end = ending(container.value(at: "state", "terminated")) ?? ending(container["lastState"]?["terminated"])
        if isRunning(container), isCrashing(container) {
            let last = end.map { "; it ended last with \($0)" } ?? ""
            let count = container["restartCount"]?.integer ?? 0
            return "NotReady: container \(name) runs and is not ready after \(count) restarts\(last)"
        }
        if reason == "CrashLoopBackOff" || isCrashing(container), let end {
            // Without the pause and the count, which change with every start.
            return "CrashLoopBackOff: container \(name) ends with \(end)"
        }
        guard waiting != nil, !harmless.contains(reason) else {
            guard container.value(at: "state", "terminated") != nil, let end else { return nil }
            return "Error: container \(name) ended with \(end)"
        }
        let message = waiting?["message"]?.string ?? ""
        return "\(reason): container \(name)" + (message.isEmpty ? "" : ": \(message)")
    }

    /// Whether a container runs: one that neither waits nor has ended does (core/v1, ContainerState).
    private static func isRunning(_ container: Tree) -> Bool {
        container.value(at: "state", "running") != nil
    }

    /// Whether a container is between two of several starts that failed, or has come up once more and is not ready.
    private static func isCrashing(_ container: Tree) -> Bool {
        (container["restartCount"]?.integer ?? 0) > 1 && container["ready"]?.bool != true
    }

    /// How a container ended; nil where it did not, or well.
    private static func ending(_ terminated: Tree?) -> String? {
        guard let terminated, let code = terminated["exitCode"]?.integer, code != 0 else { return nil }
        let reason = terminated["reason"]?.string ?? ""
        let message = terminated["message"]?.string ?? ""
        return "exit code \(code)" + (reason.isEmpty ? "" : " (\(reason))") + (message.isEmpty ? "" : ": \(message)")
    }

    /// The text in one line within bounds, without control characters.
    private static func fit(_ text: String) -> String {
        let words = text.split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } }
        let line = words.joined(separator: " ")
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }
}

/// Which pods a Deployment or DaemonSet runs now, and which of them do not come up.
package struct WorkloadPods {
    private let workload: KubeObject

    /// Looks at the pods of a workload.
    package init(_ workload: KubeObject) {
        self.workload = workload
    }

    /// The first pod that does not come up among those of the workload's present template, and why: `pod NAME: REASON: …`.
    ///
    /// Pods of an earlier template say nothing of the present one. The present one is that of the pod made last; where two templates
    /// made one in the same second it is not known, and nothing is said.
    ///
    /// - Parameter pods: the pods of the workload's namespace, as ``SidecarPod/trimmed(_:)`` leaves them.
    /// - Returns: one line; nil where all come up, as far as is known.
    package func trouble(among pods: [KubeObject]) -> String? {
        let observed = workload.tree.value(at: "status", "observedGeneration")?.integer
        guard let observed, observed >= workload.generation ?? 0 else { return nil }
        if let failure = workload.conditions.condition("ReplicaFailure"), failure.status == .isTrue {
            let why = Self.withoutName(failure.message)
            return "no pod can be made: \(failure.reason): \(String(why.prefix(PodTrouble.limit)))"
        }
        let updated = workload.tree.value(at: "status", "updatedReplicas")?.integer ?? 0
        // Of a Deployment: none of the present template is there yet.
        if workload.kind.kind == "Deployment", updated == 0 { return nil }
        let mine = pods.filter { !$0.isDeleting && template(of: $0) != nil }
        let newest = mine.map(Self.time).max()
        let present = Set(mine.filter { Self.time($0) == newest }.map { template(of: $0) })
        guard present.count == 1 else { return nil }
        for pod in mine.sorted(by: { $0.name < $1.name }) where present.contains(template(of: pod)) {
            if let text = pod.annotations[PodTrouble.annotation] { return "pod \(pod.name): \(text)" }
        }
        return nil
    }

    /// The hash of the template a pod of the workload was made of; nil for pods of others.
    ///
    /// A Deployment's pods belong to ReplicaSets named after it and the hash (apps/v1, label `pod-template-hash`), those of a DaemonSet
    /// to itself, with the label `controller-revision-hash`.
    private func template(of pod: KubeObject) -> String? {
        guard pod.namespace == workload.namespace, let owner = pod.controllerReference else { return nil }
        switch (workload.kind.kind, owner.kind.kind) {
        case ("Deployment", "ReplicaSet"):
            guard let hash = pod.labels["pod-template-hash"], owner.name == "\(workload.name)-\(hash)" else {
                return nil
            }
            return hash
        case ("DaemonSet", "DaemonSet"):
            return owner.uid == workload.uid ? pod.labels["controller-revision-hash"] ?? "" : nil
        default: return nil
        }
    }

    /// What an API server says of a pod it refused (`pods "NAME" is forbidden: …`), without the name, which is another at each try.
    private static func withoutName(_ message: String) -> String {
        for start in ["pods \"", "Pod \""] where message.hasPrefix(start) {
            guard let end = message.dropFirst(start.count).firstIndex(of: "\"") else { continue }
            return "the pod" + message[message.index(after: end)...]
        }
        return message
    }

    private static func time(_ pod: KubeObject) -> String {
        pod.tree.value(at: "metadata", "creationTimestamp")?.string ?? ""
    }
}
