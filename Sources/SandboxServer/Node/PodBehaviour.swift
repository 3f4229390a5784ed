internal import KubeAPI

/// How a pod on a hollow node behaves: as its annotations `sandbox.meshoperator.io/…` say, or those of its node.
///
/// They concern the first container, which is the application; all others do well.
struct PodBehaviour: Sendable, Hashable {
    static let prefix = "sandbox.meshoperator.io/"

    /// Seconds between start and readiness (`start-seconds`).
    var startSeconds: Int64 = 0
    /// Seconds that it takes to stop, at most its grace period (`stop-seconds`).
    var stopSeconds: Int64 = 0
    /// Whether it ever becomes ready (`ready`).
    var becomesReady = true
    /// Whether its image can be pulled (`image-pull`: `ok` or `fail`).
    var canBePulled = true
    /// The exit code with which it ends right after each start (`exit-code`); nil when it keeps running.
    var exitCode: Int64?
    /// Annotations that cannot be read, each with what is allowed.
    var complaints: [String] = []

    /// Reads the annotations of a pod, and those of its node for what the pod leaves open.
    init(pod: [String: String], node: [String: String] = [:]) {
        var reader = Reader(pod: pod, node: node)
        startSeconds = reader.number("start-seconds", 0...86_400) ?? 0
        stopSeconds = reader.number("stop-seconds", 0...86_400) ?? 0
        exitCode = reader.number("exit-code", 0...255)
        becomesReady = reader.choice("ready", "true", "false")
        canBePulled = reader.choice("image-pull", "ok", "fail")
        complaints = reader.complaints
    }

    private struct Reader {
        let pod: [String: String]
        let node: [String: String]
        var complaints: [String] = []

        func value(_ name: String) -> String? { pod[prefix + name] ?? node[prefix + name] }

        mutating func number(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
            guard let text = value(name) else { return nil }
            if let number = Int64(text), range.contains(number) { return number }
            complain(name, text, "a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }

        mutating func choice(_ name: String, _ yes: String, _ no: String) -> Bool {
            guard let text = value(name) else { return true }
            if text != yes, text != no { complain(name, text, "\"\(yes)\" or \"\(no)\"") }
            return text != no
        }

        private mutating func complain(_ name: String, _ text: String, _ allowed: String) {
            complaints.append("annotation \(prefix)\(name): \"\(text.prefix(64))\" must be \(allowed); it is ignored")
        }
    }
}
