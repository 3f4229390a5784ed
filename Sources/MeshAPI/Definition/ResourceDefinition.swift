internal import DataTree
internal import KubeAPI

/// A CustomResourceDefinition of ours (apiextensions.k8s.io/v1).
struct ResourceDefinition {
    let resource: APIResource
    let shortName: String
    let columns: [PrinterColumn]
    let schema: FieldSchema

    /// What a CustomResourceDefinition may say of metadata: the length of the name, which becomes a label of what is made.
    ///
    /// The API server takes no description of metadata itself, which it describes (structural schemas of apiextensions.k8s.io/v1).
    static let metadata: FieldSchema = .object(
        "",
        [
            .field(
                "name",
                .string("The name; it becomes a label of what is made, thus its length.", .free).limited(to: 63)
            )
        ]
    )

    /// The object to apply.
    var tree: Tree {
        [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string("\(resource.plural).\(MeshNames.group)"),
                "labels": [
                    "app.kubernetes.io/name": "meshoperator", "app.kubernetes.io/part-of": "meshoperator",
                ],
            ],
            "spec": [
                "group": .string(MeshNames.group),
                "names": [
                    "kind": .string(resource.kind.kind), "listKind": .string("\(resource.kind.kind)List"),
                    "plural": .string(resource.plural), "singular": .string(resource.kind.kind.lowercased()),
                    "shortNames": [.string(shortName)], "categories": ["mesh"],
                ],
                "scope": resource.isNamespaced ? "Namespaced" : "Cluster",
                "versions": [version],
            ],
        ]
    }

    private var version: Tree {
        [
            "name": .string(MeshNames.version), "served": true, "storage": true, "subresources": ["status": [:]],
            "additionalPrinterColumns": .array(columns.map(\.tree)), "schema": ["openAPIV3Schema": schema.openAPI],
        ]
    }
}

/// A column of `kubectl get`.
struct PrinterColumn {
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
