public import DataTree

/// The answer of the API server to what it refused, or did without an object to show (`Status` of meta/v1).
public struct KubeStatus: Sendable, Hashable {
    /// One field or circumstance that led to a refusal (`StatusCause`).
    public struct Cause: Sendable, Hashable {
        /// A word for programs, for example `FieldValueRequired`.
        public var reason: String
        /// A sentence for people.
        public var message: String
        /// The field concerned, in the form `spec.containers[0].image`.
        public var field: String

        /// Makes a cause.
        public init(reason: String, message: String, field: String = "") {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// What the status is about (`StatusDetails`).
    public struct Details: Sendable, Hashable {
        /// The object's name.
        public var name: String
        /// The API group.
        public var group: String
        /// The kind, or, as the API server often has it, the plural of the resource.
        public var kind: String
        /// The object's UID.
        public var uid: String
        /// The single reasons.
        public var causes: [Cause]
        /// When to try again.
        public var retryAfterSeconds: Int64?

        /// Makes details.
        public init(
            name: String = "",
            group: String = "",
            kind: String = "",
            uid: String = "",
            causes: [Cause] = [],
            retryAfterSeconds: Int64? = nil
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// A machine-readable reason (`StatusReason`); servers may send others than those named here.
    public struct Reason: RawRepresentable, Sendable, Hashable {
        /// The word on the wire.
        public var rawValue: String
        /// Takes any word.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// Takes any word.
        public init(_ word: String) { self.rawValue = word }
    }

    /// Whether the request succeeded: `Success` or `Failure`.
    public var isSuccess: Bool
    /// The HTTP status code, 0 where the server named none.
    public var code: Int
    /// Why, for programs.
    public var reason: Reason
    /// Why, for people.
    public var message: String
    /// What it is about; nil when the server did not say.
    public var details: Details?
    /// Continues a list that was cut off by an expired token (`ListMeta`).
    public var continueToken: String?

    /// Makes a status.
    public init(
        isSuccess: Bool = false,
        code: Int,
        reason: Reason,
        message: String,
        details: Details? = nil
    ) {
        self.isSuccess = isSuccess
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }
}

extension KubeStatus.Reason {
    /// 400.
    public static let badRequest = Self("BadRequest")
    /// 401.
    public static let unauthorized = Self("Unauthorized")
    /// 403.
    public static let forbidden = Self("Forbidden")
    /// 404.
    public static let notFound = Self("NotFound")
    /// 405.
    public static let methodNotAllowed = Self("MethodNotAllowed")
    /// 406.
    public static let notAcceptable = Self("NotAcceptable")
    /// 409 on create.
    public static let alreadyExists = Self("AlreadyExists")
    /// 409 on update.
    public static let conflict = Self("Conflict")
    /// 410, the object or resource is gone.
    public static let gone = Self("Gone")
    /// 410, the resourceVersion or continue token is too old.
    public static let expired = Self("Expired")
    /// 413.
    public static let requestEntityTooLarge = Self("RequestEntityTooLarge")
    /// 415.
    public static let unsupportedMediaType = Self("UnsupportedMediaType")
    /// 422.
    public static let invalid = Self("Invalid")
    /// 429.
    public static let tooManyRequests = Self("TooManyRequests")
    /// 500.
    public static let internalError = Self("InternalError")
    /// 503.
    public static let serviceUnavailable = Self("ServiceUnavailable")
    /// 504, the server took too long over something.
    public static let timeout = Self("Timeout")
    /// 504 or 500, the server names a better time to retry.
    public static let serverTimeout = Self("ServerTimeout")
    /// No reason given.
    public static let unknown = Self("")
}

extension KubeStatus {
    /// Reads a status, nil when `tree` is not one.
    public init?(_ tree: Tree) {
        guard tree["kind"]?.string == "Status", tree["apiVersion"]?.string == "v1" else { return nil }
        let details = tree["details"].flatMap { $0.object == nil ? nil : $0 }
        self.init(
            isSuccess: tree["status"]?.string == "Success",
            code: tree["code"]?.integer.flatMap { Int(exactly: $0) } ?? 0,
            reason: Reason(tree["reason"]?.string ?? ""),
            message: tree["message"]?.string ?? "",
            details: details.map(Details.init)
        )
        self.continueToken = tree["metadata"]?["continue"]?.string
    }

    /// The status as the API server sends it; empty fields are left out.
    public var tree: Tree {
        var metadata: Tree = [:]
        if let continueToken { metadata["continue"] = .string(continueToken) }
        var tree: Tree = [
            "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": isSuccess ? "Success" : "Failure",
        ]
        if !message.isEmpty { tree["message"] = .string(message) }
        if !reason.rawValue.isEmpty { tree["reason"] = .string(reason.rawValue) }
        if let details { tree["details"] = details.tree }
        if code != 0 { tree["code"] = .integer(Int64(code)) }
        return tree
    }
}

extension KubeStatus.Details {
    fileprivate init(_ tree: Tree) {
        self.init(
            name: tree["name"]?.string ?? "",
            group: tree["group"]?.string ?? "",
            kind: tree["kind"]?.string ?? "",
            uid: tree["uid"]?.string ?? "",
            causes: tree["causes"]?.array?.map(KubeStatus.Cause.init) ?? [],
            retryAfterSeconds: tree["retryAfterSeconds"]?.integer
        )
    }

    fileprivate var tree: Tree {
        var tree = Tree.object(TreeObject())
        for (key, value) in [("name", name), ("group", group), ("kind", kind), ("uid", uid)] where !value.isEmpty {
            tree[key] = .string(value)
        }
        if !causes.isEmpty { tree["causes"] = .array(causes.map(\.tree)) }
        if let retryAfterSeconds { tree["retryAfterSeconds"] = .integer(retryAfterSeconds) }
        return tree
    }
}

extension KubeStatus.Cause {
    fileprivate init(_ tree: Tree) {
        self.init(
            reason: tree["reason"]?.string ?? "",
            message: tree["message"]?.string ?? "",
            field: tree["field"]?.string ?? ""
        )
    }

    fileprivate var tree: Tree {
        var tree = Tree.object(TreeObject())
        for (key, value) in [("reason", reason), ("message", message), ("field", field)] where !value.isEmpty {
            tree[key] = .string(value)
        }
        return tree
    }
}
