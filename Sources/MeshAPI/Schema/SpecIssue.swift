package import DataTree
package import MeshBase

/// One thing wrong with a resource: where, what it holds, and what to write instead.
package struct SpecIssue: Sendable, Hashable, CustomStringConvertible {
    /// Where, from the root of the resource.
    package var path: TreePath
    /// What stands there, shortened; nil when something is missing.
    package var value: String?
    /// What is wrong with it.
    package var problem: String
    /// What to do about it.
    package var remedy: String

    /// Makes an issue; long values are shortened.
    package init(path: TreePath, value: Tree?, problem: String, remedy: String) {
        self.path = path
        self.value = value.map(Self.shortText)
        self.problem = problem
        self.remedy = remedy
    }

    /// `spec.upgrade.steps[0].weight: 101: must be at most 100; use a number from 0 to 100`.
    package var description: String {
        let shown = value.map { "\($0): " } ?? ""
        return "\(path): \(shown)\(problem); \(remedy)"
    }

    private static func shortText(_ tree: Tree) -> String {
        switch tree {
        case .null: return "null"
        case .bool(let value): return String(value)
        case .integer(let value): return String(value)
        case .double(let value): return String(value)
        case .bigInteger(let digits): return String(digits.prefix(40))
        case .string(let text):
            let plain = text.unicodeScalars.prefix(60).map { $0.value < 32 || $0.value == 127 ? "?" : String($0) }
            return "\"\(plain.joined())\(text.unicodeScalars.count > 60 ? "…" : "")\""
        case .array(let items): return "a list of \(items.count)"
        case .object(let object): return "an object of \(object.count) field\(object.count == 1 ? "" : "s")"
        }
    }
}

/// Why a resource could not be used.
package struct SpecError: CodedFailure {
    /// The kinds of failure.
    package enum Code: String, ErrorCode {
        /// Fields are missing, unknown or hold what they must not.
        case invalidSpec = "InvalidSpec"
        /// The object is of another kind.
        case wrongKind = "WrongKind"

        /// Nothing helps but an edit.
        package var retryClass: RetryClass { .invalid }
    }

    /// The kind of failure.
    package var code: Code
    /// Everything wrong, in the order of the text.
    package var issues: [SpecIssue]
    /// One line that names the first issues.
    package var message: String

    /// Makes an error from issues, of which the message names at most 10.
    package init(issues: [SpecIssue]) {
        self.code = .invalidSpec
        self.issues = issues
        var text = issues.prefix(10).map(\.description).joined(separator: " | ")
        if issues.count > 10 { text += " | and \(issues.count - 10) more" }
        self.message = text
    }

    /// Makes an error with a message.
    package init(code: Code, message: String) {
        self.code = code
        self.issues = []
        self.message = message
    }
}
