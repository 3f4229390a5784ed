internal import DataTree
internal import KubeAPI
internal import SandboxStore
internal import Synchronization

/// Gives Services their cluster IPs and node ports.
///
/// What is free is read from the store at each allocation; on top of that no number is handed out twice in a row, so that
/// two creations at the same time do not get the same one.
final class ServiceAllocation: AdmissionPlugin {
    private static let firstAddress: UInt32 = 10 << 24 | 96 << 16 | 10
    private static let addressCount: UInt32 = 60_000
    private static let nodePorts: ClosedRange<Int64> = 30_000...32_767

    private struct Cursors {
        var address: UInt32 = 0
        var port: Int64 = 0
    }

    private let reader: ClusterReader
    private let cursors = Mutex(Cursors())

    /// Makes the plugin.
    init(reader: ClusterReader) {
        self.reader = reader
    }

    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {
        guard attributes.kind.kind == "Service", attributes.kind.group.isEmpty, attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update, var service = object
        else { return }
        var spec = service["spec"] ?? [:]
        let type = spec["type"]?.string ?? "ClusterIP"
        guard type != "ExternalName" else { return }
        let others: [KubeObject]
        do {
            others = try await reader.list(.services)
        } catch {
            throw APIFault.internalError("services cannot be read: \(error)")
        }
        keepOld(&spec, attributes.old?["spec"], type: type)
        try allocateAddress(&spec, others, attributes)
        if type == "NodePort" || type == "LoadBalancer" { try allocatePorts(&spec, others, attributes) }
        service["spec"] = spec
        object = service
    }

    /// A replacement that says nothing about addresses and ports keeps those there were.
    private func keepOld(_ spec: inout Tree, _ old: Tree?, type: String) {
        guard let old else { return }
        if (spec["clusterIP"]?.string ?? "").isEmpty {
            for field in ["clusterIP", "clusterIPs"] { spec[field] = old[field] ?? spec[field] }
        }
        guard type != "ClusterIP", var ports = spec["ports"]?.array else { return }
        let before = old["ports"]?.array ?? []
        for index in ports.indices where (ports[index]["nodePort"]?.integer ?? 0) == 0 {
            let same = before.first { $0["port"] == ports[index]["port"] && $0["protocol"] == ports[index]["protocol"] }
            ports[index]["nodePort"] = same?["nodePort"]
        }
        spec["ports"] = .array(ports)
    }

    private func allocateAddress(
        _ spec: inout Tree,
        _ others: [KubeObject],
        _ attributes: AdmissionAttributes
    ) throws(APIFault) {
        let asked = spec["clusterIP"]?.string ?? ""
        let used = Set(others.filter { $0.key != attributes.key }.compactMap { $0.clusterAddress })
        let address: String
        if asked == "None" {
            address = asked
        } else if asked.isEmpty {
            guard let free = freeAddress(used) else {
                throw APIFault.internalError("failed to allocate a serviceIP: range is full")
            }
            address = free
        } else if used.contains(asked) {
            let issue = FaultCause.invalid(
                "spec.clusterIPs",
                "[\"\(asked)\"]",
                "failed to allocate IP \(asked): provided IP is already allocated"
            )
            throw APIFault.invalid(.service, attributes.name, [issue])
        } else {
            address = asked
        }
        spec["clusterIP"] = .string(address)
        spec["clusterIPs"] = [.string(address)]
        if spec["ipFamilies"] == nil { spec["ipFamilies"] = ["IPv4"] }
        if spec["ipFamilyPolicy"] == nil { spec["ipFamilyPolicy"] = "SingleStack" }
    }

    private func freeAddress(_ used: Set<String>) -> String? {
        cursors.withLock { cursors in
            for _ in 0..<Self.addressCount {
                let number = Self.firstAddress + cursors.address
                cursors.address = (cursors.address + 1) % Self.addressCount
                let text = [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
                if !used.contains(text) { return text }
            }
            return nil
        }
    }

    private func allocatePorts(
        _ spec: inout Tree,
        _ others: [KubeObject],
        _ attributes: AdmissionAttributes
    ) throws(APIFault) {
        var used: Set<Int64> = []
        for other in others where other.key != attributes.key {
            used.formUnion(other.nodePorts)
        }
        var ports = spec["ports"]?.array ?? []
        for index in ports.indices {
            let asked = ports[index]["nodePort"]?.integer ?? 0
            if asked == 0 {
                guard let free = freePort(used) else {
                    throw APIFault.internalError("failed to allocate a nodePort: range is full")
                }
                ports[index]["nodePort"] = .integer(free)
                used.insert(free)
            } else if !used.insert(asked).inserted, attributes.operation == .create {
                let issue = FaultCause.invalid(
                    "spec.ports[\(index)].nodePort",
                    String(asked),
                    "provided port is already allocated"
                )
                throw APIFault.invalid(.service, attributes.name, [issue])
            }
        }
        spec["ports"] = .array(ports)
    }

    private func freePort(_ used: Set<Int64>) -> Int64? {
        cursors.withLock { cursors in
            let count = Int64(Self.nodePorts.count)
            for _ in 0..<count {
                let port = Self.nodePorts.lowerBound + cursors.port
                cursors.port = (cursors.port + 1) % count
                if !used.contains(port) { return port }
            }
            return nil
        }
    }
}

extension AdmissionAttributes {
    /// Namespace and name.
    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}

extension KubeObject {
    fileprivate var clusterAddress: String? { tree.value(at: "spec", "clusterIP")?.string }
    fileprivate var nodePorts: [Int64] {
        (tree.value(at: "spec", "ports")?.array ?? []).compactMap { $0["nodePort"]?.integer }
    }
}
