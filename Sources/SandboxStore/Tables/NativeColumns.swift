internal import DataTree

extension ServedResource {
    /// The columns of server-side tables.
    var tableColumns: [TableColumn] {
        switch origin {
        case .custom(let version): [.name] + version.columns
        case .native: NativeColumns.columns(groupResource.description)
        }
    }
}

/// The columns that kubectl users know for native kinds (`pkg/printers/internalversion` of Kubernetes).
enum NativeColumns {
    static func columns(_ resource: String) -> [TableColumn] { table[resource] ?? [.name, createdAt] }

    /// Kinds without columns of their own tell when they were created.
    static let createdAt = TableColumn("Created At", type: "date", description: Texts.creation) { object, _ in
        object.value(at: "metadata", "creationTimestamp") ?? .null
    }

    private static let table: [String: [TableColumn]] = [
        "configmaps": [.name, count("Data", ["data", "binaryData"]), .age],
        "secrets": [.name, text("Type", "type"), count("Data", ["data"]), .age],
        "serviceaccounts": [.name, .age],
        "namespaces": [.name, text("Status", "status", "phase"), .age],
        "nodes": NodeColumns.all,
        "pods": PodColumns.all,
        "services": NetworkColumns.services,
        "endpoints": NetworkColumns.endpoints,
        "endpointslices.discovery.k8s.io": NetworkColumns.slices,
        "ingresses.networking.k8s.io": NetworkColumns.ingresses,
        "ingressclasses.networking.k8s.io": NetworkColumns.ingressClasses,
        "networkpolicies.networking.k8s.io": [
            .name, cell("Pod-Selector") { selector($0.value(at: "spec", "podSelector")) }, .age,
        ],
        "events": EventColumns.all,
        "events.events.k8s.io": EventColumns.all,
        "deployments.apps": WorkloadColumns.deployments,
        "replicasets.apps": WorkloadColumns.replicaSets,
        "replicationcontrollers": WorkloadColumns.replicaSets,
        "daemonsets.apps": WorkloadColumns.daemonSets,
        "statefulsets.apps": WorkloadColumns.statefulSets,
        "controllerrevisions.apps": WorkloadColumns.revisions,
        "jobs.batch": WorkloadColumns.jobs,
        "cronjobs.batch": WorkloadColumns.cronJobs,
        "horizontalpodautoscalers.autoscaling": WorkloadColumns.autoscalers,
        "poddisruptionbudgets.policy": WorkloadColumns.budgets,
        "leases.coordination.k8s.io": [.name, text("Holder", "spec", "holderIdentity"), .age],
        "rolebindings.rbac.authorization.k8s.io": AccessColumns.bindings,
        "clusterrolebindings.rbac.authorization.k8s.io": AccessColumns.bindings,
        "mutatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "validatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "validatingadmissionpolicies.admissionregistration.k8s.io": AdmissionColumns.policies,
        "validatingadmissionpolicybindings.admissionregistration.k8s.io": AdmissionColumns.bindings,
        "priorityclasses.scheduling.k8s.io": [
            .name, number("Value", "value"), cell("Global-Default", "boolean") { $0["globalDefault"] ?? false }, .age,
            text("PreemptionPolicy", "preemptionPolicy"),
        ],
        "storageclasses.storage.k8s.io": [
            .name, text("Provisioner", "provisioner"), text("ReclaimPolicy", "reclaimPolicy"),
            text("VolumeBindingMode", "volumeBindingMode"),
            cell("AllowVolumeExpansion") { $0["allowVolumeExpansion"] ?? false }, .age,
        ],
        "resourcequotas": [.name, text("Request", "none"), text("Limit", "none"), .age],
        "certificatesigningrequests.certificates.k8s.io": AccessColumns.requests,
        "persistentvolumeclaims": [
            .name, text("Status", "status", "phase"), text("Volume", "spec", "volumeName"),
            text("Capacity", "status", "capacity", "storage"),
            cell("Access Modes") { list($0.value(at: "status", "accessModes")) },
            text("StorageClass", "spec", "storageClassName"), unset("VolumeAttributesClass"), .age,
            text("VolumeMode", "spec", "volumeMode").wide,
        ],
    ]

    private static let webhooks: [TableColumn] = [
        .name, cell("Webhooks", "integer") { .integer(Int64($0["webhooks"]?.array?.count ?? 0)) }, .age,
    ]

    // MARK: Parts

    /// A column that shows a text under a chain of keys, empty where there is none.
    static func text(_ name: String, _ keys: String...) -> TableColumn {
        let path = TreePath(keys.map { .key($0) })
        return cell(name) { $0.value(at: path) ?? "" }
    }

    static func unset(_ name: String) -> TableColumn { cell(name) { _ in "<unset>" } }

    /// A column that shows a number under a chain of keys, 0 where there is none.
    static func number(_ name: String, _ keys: String...) -> TableColumn {
        let path = TreePath(keys.map { .key($0) })
        return cell(name, "integer") { $0.value(at: path) ?? 0 }
    }

    static func cell(_ name: String, _ type: String = "string", _ value: @escaping @Sendable (Tree) -> Tree)
        -> TableColumn
    {
        TableColumn(name, type: type, description: "") { object, _ in value(object) }
    }

    private static func count(_ name: String, _ keys: [String]) -> TableColumn {
        cell(name) { object in .integer(Int64(keys.reduce(0) { $0 + (object[$1]?.object?.count ?? 0) })) }
    }

    /// A label selector as text; `<none>` for an empty one.
    static func selector(_ tree: Tree?) -> Tree {
        let labels = labels(tree?["matchLabels"])
        var parts = labels == "<none>" ? [] : [labels]
        for expression in tree?["matchExpressions"]?.array ?? [] {
            let key = expression["key"]?.string ?? ""
            let values = (expression["values"]?.array ?? []).compactMap(\.string).sorted().joined(separator: ",")
            switch expression["operator"]?.string {
            case "In": parts.append("\(key) in (\(values))")
            case "NotIn": parts.append("\(key) notin (\(values))")
            case "Exists": parts.append(key)
            case "DoesNotExist": parts.append("!\(key)")
            default: break
            }
        }
        return .string(parts.isEmpty ? "<none>" : parts.joined(separator: ","))
    }

    /// Labels as `a=1,b=2`, `<none>` without any.
    static func labels(_ tree: Tree?) -> String {
        let pairs = (tree?.object?.entries ?? []).map { "\($0.key)=\($0.value.string ?? "")" }.sorted()
        return pairs.isEmpty ? "<none>" : pairs.joined(separator: ",")
    }

    static func list(_ tree: Tree?) -> Tree {
        .string((tree?.array ?? []).compactMap(\.string).joined(separator: ","))
    }

    /// Names and images of the containers below `keys`.
    static func containers(_ keys: String...) -> [TableColumn] {
        let path = TreePath(keys.map { .key($0) })
        return [("Containers", "name"), ("Images", "image")].map { name, field in
            cell(name) { object in
                let all = object.value(at: path)?["containers"]?.array ?? []
                return .string(all.compactMap { $0[field]?.string }.joined(separator: ","))
            }.wide
        }
    }
}
