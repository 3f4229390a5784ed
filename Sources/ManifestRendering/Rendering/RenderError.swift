internal import DataTree
package import MeshAPI
package import MeshBase

/// Why a mesh could not be rendered.
package struct RenderError: CodedFailure {
    /// The kinds of failure.
    package enum Code: String, ErrorCode {
        /// The version is not in the catalogue.
        case unknownVersion = "UnknownVersion"
        /// A setting holds what it must not.
        case invalidSetting = "InvalidSetting"
        /// Something is asked for that this program does not do.
        case unsupported = "Unsupported"
        /// What is built into this program is broken.
        case brokenCatalogue = "BrokenCatalogue"

        /// Nothing helps but an edit.
        package var retryClass: RetryClass {
            switch self {
            case .unknownVersion, .invalidSetting, .unsupported: .invalid
            case .brokenCatalogue: .terminal
            }
        }
    }

    /// The kind of failure.
    package var code: Code
    /// The field, the value and the remedy.
    package var message: String
    /// What lies underneath.
    package var cause: (any Error)?
    /// What is wrong, field by field, where that is known.
    package var issues: [SpecIssue] = []
    /// The field the message begins with, where there are no issues.
    private var field: String?

    /// The first field that is wrong, as `spec.profile`; nil where none is known.
    package var place: String? { issues.first?.path.description ?? field }

    /// Makes an error of settings from issues, of which the message names at most 10.
    package init(issues: [SpecIssue]) {
        self.init(.invalidSetting, SpecError(issues: issues).message)
        self.issues = issues
    }

    /// Makes an error of one setting.
    ///
    /// - Parameters:
    ///   - field: where it stands, from `spec` on.
    ///   - words: the value, what is wrong with it, and the remedy.
    ///   - cause: what lies underneath.
    package init(at field: String, _ words: String, cause: (any Error)? = nil) {
        self.init(.invalidSetting, "\(field): \(words)", cause: cause)
        self.field = field
    }

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
