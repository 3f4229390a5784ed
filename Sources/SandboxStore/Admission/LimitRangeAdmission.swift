internal import DataTree
internal import KubeAPI

/// Gives containers the requests and limits that the LimitRanges of their namespace set, and holds pods to the bounds.
struct LimitRangeAdmission: Sendable {
    let context: ServerContext

    private static let ranges = GroupResource(group: "", resource: "limitranges")
    private static let pods = GroupResource(group: "", resource: "pods")
    private static let annotation = "kubernetes.io/limit-ranger"

    /// Completes and checks a new pod.
    ///
    /// - Throws: 403 naming every bound that the pod is beyond.
    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree) async throws(APIFault) {
        let ranges = ranges(attributes)
        for range in ranges { Self.complete(&object, range) }
        try check(ranges, attributes, object)
    }

    /// Checks a pod once more, after webhooks changed it.
    ///
    /// - Throws: 403 naming every bound that the pod is beyond.
    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {
        guard let object else { return }
        try check(ranges(attributes), attributes, object)
    }

    private func ranges(_ attributes: AdmissionAttributes) -> [[Tree]] {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.kind.group.isEmpty,
            attributes.kind.kind == "Pod"
        else { return [] }
        let found = context.storage.peek(Self.ranges).filter { $0.key.namespace == attributes.namespace }
        return found.map { $0.tree.value(at: "spec", "limits")?.array ?? [] }
    }

    private func check(_ ranges: [[Tree]], _ attributes: AdmissionAttributes, _ pod: Tree) throws(APIFault) {
        for range in ranges {
            let problems = range.flatMap { Self.problems(pod, $0) }
            if problems.isEmpty { continue }
            let text = problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]"
            throw .forbidden(Self.pods, attributes.refusedName, text)
        }
    }

    // MARK: Defaults

    private static func complete(_ pod: inout Tree, _ limits: [Tree]) {
        var notes: [String] = []
        pod.edit("spec") { spec in
            for (list, noun) in [("containers", "container"), ("initContainers", "init container")] {
                spec.editEach(list) { container in
                    let name = container["name"]?.string ?? ""
                    for (field, source, word) in [
                        ("requests", "defaultRequest", "request"), ("limits", "default", "limit"),
                    ] {
                        let added = fill(&container, field, limits, source)
                        if added.isEmpty { continue }
                        notes.append("\(added.sorted().joined(separator: ", ")) \(word) for \(noun) \(name)")
                    }
                }
            }
        }
        if notes.isEmpty { return }
        pod.set(
            .string("LimitRanger plugin set: " + notes.joined(separator: "; ")),
            at: ["metadata", "annotations", annotation]
        )
    }

    /// Adds what the range sets and the container does not say: the names of what was added.
    private static func fill(_ container: inout Tree, _ field: String, _ limits: [Tree], _ source: String) -> [String] {
        var values = container.value(at: "resources", field) ?? [:]
        var added: [String] = []
        for limit in limits where limit["type"] == "Container" {
            for entry in limit[source]?.object?.entries ?? [] where values[entry.key] == nil {
                values[entry.key] = entry.value
                added.append(entry.key)
            }
        }
        if !added.isEmpty { container.set(values, at: ["resources", field]) }
        return added
    }

    // MARK: Bounds

    private static func problems(_ pod: Tree, _ limit: Tree) -> [String] {
        let containers = pod.value(at: "spec", "containers")?.array ?? []
        switch limit["type"]?.string {
        case "Container":
            return containers.flatMap { container in
                let resources = container["resources"] ?? [:]
                return problems("Container", quantities(resources["requests"]), quantities(resources["limits"]), limit)
            }
        case "Pod":
            let resources = containers.map { $0["resources"] ?? [:] }
            return problems(
                "Pod",
                sum(resources.map { quantities($0["requests"]) }),
                sum(resources.map { quantities($0["limits"]) }),
                limit
            )
        default: return []
        }
    }

    private static func quantities(_ tree: Tree?) -> [String: Quantity] {
        var result: [String: Quantity] = [:]
        for entry in tree?.object?.entries ?? [] { result[entry.key] = Quantity(entry.value) }
        return result
    }

    /// The sums of what every part names.
    private static func sum(_ parts: [[String: Quantity]]) -> [String: Quantity] {
        guard var result = parts.first else { return [:] }
        for part in parts.dropFirst() {
            var next: [String: Quantity] = [:]
            for (name, amount) in result { if let more = part[name] { next[name] = amount + more } }
            result = next
        }
        return result
    }

    private static func problems(
        _ type: String,
        _ requests: [String: Quantity],
        _ limits: [String: Quantity],
        _ bounds: Tree
    ) -> [String] {
        var result: [String] = []
        for (name, least) in quantities(bounds["min"]).sorted(by: { $0.key < $1.key }) {
            let what = "minimum \(name) usage per \(type) is \(least)"
            guard let request = requests[name] else {
                result.append("\(what).  No request is specified")
                continue
            }
            if request < least {
                result.append("\(what), but request is \(request)")
            } else if let limit = limits[name], limit < least {
                result.append("\(what), but limit is \(limit)")
            }
        }
        for (name, most) in quantities(bounds["max"]).sorted(by: { $0.key < $1.key }) {
            let what = "maximum \(name) usage per \(type) is \(most)"
            guard let limit = limits[name] else {
                result.append("\(what).  No limit is specified")
                continue
            }
            if limit > most {
                result.append("\(what), but limit is \(limit)")
            } else if let request = requests[name], request > most {
                result.append("\(what), but request is \(request)")
            }
        }
        return result + ratios(type, requests, limits, bounds)
    }

    private static func ratios(
        _ type: String,
        _ requests: [String: Quantity],
        _ limits: [String: Quantity],
        _ bounds: Tree
    ) -> [String] {
        quantities(bounds["maxLimitRequestRatio"]).sorted { $0.key < $1.key }.compactMap { name, most in
            let what = "\(name) max limit to request ratio per \(type) is \(most)"
            guard let request = requests[name], request.billionths != 0 else {
                return "\(what), but no request is specified or request is 0"
            }
            guard let limit = limits[name], limit.billionths != 0 else {
                return "\(what), but no limit is specified or limit is 0"
            }
            let ratio = Double(limit.billionths) / Double(request.billionths)
            guard ratio > Double(most.billionths) / 1e9 else { return nil }
            return "\(what), but provided ratio is \(fixed(ratio))"
        }
    }

    /// A number with six digits behind the point, as Go's `%f` writes it.
    private static func fixed(_ number: Double) -> String {
        guard number < 1e12 else { return "\(number)" }
        let millionths = Int64((number * 1e6).rounded())
        let digits = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
    }
}
