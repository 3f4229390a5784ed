internal import DataTree
internal import KubeAPI

/// What is wrong with Events (`pkg/apis/core/validation/events.go` of Kubernetes).
///
/// Written through core/v1 they only have to keep the rules of old; through events.k8s.io/v1 also those of the new kind. Either way
/// fields are called as core/v1 calls them.
struct EventRules: Sendable {
    /// The longest `reportingInstance`, `action` and `reason`, in bytes.
    private static let longestWord = 128
    /// The longest `message`, in bytes.
    private static let longestNote = 1_024

    private let event: Tree
    private let isCore: Bool

    /// Looks at an event in the form of `kind`.
    init(_ event: Tree, _ kind: GroupVersionKind) {
        let core = GroupVersionKind(group: "", version: "v1", kind: "Event")
        self.event = kind == core ? event : NativeConversion.convert(event, from: kind, to: core)
        self.isCore = kind.group.isEmpty
    }

    /// Looks at a new event.
    ///
    /// - Parameter metadata: what is wrong with its metadata.
    /// - Returns: what is wrong with it.
    func issues(creatingWith metadata: [FaultCause]) -> [FaultCause] {
        let legacy = legacyIssues
        // The metadata of core/v1 is only looked at where all else is right.
        guard !isCore else { return legacy.isEmpty ? metadata : legacy }
        var issues = legacy + metadata + seriesIssues
        if !isSet("eventTime") { issues.append(.required("eventTime")) }
        let type = text("type")
        if type != "Normal", type != "Warning" {
            issues.append(.invalid("type", "\"\"", "has invalid value: \(type)"))
        }
        for field in ["firstTimestamp", "lastTimestamp"] where isSet(field) {
            issues.append(.invalid(field, "\"\"", "needs to be unset"))
        }
        if (event["count"]?.integer ?? 0) != 0 { issues.append(.invalid("count", "\"\"", "needs to be unset")) }
        let source = event["source"]
        if ["component", "host"].contains(where: { source?[$0]?.string?.isEmpty == false }) {
            issues.append(.invalid("source", "\"\"", "needs to be unset"))
        }
        return issues
    }

    /// Looks at a change of an event.
    ///
    /// - Parameters:
    ///   - old: the event before.
    ///   - metadata: what is wrong with the change of its metadata.
    /// - Returns: what is wrong with it.
    func issues(replacing old: EventRules, metadata: [FaultCause]) -> [FaultCause] {
        guard !isCore else { return metadata + legacyIssues }
        var issues = metadata + legacyIssues
        if comparable("series") != old.comparable("series") { issues += seriesIssues }
        for field in Self.fixed where comparable(field) != old.comparable(field) {
            let name = field == "reportingComponent" ? "reportingController" : field
            issues.append(.invalid(name, shown(field), "field is immutable"))
        }
        return issues
    }

    // MARK: Parts

    /// The fields that the new kind never changes, in the order in which kube-apiserver looks at them, at one of them twice.
    private static let fixed = [
        "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "reason", "type",
        "eventTime", "action", "related", "reportingComponent", "reportingInstance",
    ]

    private var legacyIssues: [FaultCause] {
        let namespace = event.value(at: "metadata", "namespace")?.string ?? ""
        let involved = event.value(at: "involvedObject", "namespace")?.string ?? ""
        let isNew = isSet("eventTime")
        let clusterWide = isNew ? ["default", "kube-system"] : ["default", ""]
        var issues: [FaultCause] = []
        let fits = involved.isEmpty ? clusterWide.contains(namespace) : isNew || namespace == involved
        if !fits {
            let place = "involvedObject.namespace"
            issues.append(.invalid(place, MetadataRules.quoted(involved), "does not match event.namespace"))
        }
        if isNew { issues += newIssues }
        for problem in NameRule.dnsSubdomain.issues(in: namespace) {
            issues.append(.invalid("namespace", MetadataRules.quoted(namespace), problem))
        }
        return issues
    }

    /// What an event with an `eventTime` must say.
    private var newIssues: [FaultCause] {
        var issues: [FaultCause] = []
        let controller = text("reportingComponent")
        let field = isCore ? "reportingComponent" : "reportingController"
        if controller.isEmpty { issues.append(.required(field)) }
        for problem in NameRule.qualifiedName.issues(in: controller) {
            issues.append(.invalid(field, MetadataRules.quoted(controller), problem))
        }
        for word in ["reportingInstance", "action", "reason"] {
            if text(word).isEmpty { issues.append(.required(word)) }
            issues += lengthIssues(word, Self.longestWord)
        }
        return issues + lengthIssues("message", Self.longestNote)
    }

    private func lengthIssues(_ field: String, _ most: Int) -> [FaultCause] {
        guard text(field).utf8.count > most else { return [] }
        return [.invalid(field, "\"\"", "can have at most \(most) characters")]
    }

    private var seriesIssues: [FaultCause] {
        guard let series = event["series"], !series.isNull else { return [] }
        var issues: [FaultCause] = []
        if (series["count"]?.integer ?? 0) < 2 {
            issues.append(.invalid("series.count", "\"\"", "should be at least 2"))
        }
        if series["lastObservedTime"]?.string == nil { issues.append(.required("series.lastObservedTime")) }
        return issues
    }

    private func isSet(_ field: String) -> Bool { event[field]?.string != nil }

    private func text(_ field: String) -> String { event[field]?.string ?? "" }

    /// A field's value, the same for absent, null and empty ones.
    private func comparable(_ field: String) -> Tree? {
        guard let value = event[field], value != .null, value != "", value != 0 else { return nil }
        if let object = value.object, object.entries.allSatisfy({ $0.value == "" }) { return nil }
        return value
    }

    /// A field's value as Go's internal types are shown.
    private func shown(_ field: String) -> String {
        let value = event[field] ?? .null
        switch field {
        case "involvedObject", "related":
            if field == "related", value.isNull { return "null" }
            let names = [
                ("Kind", "kind"), ("Namespace", "namespace"), ("Name", "name"), ("UID", "uid"),
                ("APIVersion", "apiVersion"), ("ResourceVersion", "resourceVersion"), ("FieldPath", "fieldPath"),
            ]
            return Self.structure(value, names)
        case "source": return Self.structure(value, [("Component", "component"), ("Host", "host")])
        case "firstTimestamp", "lastTimestamp", "eventTime": return value.jsonText(.compact)
        case "count": return String(value.integer ?? 0)
        default: return MetadataRules.quoted(value.string ?? "")
        }
    }

    private static func structure(_ value: Tree, _ names: [(shown: String, key: String)]) -> String {
        let pairs = names.map { (key: $0.shown, value: Tree.string(value[$0.key]?.string ?? "")) }
        return Tree.object(TreeObject(pairs)).jsonText(.compact)
    }
}
