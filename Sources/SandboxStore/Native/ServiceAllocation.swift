internal import DataTree
internal import MeshBase

/// Gives services their cluster addresses and node ports.
struct ServiceAllocation: Sendable {
    let context: ServerContext

    private static let collection = GroupResource(group: "", resource: "services")

    /// Completes a new service.
    func complete(_ object: inout Tree) {
        guard var spec = object["spec"] else { return }
        if spec["type"] != "ExternalName" {
            if spec["clusterIP"]?.string?.isEmpty ?? true { spec["clusterIP"] = .string(freeAddress()) }
            spec["clusterIPs"] = [spec["clusterIP"] ?? "None"]
            spec.fill("ipFamilies", ["IPv4"])
            spec.fill("ipFamilyPolicy", "SingleStack")
        }
        addNodePorts(&spec)
        object["spec"] = spec
    }

    /// Completes a changed service: what was given stays given.
    func update(_ new: inout Tree, old: Tree) {
        guard var spec = new["spec"] else { return }
        let before = old["spec"] ?? [:]
        if spec["type"] == "ExternalName" {
            for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] { spec[field] = nil }
        } else {
            for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] where before.has(field) {
                spec.fill(field, before[field] ?? .null)
            }
            if spec["clusterIP"]?.string?.isEmpty ?? true { spec["clusterIP"] = .string(freeAddress()) }
            spec.fill("clusterIPs", [spec["clusterIP"] ?? "None"])
            spec.fill("ipFamilies", ["IPv4"])
            spec.fill("ipFamilyPolicy", "SingleStack")
        }
        keepNodePorts(&spec, before)
        addNodePorts(&spec)
        new["spec"] = spec
    }

    private func keepNodePorts(_ spec: inout Tree, _ before: Tree) {
        guard Self.needsNodePorts(spec) else {
            if before["type"] != spec["type"] { spec.editEach("ports") { $0["nodePort"] = nil } }
            return
        }
        let known = before["ports"]?.array ?? []
        spec.editEach("ports") { port in
            guard !port.has("nodePort"),
                let match = known.first(where: { $0["port"] == port["port"] && $0["protocol"] == port["protocol"] }),
                let number = match["nodePort"]
            else { return }
            port["nodePort"] = number
        }
    }

    private static func needsNodePorts(_ spec: Tree) -> Bool {
        switch spec["type"]?.string {
        case "NodePort": true
        case "LoadBalancer": spec["allocateLoadBalancerNodePorts"] != false
        default: false
        }
    }

    private func addNodePorts(_ spec: inout Tree) {
        guard Self.needsNodePorts(spec) else { return }
        var taken: Set<Int64> = []
        for service in context.storage.peek(Self.collection) {
            for port in service.tree.value(at: "spec", "ports")?.array ?? [] {
                if let number = port["nodePort"]?.integer { taken.insert(number) }
            }
        }
        let random = context.configuration.random
        spec.editEach("ports") { port in
            guard port["nodePort"]?.integer ?? 0 == 0 else { return }
            let number = Self.free(30_000, 2_768, random.next) { !taken.contains($0) }
            taken.insert(number)
            port["nodePort"] = .integer(number)
        }
    }

    private func freeAddress() -> String {
        var taken: Set<String> = []
        for service in context.storage.peek(Self.collection) {
            if let address = service.tree.value(at: "spec", "clusterIP")?.string { taken.insert(address) }
        }
        let number = Self.free(256, 65_000, context.configuration.random.next) { !taken.contains(Self.address($0)) }
        return Self.address(number)
    }

    /// An address within 10.96.0.0/16.
    private static func address(_ number: Int64) -> String { "10.96.\(number / 256).\(number % 256)" }

    /// A free number of the `count` that begin at `first`, starting the search at random.
    private static func free(
        _ first: Int64,
        _ count: Int64,
        _ random: () -> UInt64,
        isFree: (Int64) -> Bool
    ) -> Int64 {
        let start = Int64(random() % UInt64(count))
        for step in 0..<count {
            let number = first + (start + step) % count
            if isFree(number) { return number }
        }
        return first
    }
}
