internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What the status of a pod on a hollow node should be: as if its containers had been started and did well.
///
/// A pure function. Pods of Jobs come to a good end, all others run until they are deleted.
enum PodLifecycle {
    /// The name of the container runtime in identifiers.
    static let runtime = "hollow"

    /// What a node says about the pods it runs.
    struct Node: Sendable, Hashable {
        /// The node's address.
        var address: String
    }

    /// The next status of `pod`.
    ///
    /// - Parameters:
    ///   - pod: a pod bound to the node and not being deleted.
    ///   - address: the pod's address, used when it has none yet.
    ///   - node: the node.
    ///   - now: the time.
    /// - Returns: the status, nil when nothing changes.
    static func status(of pod: KubeObject, address: String, on node: Node, now: Timestamp) -> Tree? {
        let view = PodView(pod)
        guard !view.isFinished else { return nil }
        let ends = pod.controllerReference?.kind.kind == "Job"
        if view.phase == "Running", !ends, isRunning(pod) { return nil }
        let time = now.rfc3339
        let podAddress = view.address ?? address
        let finished = ends && view.phase == "Running"
        var status = pod.tree["status"] ?? [:]
        status["phase"] = finished ? "Succeeded" : "Running"
        status["hostIP"] = .string(node.address)
        status["hostIPs"] = [["ip": .string(node.address)]]
        status["podIP"] = .string(podAddress)
        status["podIPs"] = [["ip": .string(podAddress)]]
        if status["startTime"] == nil { status["startTime"] = .string(time) }
        status["observedGeneration"] = pod.generation.map { .integer($0) }
        status["conditions"] = conditions(pod, finished: finished, time: time)
        let spec = pod.tree["spec"] ?? [:]
        let initial = spec["initContainers"]?.array ?? []
        if !initial.isEmpty {
            status["initContainerStatuses"] = .array(
                initial.map { container in
                    let stays = container["restartPolicy"]?.string == "Always" && !finished
                    return containerStatus(container, pod, node, runs: stays, isReady: true, time: time)
                }
            )
        }
        status["containerStatuses"] = .array(
            (spec["containers"]?.array ?? []).map {
                containerStatus($0, pod, node, runs: !finished, isReady: !finished, time: time)
            }
        )
        return status
    }

    private static func isRunning(_ pod: KubeObject) -> Bool {
        let statuses = pod.tree.value(at: "status", "containerStatuses")?.array ?? []
        let containers = pod.tree.value(at: "spec", "containers")?.array ?? []
        return statuses.count == containers.count && PodView(pod).isReady
            && zip(containers, statuses).allSatisfy { $0["image"] == $1["image"] }
    }

    private static func conditions(_ pod: KubeObject, finished: Bool, time: String) -> Tree {
        var conditions = pod.conditions
        let ready = Condition.Status(rawValue: finished ? "False" : "True") ?? .unknown
        let reason = finished ? "PodCompleted" : ""
        for (type, status) in [
            ("PodReadyToStartContainers", finished ? .isFalse : .isTrue), ("Initialized", .isTrue), ("Ready", ready),
            ("ContainersReady", ready), ("PodScheduled", Condition.Status.isTrue),
        ] {
            let why = type == "PodScheduled" || type == "PodReadyToStartContainers" ? "" : reason
            conditions.set(Condition(type: type, status: status, reason: why), now: time)
        }
        return .array(
            conditions.map { condition in
                var tree = condition.tree
                tree["lastProbeTime"] = .null
                if condition.reason.isEmpty { tree["reason"] = nil }
                if condition.message.isEmpty { tree["message"] = nil }
                return tree
            }
        )
    }

    private static func containerStatus(
        _ container: Tree,
        _ pod: KubeObject,
        _ node: Node,
        runs: Bool,
        isReady: Bool,
        time: String
    ) -> Tree {
        let name = container["name"]?.string ?? ""
        let image = container["image"]?.string ?? ""
        let started = startTime(of: name, in: pod) ?? time
        let identifier = "\(runtime)://\(pod.uid ?? "")/\(name)"
        let running: Tree = ["running": ["startedAt": .string(started)]]
        let ended: Tree = [
            "terminated": [
                "exitCode": 0, "reason": "Completed", "startedAt": .string(started), "finishedAt": .string(time),
                "containerID": .string(identifier),
            ]
        ]
        return [
            "name": .string(name), "state": runs ? running : ended, "lastState": [:], "ready": .bool(isReady),
            "restartCount": 0, "image": .string(image), "imageID": .string("\(runtime)://\(image)"),
            "containerID": .string(identifier), "started": .bool(runs),
        ]
    }

    private static func startTime(of container: String, in pod: KubeObject) -> String? {
        let statuses = pod.tree.value(at: "status", "containerStatuses")?.array ?? []
        let status = statuses.first { $0["name"]?.string == container }
        return status?.value(at: "state", "running", "startedAt")?.string
    }
}
