internal import DataTree

/// The class by which a node picks the pods it evicts first.
enum PodQuality {
    /// `BestEffort`, `Burstable` or `Guaranteed`, from requests and limits of CPU and memory.
    static func of(_ spec: Tree) -> String {
        let containers = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
        var isAny = false
        var isGuaranteed = true
        for container in containers {
            let resources = container["resources"] ?? [:]
            for name in ["cpu", "memory"] {
                let (request, limit) = (resources["requests"]?[name], resources["limits"]?[name])
                if request != nil || limit != nil { isAny = true }
                if limit == nil || (request != nil && request != limit) { isGuaranteed = false }
            }
        }
        if !isAny { return "BestEffort" }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
