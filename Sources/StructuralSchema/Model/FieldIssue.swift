package import DataTree

/// Something wrong with one field, in Kubernetes' wording (`field.Error` of apimachinery).
package struct FieldIssue: Sendable, Hashable, CustomStringConvertible {
    /// The class of the issue; the raw value is the `reason` of a `StatusCause`.
    package enum Kind: String, Sendable, Hashable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case typeInvalid = "FieldValueTypeInvalid"
        case notSupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
        case duplicate = "FieldValueDuplicate"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case notFound = "FieldValueNotFound"
        case internalError = "InternalError"

        /// The words that open the message.
        package var title: String {
            switch self {
            case .required: "Required value"
            case .invalid, .typeInvalid: "Invalid value"
            case .notSupported: "Unsupported value"
            case .forbidden: "Forbidden"
            case .duplicate: "Duplicate value"
            case .tooLong: "Too long"
            case .tooMany: "Too many"
            case .notFound: "Not found"
            case .internalError: "Internal error"
            }
        }

        var showsValue: Bool {
            switch self {
            case .required, .forbidden, .tooLong, .internalError: false
            default: true
            }
        }
    }

    /// The class of the issue.
    package var kind: Kind
    /// Where, as Kubernetes writes paths: `spec.containers[0].image`.
    package var path: String
    /// The offending value, nil where it is left out of messages.
    package var value: Tree?
    /// What is wrong and what would be right; may be empty.
    package var detail: String

    /// Makes an issue.
    package init(_ kind: Kind, at path: String, value: Tree? = .null, detail: String = "") {
        self.kind = kind
        self.path = path
        self.value = value
        self.detail = detail
    }

    /// Makes an issue at a tree path.
    package init(_ kind: Kind, at path: TreePath, value: Tree = .null, detail: String = "") {
        self.init(kind, at: path.description, value: value, detail: detail)
    }

    /// The message without the path: `Invalid value: "x": must be …`.
    package var body: String {
        var text = kind.title
        if kind.showsValue, let value { text += ": " + GoSyntax.text(value) }
        if !detail.isEmpty { text += ": " + detail }
        return text
    }

    /// The whole message: `spec.x: Invalid value: "x": must be …`.
    package var description: String { (path.isEmpty ? "<nil>" : path) + ": " + body }

    /// The issue as an element of `status.details.causes` of a meta/v1 Status.
    package var cause: Tree {
        ["reason": .string(kind.rawValue), "message": .string(body), "field": .string(path.isEmpty ? "<nil>" : path)]
    }

    /// Whether later stages (list uniqueness, CEL rules) make no sense once this was found.
    package var blocksRules: Bool {
        switch kind {
        case .notSupported, .required, .tooLong, .tooMany, .typeInvalid: true
        default: false
        }
    }
}
