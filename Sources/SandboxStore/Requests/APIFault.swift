package import DataTree
package import MeshBase

/// One cause of a refusal: which field, and what is wrong with it (`StatusCause` of meta/v1).
package struct FaultCause: Sendable, Hashable {
    /// The kind of cause, for example `FieldValueRequired`.
    package var reason: String
    /// What is wrong.
    package var message: String
    /// The field's path, empty where no field is to blame.
    package var field: String

    /// Makes a cause.
    package init(reason: String, message: String, field: String) {
        self.reason = reason
        self.message = message
        self.field = field
    }
}

/// A refusal by the API server: the `Status` of meta/v1 with its HTTP code.
package struct APIFault: CodedError, Hashable {
    /// What the refusal is about (`StatusDetails` of meta/v1).
    package struct Details: Sendable, Hashable {
        /// The object's name.
        package var name = ""
        /// The API group.
        package var group = ""
        /// The plural or, in refusals of values, the kind.
        package var kind = ""
        /// The object's identifier.
        package var uid = ""
        /// What is wrong, field by field.
        package var causes: [FaultCause] = []
        /// After how many seconds to try again; 0 says nothing.
        package var retryAfterSeconds = 0

        /// Says nothing.
        package init() {}

        /// Names an object of a kind.
        package init(_ resource: GroupResource, name: String, causes: [FaultCause] = []) {
            self.name = name
            self.group = resource.group
            self.kind = resource.resource
            self.causes = causes
        }
    }

    /// The HTTP status.
    package var code: Int
    /// The machine-readable reason, for example `NotFound`.
    package var reason: String
    /// What happened.
    package var message: String
    /// What it is about; nil when the refusal has no details.
    package var details: Details?
    /// Continues a list that was cut off by an expired token.
    package var continueToken: String?

    /// Makes a refusal.
    package init(_ code: Int, _ reason: String, _ message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    package var codeName: String { reason.isEmpty ? "Unknown" : reason }
    package var cause: (any Error)? { nil }

    package var retryClass: RetryClass {
        switch code {
        case 409 where reason == "Conflict": .conflict
        case 429, 503, 504: .transient(after: details.map { .seconds($0.retryAfterSeconds) })
        case 500...: .transient(after: nil)
        case 404, 410: .waiting
        default: .invalid
        }
    }

    /// The body the client gets.
    package var status: Tree {
        var metadata: Tree = [:]
        if let continueToken { metadata["continue"] = .string(continueToken) }
        var result: Tree = [
            "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
            "message": .string(message),
        ]
        if !reason.isEmpty { result["reason"] = .string(reason) }
        if let details { result["details"] = details.tree }
        result["code"] = .integer(Int64(code))
        return result
    }
}

extension APIFault.Details {
    var tree: Tree {
        var result: Tree = [:]
        if !name.isEmpty { result["name"] = .string(name) }
        if !group.isEmpty { result["group"] = .string(group) }
        if !kind.isEmpty { result["kind"] = .string(kind) }
        if !uid.isEmpty { result["uid"] = .string(uid) }
        if !causes.isEmpty { result["causes"] = .array(causes.map(\.tree)) }
        if retryAfterSeconds > 0 { result["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
        return result
    }
}

extension FaultCause {
    var tree: Tree {
        var result: Tree = [:]
        if !reason.isEmpty { result["reason"] = .string(reason) }
        if !message.isEmpty { result["message"] = .string(message) }
        if !field.isEmpty { result["field"] = .string(field) }
        return result
    }
}
