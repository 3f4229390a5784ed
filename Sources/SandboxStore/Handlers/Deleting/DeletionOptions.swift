internal import DataTree
internal import KubeAPI

/// How an object is to be deleted (`DeleteOptions` of meta/v1), from the body or the query.
struct DeletionOptions: Sendable {
    enum Propagation: String, Sendable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }

    var graceSeconds: Int64?
    /// What becomes of dependents; nil leaves it to the kind.
    var propagation: Propagation?
    var uid: String?
    var revision: String?
    var isDryRun: Bool
    /// Whether the client said that dependents go too, in the old way.
    var keepsNoOrphans = false

    init(_ request: APIRequest) throws(APIFault) {
        let body = request.body.isEmpty ? [:] : try BodyCodec.decode(request)
        if let kind = body["kind"]?.string, kind != "DeleteOptions" {
            throw .badRequest("decoded object cannot be converted to DeleteOptions")
        }
        let asked = try Self.number(request.parameter("gracePeriodSeconds"))
        graceSeconds = body["gracePeriodSeconds"]?.integer ?? asked
        uid = body.value(at: "preconditions", "uid")?.string
        revision = body.value(at: "preconditions", "resourceVersion")?.string
        var issues: [FaultCause] = []
        let dryRun =
            (body["dryRun"]?.array ?? []).compactMap(\.string)
            + request.query.filter { $0.name == "dryRun" && !$0.value.isEmpty }.map(\.value)
        isDryRun = dryRun.contains("All")
        if dryRun.contains(where: { $0 != "All" }) { issues.append(.unsupportedDryRun(dryRun)) }
        let word = body["propagationPolicy"]?.string ?? request.parameter("propagationPolicy")
        propagation = word.flatMap(Propagation.init)
        if let word, propagation == nil {
            issues.append(
                .notSupported("propagationPolicy", word, ["Foreground", "Background", "Orphan", "nil"])
            )
        }
        let orphans = body["orphanDependents"]?.bool ?? request.parameter("orphanDependents").map { $0 == "true" }
        if let orphans {
            if word != nil {
                issues.append(
                    .invalid(
                        "propagationPolicy",
                        "\"\(word ?? "")\"",
                        "orphanDependents and deletionPropagation cannot be both set"
                    )
                )
            }
            propagation = orphans ? .orphan : .background
            keepsNoOrphans = !orphans
        }
        if !issues.isEmpty {
            throw .invalid(GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "DeleteOptions"), "", issues)
        }
    }

    private static func number(_ text: String?) throws(APIFault) -> Int64? {
        guard let text else { return nil }
        guard let value = Int64(text) else {
            throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        return value
    }
}
