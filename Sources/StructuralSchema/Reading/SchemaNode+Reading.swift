package import DataTree

extension SchemaNode {
    /// Reads an OpenAPI v3 schema such as `openAPIV3Schema` of a CustomResourceDefinition.
    ///
    /// Reading checks each keyword by itself; ``structuralIssues(at:)`` checks what they mean together. Schemas under
    /// `$ref` are not supported, as in a CustomResourceDefinition.
    ///
    /// - Parameters:
    ///   - tree: The schema.
    ///   - path: Where the schema stands, for messages.
    /// - Throws: ``SchemaError`` with all issues found.
    package convenience init(parsing tree: Tree, at path: String = "openAPIV3Schema") throws(SchemaError) {
        var parser = SchemaParser()
        let node = parser.node(tree, at: path)
        guard parser.issues.isEmpty else {
            throw SchemaError(code: parser.isTooDeep ? .tooDeep : .malformed, issues: parser.issues)
        }
        self.init(node.facts)
    }
}
