package import DataTree
internal import KubeAPI

/// The CustomResourceDefinition of MeshOperator, made from the schemas that stand next to the types.
package enum MeshOperatorDefinition {
    /// The object to apply.
    package static var tree: Tree {
        [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string("\(MeshNames.resource.plural).\(MeshNames.group)"),
                "labels": [
                    "app.kubernetes.io/name": "meshoperator", "app.kubernetes.io/part-of": "meshoperator",
                ],
            ],
            "spec": [
                "group": .string(MeshNames.group),
                "names": [
                    "kind": .string(MeshNames.kind.kind), "listKind": "MeshOperatorList",
                    "plural": .string(MeshNames.resource.plural), "singular": "meshoperator",
                    "shortNames": ["mop"], "categories": ["mesh"],
                ],
                "scope": "Cluster",
                "versions": [version],
            ],
        ]
    }

    private static var version: Tree {
        [
            "name": .string(MeshNames.version), "served": true, "storage": true, "subresources": ["status": [:]],
            "additionalPrinterColumns": .array(columns.map(\.tree)), "schema": ["openAPIV3Schema": root.openAPI],
        ]
    }

    private static let root: FieldSchema = .object(
        "A service mesh: one resource drives its installation, its upgrades and its removal.",
        [
            .field(
                "apiVersion",
                FieldSchema(.string(.free), "The version of this API, meshoperator.io/v1alpha1.")
            ),
            .field("kind", FieldSchema(.string(.free), "MeshOperator.")),
            .field("metadata", .object("", [])),
            .field("spec", MeshOperatorSpec.schema.defaulting(to: [:])),
            .field("status", MeshOperatorStatus.schema),
        ]
    ).rule(
        "size(self.metadata.name) <= 63",
        "the name must have at most 63 characters: it becomes a label of all objects of the mesh"
    )

    private struct Column {
        var name: String
        var type = "string"
        var path: String
        var isWide = false
        var description: String

        var tree: Tree {
            var result = FieldWriter()
            result.add("name", name)
            result.add("type", type)
            result.add("jsonPath", path)
            result.add("description", description)
            if isWide { result.add("priority", .integer(1)) }
            return .object(result.object)
        }
    }

    private static let columns = [
        Column(name: "Version", path: ".status.version", description: "The version that runs."),
        Column(name: "Target", path: ".status.targetVersion", description: "The version asked for."),
        Column(name: "Phase", path: ".status.phase", description: "Where the mesh stands."),
        Column(
            name: "Weight",
            type: "integer",
            path: ".status.plan.weight",
            description: "The share on the new revision, in percent."
        ),
        Column(name: "Proxies", path: ".status.proxies", description: "Proxies moved and in all."),
        Column(
            name: "Ready",
            path: #".status.conditions[?(@.type=="Ready")].status"#,
            description: "Whether the mesh as asked for is up."
        ),
        Column(
            name: "Age",
            type: "date",
            path: ".metadata.creationTimestamp",
            description: "Since when the resource exists."
        ),
        Column(name: "Revision", path: ".status.revision", isWide: true, description: "The revision that runs."),
        Column(
            name: "Step",
            type: "integer",
            path: ".status.plan.step",
            isWide: true,
            description: "The step of the present hop."
        ),
        Column(
            name: "Message",
            path: #".status.conditions[?(@.type=="Ready")].message"#,
            isWide: true,
            description: "Why it is ready or not."
        ),
    ]
}
