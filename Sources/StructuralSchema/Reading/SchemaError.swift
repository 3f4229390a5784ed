package import MeshBase

/// Why a schema was refused; every issue names the field of the schema, the value and the rule broken.
package struct SchemaError: CodedFailure {
    /// The class of the error.
    package enum Code: String, ErrorCode {
        /// The tree is no schema: a keyword holds a value of the wrong kind, or one that is not supported.
        case malformed = "SchemaMalformed"
        /// The schema nests more deeply than ``SchemaParser/maximumDepth`` levels.
        case tooDeep = "SchemaTooDeep"

        /// Nothing changes until the input does.
        package var retryClass: RetryClass { .invalid }
    }

    /// The class of the error.
    package let code: Code
    /// What is wrong, field by field.
    package let issues: [FieldIssue]

    /// All issues in one line.
    package var message: String { issues.map(\.description).joined(separator: "; ") }
}
