internal import DataTree

/// The columns of the subresource `scale`.
enum ScaleColumns {
    /// What the Scale of a resource is shown by.
    static func columns(of resource: ServedResource) -> [TableColumn] {
        if case .custom = resource.origin { custom } else { native }
    }

    /// Those of native workloads (`printScale` of Kubernetes' printers).
    private static let native: [TableColumn] = [
        TableColumn("Name", description: Texts.name) { scale, _ in scale.value(at: "metadata", "name") ?? "" },
        TableColumn("Desired", type: "integer", description: wanted) { scale, _ in
            scale.value(at: "spec", "replicas") ?? 0
        },
        TableColumn("Available", type: "integer", description: present) { scale, _ in
            scale.value(at: "status", "replicas") ?? 0
        },
        .age,
    ]

    /// Those of custom resources (`getScaleColumnsForVersion` of apiextensions-apiserver), where 0 wanted is not told.
    private static let custom: [TableColumn] = [
        .name,
        TableColumn("Desired", type: "integer", description: wanted) { scale, _ in
            scale.value(at: "spec", "replicas") ?? .null
        },
        TableColumn("Available", type: "integer", description: present) { scale, _ in
            scale.value(at: "status", "replicas") ?? .null
        },
        TableColumn("Age", type: "date", description: Texts.creation) { scale, now in
            .string(scale.value(at: "metadata", "creationTimestamp")?.string.flatMap(now.age) ?? "<unknown>")
        },
    ]

    private static let wanted = "How many replicas are wanted."
    private static let present = "How many replicas there are."
}
