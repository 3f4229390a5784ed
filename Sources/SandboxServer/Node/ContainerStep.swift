internal import DataTree
internal import KubeAPI
internal import MeshBase

/// The next status of one container on a hollow node.
///
/// A pure function of its last status and what it is to do.
struct ContainerStep: Sendable {
    /// What a container is to do.
    enum Aim: Sendable, Hashable {
        /// Wait to be created, for a reason such as `ContainerCreating`.
        case waiting(String)
        /// Run, and be ready or not.
        case running(ready: Bool)
        /// Fail to find its image.
        case unpullable
        /// Have ended with this code, not to be started again.
        case ended(Int64)
        /// End with this code each time it is started.
        case crashing(Int64)
    }

    /// The longest pause between two starts, and the first one (the kubelet's back-off).
    static let pauses: ClosedRange<Int64> = 10...300

    let container: Tree
    let pod: KubeObject
    let now: Timestamp
    /// The last status, nil before there was one.
    let old: Tree?

    /// Looks at a container whose last statuses are in `field` of the pod's status.
    init(_ container: Tree, of pod: KubeObject, in field: String, now: Timestamp) {
        self.container = container
        self.pod = pod
        self.now = now
        let name = container["name"]?.string
        old = pod.tree.value(at: "status", field)?.array?.first { $0["name"]?.string == name }
    }

    private var name: String { container["name"]?.string ?? "" }
    private var image: String { container["image"]?.string ?? "" }
    private var identifier: String { "\(PodLifecycle.runtime)://\(pod.uid ?? "")/\(name)" }
    private var restarts: Int64 { Count.clamped(old?["restartCount"]?.integer ?? 0) }
    private var isSameImage: Bool { old?["image"]?.string == image }

    /// When it was started, nil when it does not run (with the present image).
    var startedAt: Timestamp? {
        guard isSameImage else { return nil }
        return old?.value(at: "state", "running", "startedAt")?.string.flatMap(Timestamp.init(rfc3339:))
    }

    /// When it may be started again after a crash; nil when it is not waiting for that.
    var restartsAt: Timestamp? {
        guard old?.value(at: "state", "waiting", "reason") == "CrashLoopBackOff",
            let end = old?.value(at: "lastState", "terminated", "finishedAt")?.string.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        return end + .seconds(Self.pause(after: restarts))
    }

    /// Seconds to wait before the start that follows the given number of restarts.
    static func pause(after restarts: Int64) -> Int64 {
        let doublings = max(0, min(restarts - 1, 10))
        return min(pauses.upperBound, pauses.lowerBound << doublings)
    }

    /// The status for `aim`.
    func status(_ aim: Aim) -> Tree {
        switch aim {
        case .waiting(let reason): return make(["waiting": ["reason": .string(reason)]])
        case .unpullable: return unpullable
        case .running(let isReady): return running(isReady)
        case .ended(let code): return make(ended(code), ready: code == 0 && isInit, hasRun: true)
        case .crashing(let code): return crashing(code)
        }
    }

    private var isInit: Bool {
        let initial = pod.tree.value(at: "spec", "initContainers")?.array ?? []
        return initial.contains { $0["name"]?.string == name }
    }

    private func running(_ isReady: Bool) -> Tree {
        let started = startedAt ?? now
        // A new image, or a start after a crash, is one more restart.
        let wasRunning = old?.value(at: "state", "running") != nil
        let count = restarts + (wasRunning && !isSameImage ? 1 : 0)
        let last = wasRunning && !isSameImage ? ended(0) : old?["lastState"] ?? [:]
        return make(
            ["running": ["startedAt": .string(started.rfc3339)]],
            ready: isReady,
            hasRun: true,
            isStarted: true,
            restarts: count,
            last: last
        )
    }

    private func crashing(_ code: Int64) -> Tree {
        if let old, isSameImage, let due = restartsAt, due > now { return old }
        let count = restarts + 1
        let pause = Self.pause(after: count)
        let pod = "\(pod.name)_\(pod.namespace ?? "")(\(pod.uid ?? ""))"
        return make(
            [
                "waiting": [
                    "reason": "CrashLoopBackOff",
                    "message": .string("back-off \(pause)s restarting failed container=\(name) pod=\(pod)"),
                ]
            ],
            hasRun: true,
            restarts: count,
            last: ended(code)
        )
    }

    private var unpullable: Tree {
        let reason = old?.value(at: "state", "waiting", "reason")?.string ?? ""
        let hasFailed = isSameImage && ["ErrImagePull", "ImagePullBackOff"].contains(reason)
        let why = "failed to pull and unpack image \"\(image)\": not found"
        let message = hasFailed ? "Back-off pulling image \"\(image)\": ErrImagePull: \(why)" : why
        return make([
            "waiting": [
                "reason": .string(hasFailed ? "ImagePullBackOff" : "ErrImagePull"), "message": .string(message),
            ]
        ])
    }

    private func ended(_ code: Int64) -> Tree {
        if let state = old?["state"], isSameImage, state.value(at: "terminated", "exitCode")?.integer == code {
            return state
        }
        return [
            "terminated": [
                "exitCode": .integer(code), "reason": code == 0 ? "Completed" : "Error",
                "startedAt": .string((startedAt ?? now).rfc3339), "finishedAt": .string(now.rfc3339),
                "containerID": .string(identifier),
            ]
        ]
    }

    private func make(
        _ state: Tree,
        ready: Bool = false,
        hasRun: Bool = false,
        isStarted: Bool = false,
        restarts: Int64? = nil,
        last: Tree? = nil
    ) -> Tree {
        var status: Tree = [
            "name": .string(name), "state": state, "ready": .bool(ready), "image": .string(image),
            "started": .bool(isStarted),
        ]
        status["lastState"] = last ?? old?["lastState"] ?? [:]
        status["restartCount"] = .integer(restarts ?? self.restarts)
        status["imageID"] = hasRun ? .string("\(PodLifecycle.runtime)://\(image)") : ""
        if hasRun { status["containerID"] = .string(identifier) }
        return status
    }
}
