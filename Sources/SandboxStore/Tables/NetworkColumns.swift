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
