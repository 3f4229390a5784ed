internal import DataTree
internal import KubeAPI

/// What every API server adds to new pods and nodes about where pods run (the plugins Priority, DefaultTolerationSeconds and
/// TaintNodesByCondition of kube-apiserver).
struct PlacementAdmission: Sendable {
    let context: ServerContext

    /// Completes a new object.
    ///
    /// - Throws: 403 for a priority class that is not there, or a priority that is not that of its class.
    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree) async throws(APIFault) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.kind.group.isEmpty else {
            return
        }
        switch attributes.kind.kind {
        case "Pod":
            var spec = object["spec"] ?? [:]
            try await complete(priority: &spec, attributes)
            Self.completeTolerations(&spec)
            object["spec"] = spec
        case "Node": Self.completeTaints(&object)
        default: break
        }
    }

    // MARK: Pods

    private static let pods = GroupResource(group: "", resource: "pods")
    private static let classes = GroupResource(group: "scheduling.k8s.io", resource: "priorityclasses")
    private static let builtIn: [String: Int64] = [
        "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
    ]

    private func complete(priority spec: inout Tree, _ attributes: AdmissionAttributes) async throws(APIFault) {
        var found: Tree?
        if let name = spec["priorityClassName"]?.string, !name.isEmpty {
            found = try await priorityClass(name)
            if found == nil {
                let why = "no PriorityClass with name \(name) was found"
                throw .forbidden(Self.pods, attributes.refusedName, why)
            }
        } else if let standard = standardClass() {
            found = standard
            spec["priorityClassName"] = standard.value(at: "metadata", "name")
        }
        let priority = found?["value"]?.integer ?? 0
        if let given = spec["priority"]?.integer, given != priority {
            throw .forbidden(
                Self.pods,
                attributes.refusedName,
                "the integer value of priority (\(given)) must not be provided in pod spec; priority admission "
                    + "controller computed \(priority) from the given PriorityClass name"
            )
        }
        spec["priority"] = .integer(priority)
        spec.fill("preemptionPolicy", found?["preemptionPolicy"] ?? "PreemptLowerPriority")
    }

    private func priorityClass(_ name: String) async throws(APIFault) -> Tree? {
        do throws(StorageError) {
            let stored = try await context.storage.get(Self.classes, ObjectKey(name: name))
            if let found = stored.object { return found.tree }
        } catch {
            throw .internalError(error.message)
        }
        // Every cluster has these two, even before somebody wrote them down.
        return Self.builtIn[name].map { ["metadata": ["name": .string(name)], "value": .integer($0)] }
    }

    /// The class of pods that name none: the lowest of those marked so.
    private func standardClass() -> Tree? {
        context.storage.peek(Self.classes).map(\.tree).filter { $0["globalDefault"] == true }
            .min { ($0["value"]?.integer ?? 0) < ($1["value"]?.integer ?? 0) }
    }

    /// Lets pods stay on a failing node for five minutes.
    private static func completeTolerations(_ spec: inout Tree) {
        var tolerations = spec["tolerations"]?.array ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isThere = tolerations.contains { toleration in
                let own = toleration["key"]?.string ?? ""
                let effect = toleration["effect"]?.string ?? ""
                return (own == key || own.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
            }
            if isThere { continue }
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec["tolerations"] = .array(tolerations)
    }

    // MARK: Nodes

    /// Keeps pods off a node until it says that it is ready.
    private static func completeTaints(_ node: inout Tree) {
        let key: Tree = "node.kubernetes.io/not-ready"
        let taints = node.value(at: "spec", "taints")?.array ?? []
        guard !taints.contains(where: { $0["key"] == key && $0["effect"] == "NoSchedule" }) else { return }
        node.set(.array(taints + [["key": key, "effect": "NoSchedule"]]), at: ["spec", "taints"])
    }
}
