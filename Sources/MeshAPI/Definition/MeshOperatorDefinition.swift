package import DataTree
internal import KubeAPI

/// The CustomResourceDefinition of MeshOperator, made from the schemas that stand next to the types.
package enum MeshOperatorDefinition {
    /// The object to apply.
    package static var tree: Tree {
        ResourceDefinition(
            resource: MeshNames.resource,
            shortName: "mop",
            columns: columns,
            schema: root
        ).tree
    }

    private static let root: FieldSchema = .object(
        "A service mesh: one resource drives its installation, its upgrades and its removal.",
        [
            .field(
                "apiVersion",
                FieldSchema(.string(.free), "The version of this API, meshoperator.io/v1alpha1.")
            ),
            .field("kind", FieldSchema(.string(.free), "MeshOperator.")),
            .field("metadata", ResourceDefinition.metadata),
            .field("spec", MeshOperatorSpec.schema.defaulting(to: [:])),
            .field("status", MeshOperatorStatus.schema),
        ]
    )

    private static let columns = [
        PrinterColumn(name: "Version", path: ".status.version", description: "The version that runs."),
        PrinterColumn(name: "Target", path: ".status.targetVersion", description: "The version asked for."),
        PrinterColumn(name: "Phase", path: ".status.phase", description: "Where the mesh stands."),
        PrinterColumn(
            name: "Weight",
            type: "integer",
            path: ".status.plan.weight",
            description:
                "The share really on the new revision, in percent; more than the step's where units move whole."
        ),
        PrinterColumn(name: "Proxies", path: ".status.proxies", description: "Proxies moved and in all."),
        PrinterColumn(
            name: "Ready",
            path: #".status.conditions[?(@.type=="Ready")].status"#,
            description: "Whether the mesh as asked for is up."
        ),
        PrinterColumn(
            name: "Age",
            type: "date",
            path: ".metadata.creationTimestamp",
            description: "Since when the resource exists."
        ),
        PrinterColumn(name: "Revision", path: ".status.revision", isWide: true, description: "The revision that runs."),
        PrinterColumn(
            name: "Step",
            type: "integer",
            path: ".status.plan.step",
            isWide: true,
            description: "The step of the present hop."
        ),
        PrinterColumn(
            name: "Message",
            path: #".status.conditions[?(@.type=="Ready")].message"#,
            isWide: true,
            description: "Why it is ready or not."
        ),
    ]
}
