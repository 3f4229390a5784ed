internal import DataTree
internal import KubeAPI

/// What is wrong with whom pods and containers run as.
enum PodSecurityRules {
    /// The issues of a pod's `securityContext`.
    static func pod(_ context: Tree, at path: String) -> [FaultCause] {
        var issues = ["fsGroup", "runAsUser", "runAsGroup"].flatMap { identity(context[$0], "\(path).\($0)") }
        for (index, group) in (context["supplementalGroups"]?.array ?? []).enumerated() {
            issues += identity(group, "\(path).supplementalGroups[\(index)]")
        }
        let policies = [
            "fsGroupChangePolicy": ["Always", "OnRootMismatch"], "supplementalGroupsPolicy": ["Merge", "Strict"],
        ]
        return issues
            + policies.sorted { $0.key < $1.key }.flatMap { PodRules.choice(context[$0], "\(path).\($0)", $1) }
    }

    /// The issues of a container's `securityContext`.
    static func container(_ context: Tree, at path: String) -> [FaultCause] {
        ["runAsUser", "runAsGroup"].flatMap { identity(context[$0], "\(path).\($0)") }
    }

    private static func identity(_ value: Tree?, _ path: String) -> [FaultCause] {
        guard let number = value?.integer, !(0...Int64(Int32.max)).contains(number) else { return [] }
        return [.invalid(path, "\(number)", "must be between 0 and \(Int32.max), inclusive")]
    }
}
