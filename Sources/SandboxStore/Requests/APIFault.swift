package import KubeAPI
package import MeshBase

/// One cause of a refusal: which field, and what is wrong with it.
package typealias FaultCause = KubeStatus.Cause

/// A refusal by the API server: the `Status` that the client gets, thrown.
package struct APIFault: CodedError, Hashable {
    /// What the refusal is about.
    package typealias Details = KubeStatus.Details

    /// The body the client gets.
    package var status: KubeStatus

    /// Makes a refusal of an HTTP status, a reason for programs and a message for people.
    package init(_ code: Int, _ reason: KubeStatus.Reason, _ message: String, details: Details? = nil) {
        self.status = KubeStatus(code: code, reason: reason, message: message, details: details)
    }

    package var message: String { status.message }
    package var codeName: String { status.reason == .unknown ? "Unknown" : status.reason.rawValue }
    package var cause: (any Error)? { nil }

    package var retryClass: RetryClass {
        switch status.code {
        case 409 where status.reason == .conflict: .conflict
        case 429, 503, 504: .transient(after: status.details.map { .seconds($0.retryAfterSeconds ?? 0) })
        case 500...: .transient(after: nil)
        case 404, 410: .waiting
        default: .invalid
        }
    }
}

extension KubeStatus.Details {
    /// Names an object of a kind.
    init(_ resource: GroupResource, name: String, causes: [KubeStatus.Cause] = []) {
        self.init(name: name, group: resource.group, kind: resource.resource, causes: causes)
    }
}
