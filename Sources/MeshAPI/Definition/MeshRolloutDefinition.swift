package import DataTree
internal import KubeAPI

/// The CustomResourceDefinition of MeshRollout, made from the schemas that stand next to the types.
package enum MeshRolloutDefinition {
    /// The object to apply.
    package static var tree: Tree {
        ResourceDefinition(resource: RolloutNames.resource, shortName: "mro", columns: columns, schema: root).tree
    }

    private static let root: FieldSchema = .object(
        "The move of a host's traffic from one version of an application to the next, in steps.",
        [
            .field(
                "apiVersion",
                FieldSchema(.string(.free), "The version of this API, meshoperator.io/v1alpha1.")
            ),
            .field("kind", FieldSchema(.string(.free), "MeshRollout.")),
            .field("metadata", ResourceDefinition.metadata),
            .required("spec", MeshRolloutSpec.schema),
            .field("status", MeshRolloutStatus.schema),
        ]
    )

    private static let columns = [
        PrinterColumn(name: "Phase", path: ".status.phase", description: "Where the rollout stands."),
        PrinterColumn(name: "Step", path: ".status.place", description: "The step and how many there are."),
        PrinterColumn(
            name: "Weight",
            type: "integer",
            path: ".status.progress.weight",
            description: "The share of traffic really on the canary, in percent; 100 once it is completed."
        ),
        PrinterColumn(name: "Stable", path: ".status.stable", description: "The version that serves."),
        PrinterColumn(name: "Canary", path: ".status.canary", description: "The version rolled out, now or last."),
        PrinterColumn(name: "Ready", path: ".status.ready", description: "Ready and wanted replicas of both sides."),
        PrinterColumn(
            name: "Age",
            type: "date",
            path: ".metadata.creationTimestamp",
            description: "Since when the resource exists."
        ),
        PrinterColumn(name: "Host", path: ".spec.host", isWide: true, description: "The host whose traffic moves."),
        PrinterColumn(
            name: "Waiting",
            path: ".status.progress.waitingFor",
            isWide: true,
            description: "What the rollout waits for."
        ),
    ]
}
