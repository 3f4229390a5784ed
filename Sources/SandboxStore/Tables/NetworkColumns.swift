internal import DataTree

/// The columns of what has to do with the network.
enum NetworkColumns {
    static let services: [TableColumn] = [
        .name, NativeColumns.text("Type", "spec", "type"),
        NativeColumns.cell("Cluster-IP") { object in
            let address = object.value(at: "spec", "clusterIP")?.string ?? ""
            return .string(address.isEmpty ? "<none>" : address)
        },
        NativeColumns.cell("External-IP") { .string(external($0)) },
        NativeColumns.cell("Port(s)") { .string(ports($0)) },
        .age,
        NativeColumns.cell("Selector") { .string(NativeColumns.labels($0.value(at: "spec", "selector"))) }.wide,
    ]

    private static func external(_ service: Tree) -> String {
        let given = (service.value(at: "spec", "externalIPs")?.array ?? []).compactMap(\.string)
        switch service.value(at: "spec", "type")?.string {
        case "ExternalName": return service.value(at: "spec", "externalName")?.string ?? ""
        case "LoadBalancer":
            let ingress = service.value(at: "status", "loadBalancer", "ingress")?.array ?? []
            let all = ingress.compactMap { $0["ip"]?.string ?? $0["hostname"]?.string } + given
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        default: return given.isEmpty ? "<none>" : given.joined(separator: ",")
        }
    }

    private static func ports(_ service: Tree) -> String {
        let ports = service.value(at: "spec", "ports")?.array ?? []
        if ports.isEmpty { return "<none>" }
        return ports.map { port in
            let number = port["port"]?.integer ?? 0
            let node = port["nodePort"]?.integer ?? 0
            let transport = port["protocol"]?.string ?? ""
            return node == 0 ? "\(number)/\(transport)" : "\(number):\(node)/\(transport)"
        }.joined(separator: ",")
    }

    static let endpoints: [TableColumn] = [
        .name,
        NativeColumns.cell("Endpoints") { object in
            var all: [String] = []
            for subset in object["subsets"]?.array ?? [] {
                let ports = subset["ports"]?.array ?? []
                for address in (subset["addresses"]?.array ?? []).compactMap({ $0["ip"]?.string }) {
                    if ports.isEmpty { all.append(address) }
                    all += ports.compactMap { $0["port"]?.integer }.map { "\(address):\($0)" }
                }
            }
            return .string(shortened(all, 3))
        },
        .age,
    ]

    static let slices: [TableColumn] = [
        .name, NativeColumns.text("AddressType", "addressType"),
        NativeColumns.cell("Ports") { object in
            let ports = (object["ports"]?.array ?? []).map { $0["port"]?.integer.map { "\($0)" } ?? "*" }
            return .string(ports.isEmpty ? "<unset>" : shortened(ports, 3))
        },
        NativeColumns.cell("Endpoints") { object in
            let all = (object["endpoints"]?.array ?? []).flatMap { $0["addresses"]?.array ?? [] }.compactMap(\.string)
            return .string(all.isEmpty ? "<unset>" : shortened(all, 3))
        },
        .age,
    ]

    private static func shortened(_ all: [String], _ limit: Int) -> String {
        if all.isEmpty { return "<none>" }
        let shown = all.prefix(limit).joined(separator: ",")
        return all.count > limit ? "\(shown) + \(all.count - limit) more..." : shown
    }

    static let ingresses: [TableColumn] = [
        .name, NativeColumns.cell("Class") { $0.value(at: "spec", "ingressClassName") ?? "<none>" },
        NativeColumns.cell("Hosts") { object in
            let hosts = (object.value(at: "spec", "rules")?.array ?? []).compactMap { $0["host"]?.string }
            return .string(hosts.isEmpty ? "*" : hosts.joined(separator: ","))
        },
        NativeColumns.cell("Address") { object in
            let ingress = object.value(at: "status", "loadBalancer", "ingress")?.array ?? []
            return .string(ingress.compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }.joined(separator: ","))
        },
        NativeColumns.cell("Ports") { object in
            .string(object.value(at: "spec", "tls")?.array?.isEmpty == false ? "80, 443" : "80")
        },
        .age,
    ]

    static let ingressClasses: [TableColumn] = [
        .name, NativeColumns.text("Controller", "spec", "controller"),
        NativeColumns.cell("Parameters") { object in
            guard let parameters = object.value(at: "spec", "parameters") else { return "<none>" }
            let group = parameters["apiGroup"]?.string.map { ".\($0)" } ?? ""
            let kind = parameters["kind"]?.string ?? ""
            return .string("\(kind)\(group)/\(parameters["name"]?.string ?? "")")
        },
        .age,
    ]
}

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

/// The columns of Events, whichever group they are read through.
enum EventColumns {
    static let all: [TableColumn] = [
        TableColumn("Last Seen", description: "") { .string(lastSeen($0, $1)) },
        NativeColumns.text("Type", "type"), NativeColumns.text("Reason", "reason"),
        NativeColumns.cell("Object") { event in
            let object = event["involvedObject"] ?? event["regarding"]
            return .string("\((object?["kind"]?.string ?? "").lowercased())/\(object?["name"]?.string ?? "")")
        },
        NativeColumns.cell("Subobject") { ($0["involvedObject"] ?? $0["regarding"])?["fieldPath"] ?? "" }.wide,
        NativeColumns.cell("Source") { .string(source($0)) }.wide,
        NativeColumns.cell("Message") { .string(message($0)) },
        TableColumn("First Seen", description: "") { .string(firstSeen($0, $1)) }.wide,
        NativeColumns.cell("Count") { event in
            .integer(
                event.value(at: "series", "count")?.integer ?? event["count"]?.integer ?? event["deprecatedCount"]?
                    .integer ?? 1
            )
        }.wide,
        name,
    ]

    private static let name: TableColumn = {
        var column = TableColumn.name
        column.priority = 1
        return column
    }()

    private static func source(_ event: Tree) -> String {
        let source = event["source"] ?? event["deprecatedSource"]
        let component =
            source?["component"]?.string ?? event["reportingComponent"]?.string
            ?? event["reportingController"]?.string ?? ""
        let host = source?["host"]?.string ?? event["reportingInstance"]?.string ?? ""
        return host.isEmpty ? component : "\(component), \(host)"
    }

    private static func message(_ event: Tree) -> String {
        var text = event["message"]?.string ?? event["note"]?.string ?? ""
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    private static func firstSeen(_ event: Tree, _ now: Clockwork) -> String {
        let text =
            event["firstTimestamp"]?.string ?? event["deprecatedFirstTimestamp"]?.string
            ?? event["eventTime"]?.string
        return text.flatMap(now.age) ?? "<unknown>"
    }

    private static func lastSeen(_ event: Tree, _ now: Clockwork) -> String {
        let text =
            event.value(at: "series", "lastObservedTime")?.string ?? event["lastTimestamp"]?.string
            ?? event["deprecatedLastTimestamp"]?.string
        return text.flatMap(now.age) ?? firstSeen(event, now)
    }
}

/// The columns of access control.
enum AccessColumns {
    static let bindings: [TableColumn] = [
        .name,
        NativeColumns.cell("Role") { object in
            let role = object["roleRef"]
            return .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")")
        },
        .age, subjects("Users", "User"), subjects("Groups", "Group"), subjects("ServiceAccounts", "ServiceAccount"),
    ]

    private static func subjects(_ name: String, _ kind: String) -> TableColumn {
        NativeColumns.cell(name) { object in
            let all = (object["subjects"]?.array ?? []).filter { $0["kind"] == .string(kind) }
            let names = all.map { subject in
                let name = subject["name"]?.string ?? ""
                return kind == "ServiceAccount" ? "\(subject["namespace"]?.string ?? "")/\(name)" : name
            }
            return .string(names.joined(separator: ", "))
        }.wide
    }

    static let requests: [TableColumn] = [
        .name, .age, NativeColumns.text("SignerName", "spec", "signerName"),
        NativeColumns.text("Requestor", "spec", "username"),
        NativeColumns.cell("RequestedDuration") { _ in "<none>" },
        NativeColumns.cell("Condition") { object in
            let types = (object.value(at: "status", "conditions")?.array ?? []).compactMap { $0["type"]?.string }
            var text = types.isEmpty ? "Pending" : types.joined(separator: ",")
            if object.value(at: "status", "certificate") != nil { text += ",Issued" }
            return .string(text)
        },
    ]
}
