internal import DataTree
internal import KubeAPI

/// The addresses behind a Service, as EndpointSlices and as the older Endpoints; a pure function of what was observed.
struct EndpointsPlan: Sendable {
    static let serviceLabel = "kubernetes.io/service-name"
    static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    static let manager = "endpointslice-controller.k8s.io"
    /// As many as kube-controller-manager puts into one slice.
    static let sliceSize = 100

    /// Slices to create.
    var creations: [KubeObject] = []
    /// Slices to replace.
    var updates: [KubeObject] = []
    /// Slices to delete.
    var deletions: [KubeObject] = []
    /// The Endpoints object as it should be.
    var endpoints: KubeObject

    private struct Member {
        let pod: PodView
        let address: String
        let ports: [Tree]

        var isServing: Bool { pod.isReady }
    }

    /// Plans for `service`; nil when it has no selector, so that its addresses are somebody else's business.
    init?(_ service: KubeObject, pods: [KubeObject], slices: [KubeObject]) {
        guard let selector = service.tree.value(at: "spec", "selector")?.object, !selector.isEmpty else { return nil }
        let members = pods.compactMap { pod -> Member? in
            let labels = pod.labels
            guard selector.entries.allSatisfy({ labels[$0.key] == $0.value.string }) else { return nil }
            let view = PodView(pod)
            guard !view.isFinished, let address = view.address else { return nil }
            return Member(pod: view, address: address, ports: Self.ports(of: service, on: pod))
        }
        let publishesAll = service.tree.value(at: "spec", "publishNotReadyAddresses")?.bool ?? false
        endpoints = Self.endpoints(service, members, publishesAll: publishesAll)
        plan(service, members, slices, publishesAll: publishesAll)
    }

    // MARK: Slices

    private mutating func plan(
        _ service: KubeObject,
        _ members: [Member],
        _ slices: [KubeObject],
        publishesAll: Bool
    ) {
        var wanted: [(ports: Tree, endpoints: [Tree])] = []
        for (ports, group) in Self.grouped(members) {
            var rest = group[...]
            while !rest.isEmpty {
                let part = rest.prefix(Self.sliceSize)
                rest = rest.dropFirst(Self.sliceSize)
                wanted.append((ports, part.map { Self.endpoint($0, of: service, publishesAll: publishesAll) }))
            }
        }
        if wanted.isEmpty { wanted.append((.null, [])) }
        var free = slices.filter { $0.labels[Self.managerLabel] == Self.manager && !$0.isDeleting }
        for (ports, endpoints) in wanted {
            let same = free.firstIndex { $0.tree["ports"] ?? .null == ports } ?? free.indices.first
            guard let same else {
                creations.append(Self.newSlice(service, ports, endpoints))
                continue
            }
            let old = free.remove(at: same)
            var new = old
            new.tree["ports"] = ports == .null ? nil : ports
            new.tree["endpoints"] = .array(endpoints)
            if new.tree["ports"] != old.tree["ports"] || endpoints != old.tree["endpoints"]?.array ?? [] {
                updates.append(new)
            }
        }
        deletions = free
    }

    private static func grouped(_ members: [Member]) -> [(ports: Tree, members: [Member])] {
        var groups: [(ports: Tree, members: [Member])] = []
        for member in members {
            let ports = Tree.array(member.ports)
            if let index = groups.firstIndex(where: { $0.ports == ports }) {
                groups[index].members.append(member)
            } else {
                groups.append((ports, [member]))
            }
        }
        return groups
    }

    private static func newSlice(_ service: KubeObject, _ ports: Tree, _ endpoints: [Tree]) -> KubeObject {
        var labels = service.labels
        labels[serviceLabel] = service.name
        labels[managerLabel] = manager
        if service.tree.value(at: "spec", "clusterIP")?.string == "None" {
            labels["service.kubernetes.io/headless"] = ""
        }
        var slice = KubeObject([
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": [
                "generateName": .string(service.name + "-"), "namespace": .string(service.namespace ?? ""),
            ],
            "addressType": "IPv4", "endpoints": .array(endpoints),
        ])
        slice.labels = labels
        slice.ownerReferences = service.ownerReference().map { [$0] } ?? []
        if ports != .null { slice.tree["ports"] = ports }
        return slice
    }

    private static func endpoint(_ member: Member, of service: KubeObject, publishesAll: Bool) -> Tree {
        let isTerminating = member.pod.object.isDeleting
        var endpoint: Tree = [
            "addresses": [.string(member.address)],
            "conditions": [
                "ready": .bool(publishesAll || (member.isServing && !isTerminating)),
                "serving": .bool(member.isServing), "terminating": .bool(isTerminating),
            ],
            "targetRef": reference(member.pod.object),
        ]
        if let node = member.pod.node { endpoint["nodeName"] = .string(node) }
        if let name = hostname(of: member, in: service) { endpoint["hostname"] = .string(name) }
        return endpoint
    }

    /// The name that a pod asks for below the name of this service.
    private static func hostname(of member: Member, in service: KubeObject) -> String? {
        let spec = member.pod.object.tree["spec"]
        guard spec?["subdomain"]?.string == service.name else { return nil }
        return spec?["hostname"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Endpoints

    private static func endpoints(_ service: KubeObject, _ members: [Member], publishesAll: Bool) -> KubeObject {
        var result = KubeObject(kind: APIResource.endpoints.kind, key: service.key, labels: service.labels)
        var subsets: [Tree] = []
        for (ports, group) in grouped(members.filter { !$0.pod.object.isDeleting }) {
            func addresses(_ ready: Bool) -> [Tree] {
                group.filter { ($0.isServing || publishesAll) == ready }.map { member in
                    var address: Tree = ["ip": .string(member.address), "targetRef": reference(member.pod.object)]
                    if let node = member.pod.node { address["nodeName"] = .string(node) }
                    if let name = hostname(of: member, in: service) { address["hostname"] = .string(name) }
                    return address
                }
            }
            var subset: Tree = [:]
            for (field, list) in [("addresses", addresses(true)), ("notReadyAddresses", addresses(false))]
            where !list.isEmpty { subset[field] = .array(list) }
            subset["ports"] = ports
            subsets.append(subset)
        }
        if !subsets.isEmpty { result.tree["subsets"] = .array(subsets) }
        return result
    }

    private static func reference(_ pod: KubeObject) -> Tree {
        [
            "kind": "Pod", "namespace": .string(pod.namespace ?? ""), "name": .string(pod.name),
            "uid": .string(pod.uid ?? ""),
        ]
    }

    /// The service's ports as they are on one pod; a target port by name may differ from pod to pod.
    private static func ports(of service: KubeObject, on pod: KubeObject) -> [Tree] {
        (service.tree.value(at: "spec", "ports")?.array ?? []).compactMap { port in
            guard let number = target(of: port, on: pod) else { return nil }
            var result: Tree = [
                "name": port["name"] ?? "", "port": .integer(number), "protocol": port["protocol"] ?? "TCP",
            ]
            if let application = port["appProtocol"] { result["appProtocol"] = application }
            return result
        }
    }

    private static func target(of port: Tree, on pod: KubeObject) -> Int64? {
        switch port["targetPort"].flatMap(IntOrString.init) {
        case .integer(let number) where number > 0: return number
        case .string(let name):
            for container in pod.tree.value(at: "spec", "containers")?.array ?? [] {
                for candidate in container["ports"]?.array ?? [] where candidate["name"]?.string == name {
                    return candidate["containerPort"]?.integer
                }
            }
            return nil
        default: return port["port"]?.integer
        }
    }
}
