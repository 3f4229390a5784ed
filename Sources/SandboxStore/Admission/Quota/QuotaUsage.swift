package import DataTree
package import KubeAPI

/// What one object takes of a ResourceQuota, by the names that `spec.hard` knows.
package enum QuotaUsage {
    private static let compute = ["cpu", "memory", "ephemeral-storage"]
    private static let counted = [
        "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services",
    ]

    /// What an object takes.
    ///
    /// - Parameters:
    ///   - object: The object.
    ///   - resource: Its collection.
    /// - Returns: Amounts by name, `count/…` among them.
    package static func of(_ object: Tree, _ resource: GroupResource) -> [String: Quantity] {
        var result: [String: Quantity] = ["count/\(resource)": Quantity(Int64(1))]
        guard resource.group.isEmpty else { return result }
        if counted.contains(resource.resource) { result[resource.resource] = Quantity(Int64(1)) }
        switch resource.resource {
        case "services": result.merge(service(object)) { _, new in new }
        case "pods": result.merge(pod(object)) { _, new in new }
        case "persistentvolumeclaims":
            if let storage = object.value(at: "spec", "resources", "requests", "storage").flatMap({ Quantity($0) }) {
                result["requests.storage"] = storage
            }
        default: break
        }
        return result
    }

    private static func service(_ object: Tree) -> [String: Quantity] {
        let type = object.value(at: "spec", "type")?.string ?? "ClusterIP"
        let ports = Int64(object.value(at: "spec", "ports")?.array?.count ?? 0)
        switch type {
        case "NodePort": return ["services.nodeports": Quantity(ports)]
        case "LoadBalancer":
            return ["services.loadbalancers": Quantity(Int64(1)), "services.nodeports": Quantity(ports)]
        default: return [:]
        }
    }

    // MARK: Pods

    /// Pods that have ended take nothing but their own record.
    private static func pod(_ object: Tree) -> [String: Quantity] {
        if ["Succeeded", "Failed"].contains(object.value(at: "status", "phase")?.string ?? "") { return [:] }
        var result: [String: Quantity] = ["pods": Quantity(Int64(1))]
        for (name, amount) in amounts(object, "requests") {
            result["requests.\(name)"] = amount
            if compute.contains(name) { result[name] = amount }
        }
        for (name, amount) in amounts(object, "limits") where compute.contains(name) {
            result["limits.\(name)"] = amount
        }
        return result
    }

    /// What a pod needs: its containers and sidecars together, or the largest moment of its start.
    private static func amounts(_ object: Tree, _ field: String) -> [String: Quantity] {
        let spec = object["spec"] ?? [:]
        var sidecars: [String: Quantity] = [:]
        var start: [String: Quantity] = [:]
        for container in spec["initContainers"]?.array ?? [] {
            let own = quantities(container.value(at: "resources", field))
            let now = sidecars.merging(own) { $0 + $1 }
            if container["restartPolicy"] == "Always" { sidecars = now }
            start.merge(now) { max($0, $1) }
        }
        var running = sidecars
        for container in spec["containers"]?.array ?? [] {
            running.merge(quantities(container.value(at: "resources", field))) { $0 + $1 }
        }
        return running.merging(start) { max($0, $1) }
    }

    private static func quantities(_ tree: Tree?) -> [String: Quantity] {
        var result: [String: Quantity] = [:]
        for entry in tree?.object?.entries ?? [] { result[entry.key] = Quantity(entry.value) }
        return result
    }

    /// Which of the names in `required` a pod's containers leave open: containers by name.
    static func missing(_ object: Tree, required: [String]) -> [String: Set<String>] {
        guard object["kind"] == "Pod" else { return [:] }
        var result: [String: Set<String>] = [:]
        let spec = object["spec"] ?? [:]
        for container in (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? []) {
            for name in required {
                let parts = name.split(separator: ".").map(String.init)
                let (field, resource) = parts.count == 2 ? (parts[0], parts[1]) : ("requests", name)
                guard ["cpu", "memory"].contains(resource), container.value(at: "resources", field, resource) == nil
                else { continue }
                result[name, default: []].insert(container["name"]?.string ?? "")
            }
        }
        return result
    }

    // MARK: Scopes

    /// Whether a quota counts an object (`spec.scopes` and `spec.scopeSelector`); those without scopes count all.
    package static func concerns(_ quota: Tree, _ object: Tree, _ resource: GroupResource) -> Bool {
        let spec = quota["spec"] ?? [:]
        var terms: [(scope: String, tree: Tree)] = (spec["scopes"]?.array ?? []).compactMap { scope in
            scope.string.map { ($0, ["operator": "Exists"]) }
        }
        for term in spec.value(at: "scopeSelector", "matchExpressions")?.array ?? [] {
            terms.append((term["scopeName"]?.string ?? "", term))
        }
        if terms.isEmpty { return true }
        guard resource.description == "pods" else { return false }
        return terms.allSatisfy { fits($0.scope, $0.tree, object) }
    }

    private static func fits(_ scope: String, _ term: Tree, _ pod: Tree) -> Bool {
        let ends = pod.value(at: "spec", "activeDeadlineSeconds") != nil
        let isBestEffort = PodQuality.of(pod["spec"] ?? [:]) == "BestEffort"
        switch scope {
        case "Terminating": return ends
        case "NotTerminating": return !ends
        case "BestEffort": return isBestEffort
        case "NotBestEffort": return !isBestEffort
        case "PriorityClass":
            let name = pod.value(at: "spec", "priorityClassName")?.string ?? ""
            let values = (term["values"]?.array ?? []).compactMap(\.string)
            switch term["operator"]?.string {
            case "In": return values.contains(name)
            case "NotIn": return !values.contains(name)
            case "DoesNotExist": return name.isEmpty
            default: return !name.isEmpty
            }
        default: return false
        }
    }
}
