package import KubeAPI
package import StructuralSchema

/// A kind as OpenAPI documents describe it: native, or of a CustomResourceDefinition.
package struct PublishedKind: Sendable {
    /// Kind, plural and scope.
    package var resource: APIResource
    /// What can be done with objects of the kind.
    package var verbs: Set<String>
    /// Subresources by their names, with the kinds their requests carry and what can be done.
    package var subresources: [NativeKind.Subresource]
    /// The schema of the whole object.
    package var schema: SchemaNode
    /// The name of the schema in the document.
    let definitionName: String
    let isNative: Bool

    /// Describes a native kind.
    package init(_ kind: NativeKind) {
        self.resource = kind.resource
        self.verbs = Set(kind.verbs)
        self.subresources = kind.subresources
        self.schema = kind.schema
        self.definitionName = kind.definitionName
        self.isNative = true
    }

    /// Describes one served version of a custom kind.
    ///
    /// - Parameters:
    ///   - resource: Kind, plural and scope.
    ///   - schema: The schema as the definition states it; `apiVersion`, `kind` and `metadata` are added.
    ///   - hasStatus: Whether the version has a status subresource.
    ///   - hasScale: Whether the version has a scale subresource.
    package init(custom resource: APIResource, schema: SchemaNode, hasStatus: Bool, hasScale: Bool) {
        let verbs = ["get", "patch", "update"]
        self.resource = resource
        self.verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
        self.subresources = []
        if hasScale {
            let scale = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
            subresources.append(NativeKind.Subresource(name: "scale", kind: scale, verbs: verbs))
        }
        if hasStatus {
            subresources.append(NativeKind.Subresource(name: "status", kind: resource.kind, verbs: verbs))
        }
        self.schema = Self.completed(schema)
        let reversed = resource.kind.group.split(separator: ".").reversed().joined(separator: ".")
        self.definitionName = "\(reversed).\(resource.kind.version).\(resource.kind.kind)"
        self.isNative = false
    }

    /// What every object has, described whatever a definition says of it, as API servers do.
    private static let standard = [
        ("apiVersion", "The group and version of the object, which tell how its fields are read."),
        ("kind", "The kind of the object, in CamelCase; it never changes."),
        ("metadata", "What every object has: name, namespace, labels, annotations, owners and versions."),
    ]

    private static func completed(_ schema: SchemaNode) -> SchemaNode {
        let template = NativeKinds.kind(GroupVersionKind(group: "", version: "v1", kind: "ConfigMap"))?.schema
        var facts = schema.facts
        facts.properties.removeAll { ["apiVersion", "kind", "metadata"].contains($0.name) }
        let standard = Self.standard.compactMap { name, summary in
            template?.property(name).map { node in
                var facts = node.facts
                facts.summary = summary
                return SchemaProperty(name: name, schema: SchemaNode(facts))
            }
        }
        facts.properties = standard + facts.properties
        return SchemaNode(facts)
    }

    /// The path under which the group and version are served, without a leading slash.
    var groupPath: String {
        let kind = resource.kind
        return kind.group.isEmpty ? "api/\(kind.version)" : "apis/\(kind.group)/\(kind.version)"
    }

    var listDefinitionName: String { definitionName + "List" }
}
