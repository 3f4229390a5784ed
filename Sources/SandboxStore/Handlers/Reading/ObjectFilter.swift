internal import DataTree
internal import KubeAPI

/// Which objects of a collection a list or watch is about.
struct ObjectFilter: Sendable {
    /// Only this namespace; nil for all.
    let namespace: String?
    private let labels: LabelSelector
    private let fields: FieldSelector
    private let resource: ServedResource

    /// - Throws: 400 for fields that cannot be selected by.
    init(_ scope: RequestScope, _ parameters: ListParameters) throws(APIFault) {
        resource = scope.resource
        namespace = scope.namespace
        labels = parameters.labels
        fields = parameters.fields
        for term in fields.terms where !Self.canSelect(resource, term.path) {
            throw .badRequest(Self.refusal(resource, term.path))
        }
    }

    /// Whether there is no selector.
    var isEverything: Bool { labels.isEverything && fields.isEverything }

    func matches(_ tree: Tree) -> Bool {
        if let namespace, tree["metadata"]?["namespace"]?.string != namespace { return false }
        if !labels.isEverything, !labels.matches(KubeObject(tree).labels) { return false }
        return fields.isEverything || fields.matches { Self.field($0, of: tree, resource) }
    }

    // MARK: Fields

    private static let natives: [String: [String]] = [
        "pods": [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
            "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
        ],
        "nodes": ["spec.unschedulable"],
        "namespaces": ["status.phase"],
        "secrets": ["type"],
        "services": ["spec.clusterIP", "spec.type"],
        "replicationcontrollers": ["status.replicas"],
        "replicasets.apps": ["status.replicas"],
        "jobs.batch": ["status.successful"],
        "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
        "events": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ],
        "events.events.k8s.io": [
            "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion",
            "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type",
        ],
    ]

    private static func canSelect(_ resource: ServedResource, _ path: String) -> Bool {
        if path == "metadata.name" { return true }
        if path == "metadata.namespace" { return resource.api.isNamespaced || resource.kind.group.isEmpty }
        if case .custom(let version) = resource.origin { return version.selectableFields.contains(path) }
        return natives[resource.groupResource.description]?.contains(path) == true
    }

    private static func refusal(_ resource: ServedResource, _ path: String) -> String {
        let own = natives[resource.groupResource.description] != nil
        if case .custom = resource.origin { return "field label not supported: \(path)" }
        if own { return "field label not supported: \(path)" }
        return "\"\(path)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    }

    /// The value of a selectable field as text; absent fields are empty.
    private static func field(_ path: String, of tree: Tree, _ resource: ServedResource) -> String? {
        switch (resource.groupResource.resource, path) {
        case ("events", "source"):
            return text(tree.value(at: "source", "component")) ?? text(tree["reportingComponent"]) ?? ""
        case ("events", "reportingComponent"): return text(tree["reportingComponent"]) ?? ""
        case ("pods", "spec.hostNetwork"), ("nodes", "spec.unschedulable"):
            return text(value(path, of: tree)) ?? "false"
        case ("jobs", "status.successful"): return text(tree.value(at: "status", "succeeded")) ?? "0"
        case (_, "status.replicas"): return text(tree.value(at: "status", "replicas")) ?? "0"
        case ("namespaces", "status.phase"): return text(value(path, of: tree)) ?? "Active"
        default: return text(value(path, of: tree)) ?? ""
        }
    }

    private static func value(_ path: String, of tree: Tree) -> Tree? {
        tree.value(at: TreePath(path.split(separator: ".").map { .key(String($0)) }))
    }

    private static func text(_ tree: Tree?) -> String? {
        switch tree {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        default: nil
        }
    }
}
