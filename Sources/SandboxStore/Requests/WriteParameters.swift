internal import DataTree
internal import KubeAPI

/// The parameters of a write (`CreateOptions`, `UpdateOptions`, `PatchOptions` of meta/v1), checked.
struct WriteParameters: Sendable {
    /// What happens about fields the schema does not know.
    enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    var isDryRun: Bool
    /// The manager that owns what is written.
    var manager: String
    var fieldValidation: FieldValidation
    /// Whether a server-side apply takes over fields of others.
    var isForced: Bool

    /// Reads the parameters of a request.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - kind: the options' kind, for example `CreateOptions`.
    ///   - isApply: whether it is a server-side apply.
    /// - Throws: 422 naming the parameters that are wrong.
    init(_ request: APIRequest, kind: String, isApply: Bool = false) throws(APIFault) {
        var issues: [FaultCause] = []
        let dryRun = request.query.filter { $0.name == "dryRun" && !$0.value.isEmpty }.map(\.value)
        if dryRun.contains(where: { $0 != "All" }) { issues.append(.unsupportedDryRun(dryRun)) }
        isDryRun = dryRun.contains("All")
        isForced = ["true", "1"].contains(request.parameter("force") ?? "")
        let manager = request.parameter("fieldManager")
        if isApply, manager == nil {
            issues.append(.required("fieldManager", "is required for apply patch"))
        }
        if !isApply, kind == "PatchOptions", request.parameter("force") != nil {
            issues.append(.forbidden("force", "may not be specified for non-apply patch"))
        }
        if let manager { issues += Self.issues(ofManager: manager) }
        let validation = request.parameter("fieldValidation") ?? ""
        fieldValidation = FieldValidation(rawValue: validation) ?? .warn
        if !["", "Ignore", "Strict", "Warn"].contains(validation) {
            issues.append(.notSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"]))
        }
        self.manager = manager ?? Self.manager(userAgent: request.header("User-Agent") ?? "")
        if !issues.isEmpty {
            throw .invalid(GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: kind), "", issues)
        }
    }

    /// The manager of a client that names none: the product of its `User-Agent`.
    static func manager(userAgent: String) -> String {
        let product = userAgent.split(separator: "/", omittingEmptySubsequences: false).first ?? ""
        let printable = product.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        var result = ""
        for scalar in printable {
            guard result.utf8.count + String(scalar).utf8.count <= 128 else { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static func issues(ofManager manager: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        if manager.utf8.count > 128 {
            issues.append(
                FaultCause(
                    reason: "FieldValueTooLong",
                    message: "Too long: may not be more than 128 bytes",
                    field: "fieldManager"
                )
            )
        }
        for (index, scalar) in manager.unicodeScalars.enumerated() where scalar.value < 0x20 || scalar.value == 0x7f {
            issues.append(
                .invalid(
                    "fieldManager",
                    "\"\(manager)\"",
                    "invalid character at position \(index), should be printable"
                )
            )
        }
        return issues
    }

    /// The options as admission sees them.
    func options(kind: String) -> Tree {
        var result: Tree = ["kind": .string(kind), "apiVersion": "meta.k8s.io/v1"]
        if isDryRun { result["dryRun"] = ["All"] }
        if !manager.isEmpty { result["fieldManager"] = .string(manager) }
        return result
    }
}
