internal import DataTree

/// The columns of pods.
enum PodColumns {
    static let all: [TableColumn] = [
        .name,
        NativeColumns.cell("Ready") { ready($0) },
        NativeColumns.cell("Status") { .string(PodReason.of($0)) },
        TableColumn("Restarts", description: "") { object, now in restarts(object, now) },
        .age,
        orNone("IP") { $0.value(at: "status", "podIP") ?? $0.value(at: "status", "podIPs")?[0]?["ip"] },
        orNone("Node") { $0.value(at: "spec", "nodeName") },
        orNone("Nominated Node") { $0.value(at: "status", "nominatedNodeName") },
        NativeColumns.cell("Readiness Gates") { gates($0) }.wide,
    ]

    private static func orNone(_ name: String, _ value: @escaping @Sendable (Tree) -> Tree?) -> TableColumn {
        NativeColumns.cell(name) { object in
            let text = value(object)?.string ?? ""
            return .string(text.isEmpty ? "<none>" : text)
        }.wide
    }

    private static func ready(_ pod: Tree) -> Tree {
        let statuses = pod.value(at: "status", "containerStatuses")?.array ?? []
        var ready = statuses.filter { $0["ready"] == true && $0.value(at: "state", "running") != nil }.count
        var total = pod.value(at: "spec", "containers")?.array?.count ?? 0
        let sidecars = (pod.value(at: "spec", "initContainers")?.array ?? []).filter { $0["restartPolicy"] == "Always" }
        let names = Set(sidecars.compactMap { $0["name"]?.string })
        total += names.count
        ready +=
            (pod.value(at: "status", "initContainerStatuses")?.array ?? [])
            .filter { names.contains($0["name"]?.string ?? "") && $0["ready"] == true }.count
        return .string("\(ready)/\(total)")
    }

    private static func restarts(_ pod: Tree, _ now: Clockwork) -> Tree {
        let statuses = pod.value(at: "status", "containerStatuses")?.array ?? []
        let total = statuses.reduce(0) { $0 &+ ($1["restartCount"]?.integer ?? 0) }
        let last = statuses.compactMap { $0.value(at: "lastState", "terminated", "finishedAt")?.string }.max()
        guard total > 0, let last, let age = now.age(since: last) else { return .string("\(total)") }
        return .string("\(total) (\(age) ago)")
    }

    private static func gates(_ pod: Tree) -> Tree {
        let gates = pod.value(at: "spec", "readinessGates")?.array ?? []
        guard !gates.isEmpty else { return "<none>" }
        let conditions = pod.value(at: "status", "conditions")?.array ?? []
        let ready = gates.filter { gate in
            conditions.contains { $0["type"] == gate["conditionType"] && $0["status"] == "True" }
        }
        return .string("\(ready.count)/\(gates.count)")
    }
}
