internal import DataTree

/// What kubectl calls the status of a pod.
enum PodReason {
    static func of(_ pod: Tree) -> String {
        let status = pod["status"] ?? [:]
        var reason = status["reason"]?.string ?? status["phase"]?.string ?? ""
        let gated = (status["conditions"]?.array ?? []).contains {
            $0["type"] == "PodScheduled" && $0["reason"] == "SchedulingGated"
        }
        if gated { reason = "SchedulingGated" }
        if let initial = initial(pod) {
            reason = initial
        } else if let container = container(status) {
            reason = container
        }
        guard pod.value(at: "metadata", "deletionTimestamp") != nil else { return reason }
        return status["reason"] == "NodeLost" ? "Unknown" : "Terminating"
    }

    private static func initial(_ pod: Tree) -> String? {
        let statuses = pod.value(at: "status", "initContainerStatuses")?.array ?? []
        let specs = pod.value(at: "spec", "initContainers")?.array ?? []
        for (index, status) in statuses.enumerated() {
            let isSidecar = specs.contains { $0["name"] == status["name"] && $0["restartPolicy"] == "Always" }
            if isSidecar, status["started"] == true { continue }
            if let end = status.value(at: "state", "terminated") {
                guard end["exitCode"]?.integer != 0 else { continue }
                return "Init:" + termination(end)
            }
            if let why = status.value(at: "state", "waiting", "reason")?.string, !why.isEmpty,
                why != "PodInitializing"
            {
                return "Init:" + why
            }
            return "Init:\(index)/\(specs.count)"
        }
        return nil
    }

    private static func container(_ status: Tree) -> String? {
        var reason: String?
        var hasRunning = false
        for container in (status["containerStatuses"]?.array ?? []).reversed() {
            let state = container["state"] ?? [:]
            if let why = state.value(at: "waiting", "reason")?.string, !why.isEmpty {
                reason = why
            } else if let end = state["terminated"] {
                reason = termination(end)
            } else if container["ready"] == true, state["running"] != nil {
                hasRunning = true
            }
        }
        guard reason == "Completed", hasRunning else { return reason }
        let isReady = (status["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
        return isReady ? "Running" : "NotReady"
    }

    private static func termination(_ end: Tree) -> String {
        if let reason = end["reason"]?.string, !reason.isEmpty { return reason }
        if let signal = end["signal"]?.integer, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(end["exitCode"]?.integer ?? 0)"
    }
}
