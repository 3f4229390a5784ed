internal import DataTree

/// The columns of nodes.
enum NodeColumns {
    static let all: [TableColumn] = [
        .name, NativeColumns.cell("Status") { .string(status($0)) }, NativeColumns.cell("Roles") { .string(roles($0)) },
        .age, NativeColumns.text("Version", "status", "nodeInfo", "kubeletVersion"),
        address("InternalIP", "Internal-IP"),
        address("ExternalIP", "External-IP"), info("OS-Image", "osImage"), info("Kernel-Version", "kernelVersion"),
        info("Container-Runtime", "containerRuntimeVersion"),
    ]

    private static func status(_ node: Tree) -> String {
        let conditions = node.value(at: "status", "conditions")?.array ?? []
        var parts: [String]
        switch conditions.first(where: { $0["type"] == "Ready" })?["status"]?.string {
        case "True": parts = ["Ready"]
        case nil: parts = ["Unknown"]
        default: parts = ["NotReady"]
        }
        if node.value(at: "spec", "unschedulable") == true { parts.append("SchedulingDisabled") }
        return parts.joined(separator: ",")
    }

    private static func roles(_ node: Tree) -> String {
        let prefix = "node-role.kubernetes.io/"
        var roles: Set<String> = []
        for entry in node.value(at: "metadata", "labels")?.object?.entries ?? [] {
            if entry.key.hasPrefix(prefix) { roles.insert(String(entry.key.dropFirst(prefix.count))) }
            if entry.key == "kubernetes.io/role", let role = entry.value.string { roles.insert(role) }
        }
        roles.remove("")
        return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
    }

    private static func address(_ type: String, _ name: String) -> TableColumn {
        NativeColumns.cell(name) { node in
            let all = node.value(at: "status", "addresses")?.array ?? []
            return all.first { $0["type"] == .string(type) }?["address"] ?? "<none>"
        }.wide
    }

    private static func info(_ name: String, _ field: String) -> TableColumn {
        NativeColumns.cell(name) { node in
            let text = node.value(at: "status", "nodeInfo")?[field]?.string ?? ""
            return .string(text.isEmpty ? "<unknown>" : text)
        }.wide
    }
}
