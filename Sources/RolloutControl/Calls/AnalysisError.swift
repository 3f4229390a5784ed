package import MeshBase

/// Why a gate could not be asked, or its answer not be used.
package struct AnalysisError: CodedFailure {
    /// The kinds of failure.
    package enum Code: String, ErrorCode {
        /// The address is none, or leads where nothing may be asked.
        case addressRefused = "AddressRefused"
        /// The Secret is missing, or lacks what is needed.
        case secretUnusable = "SecretUnusable"
        /// The Secret lies in a namespace that the resource may not reach into.
        case secretRefused = "SecretRefused"
        /// The query, the path or the Job cannot be sent as it is written.
        case questionInvalid = "QuestionInvalid"
        /// No answer came, or not in time.
        case noAnswer = "NoAnswer"
        /// The server answered that it will not, or cannot.
        case refusedByServer = "RefusedByServer"
        /// The answer is not what such a server answers.
        case answerUnusable = "AnswerUnusable"

        /// What is asked for wrongly stays wrong; the rest may come right.
        package var retryClass: RetryClass {
            switch self {
            case .addressRefused, .secretRefused, .questionInvalid: .invalid
            case .secretUnusable, .noAnswer, .refusedByServer, .answerUnusable: .transient(after: nil)
            }
        }
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, for people; without credentials.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
