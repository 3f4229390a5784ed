internal import KubeClient
internal import KubeRuntime
internal import MeshBase

/// Why `mesh-operator` cannot start or go on, as one line for the terminal and an exit code.
///
/// The line names what was tried, what came back, and the remedy.
package struct StartFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The exit codes, after sysexits.h where it has a fitting one.
    package enum Exit: Int32, Sendable, Hashable, CaseIterable {
        /// Something else went wrong.
        case failure = 1
        /// A file or folder named on the command line cannot be read, or holds nothing of what it is for.
        case noInput = 66
        /// No API server answers.
        case unreachable = 69
        /// An address cannot be listened on.
        case noPort = 71
        /// The lease was lost: another operator leads.
        case leadershipLost = 75
        /// What answers is not the API server meant: TLS does not match, or it speaks something else.
        case mismatch = 76
        /// The API server does not know the caller, or does not allow what is needed at the start.
        case notAllowed = 77
        /// The kubeconfig is missing, malformed or incomplete.
        case badKubeconfig = 78
    }

    /// The line, without the program's name.
    package let line: String
    /// The exit code.
    package let exit: Exit

    /// The line.
    package var description: String { line }

    /// Makes a failure of its parts; a text of several lines becomes one.
    package init(_ exit: Exit, _ line: String) {
        self.exit = exit
        self.line = line.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }.joined(separator: " ")
    }

    /// Puts `error` into words.
    ///
    /// - Parameters:
    ///   - error: what a start or run threw.
    ///   - server: the URL of the API server, nil before it is known.
    ///   - source: where the server and the credentials come from, for example `--kubeconfig FILE`.
    package init(_ error: any Error, server: String?, source: String) {
        let place = "\(server ?? "the API server") (from \(source))"
        switch error {
        case let known as StartFailure: self = known
        case let error as KubeconfigError: self = Self.of(error, source)
        case let error as KubeError: self = Self.of(error, place)
        case is LeadershipError:
            self.init(.leadershipLost, "another operator may lead now: \(error); start this one again to stand by")
        case let error as any CodedError: self.init(.failure, error.message)
        default: self.init(.failure, "\(error)")
        }
    }

    /// Says that an address cannot be listened on.
    package init(cannotListen error: any Error, at place: String, option: String) {
        let words = (error as? any CodedError)?.message ?? "\(error)"
        self.init(.noPort, "\(option) \(place): \(words), whose port is free, or port 0")
    }

    /// Where the connection comes from, for people.
    ///
    /// - Parameters:
    ///   - kubeconfig: the file named on the command line, nil for none.
    ///   - environment: the process's variables.
    /// - Returns: the option, variable or place.
    package static func source(kubeconfig: String?, environment: [String: String]) -> String {
        if let kubeconfig { return "--kubeconfig \(kubeconfig)" }
        if let listed = environment["KUBECONFIG"], !listed.isEmpty { return "KUBECONFIG=\(listed)" }
        return environment["KUBERNETES_SERVICE_HOST"] == nil ? "~/.kube/config" : "the pod's service account"
    }

    private static func of(_ error: KubeconfigError, _ source: String) -> StartFailure {
        let cause = (error.cause as? any CodedError)?.message ?? error.cause.map { "\($0)" }
        let more = cause.flatMap { error.message.contains($0) ? nil : ": \($0)" } ?? ""
        let words = error.message + more
        let remedy =
            switch error.code {
            case .noneFound: ""
            case .unreadable: "; name a kubeconfig that can be read with --kubeconfig"
            case .malformed, .missingEntry, .unsupported: "; mend it, or name another with --kubeconfig"
            }
        return StartFailure(.badKubeconfig, "no connection from \(source): \(words)\(remedy)")
    }

    private static func of(_ error: KubeError, _ place: String) -> StartFailure {
        if let transport = error.cause as? TransportError { return of(transport, place) }
        let words = error.message
        switch error.code {
        case .unauthorized:
            return StartFailure(
                .notAllowed,
                "\(place) does not know the caller: \(words); renew the token or client certificate"
            )
        case .forbidden:
            return StartFailure(
                .notAllowed,
                "\(place) does not allow what the operator needs: \(words); apply Manifests/install.yaml"
            )
        case .notFound, .malformedAnswer, .badRequest, .unsupported:
            return StartFailure(
                .mismatch,
                "\(place) does not answer as an API server does: \(words); check scheme, host, port and path"
            )
        case .timedOut, .connection, .unavailable, .serverFailure, .throttled:
            return StartFailure(.unreachable, "\(place) cannot serve: \(words); try again when it can")
        default:
            return StartFailure(.failure, "\(place) refused: \(words)")
        }
    }

    private static func of(_ error: TransportError, _ place: String) -> StartFailure {
        // Method and URL are named by the line already.
        let words = error.words
        switch error.code {
        case .tlsFailed:
            return StartFailure(
                .mismatch,
                "no trusted TLS connection to \(place): \(words); check that the port speaks TLS, "
                    + "the certificate authority and tls-server-name"
            )
        case .credentialsUnavailable:
            return StartFailure(.notAllowed, "no credentials for \(place): \(error.message); renew or mend them")
        case .malformedAnswer, .bodyTooLarge, .invalidRequest:
            return StartFailure(
                .mismatch,
                "\(place) does not answer as an API server does: \(words); check scheme, host, port and path"
            )
        case .connectionFailed, .connectionLost, .timedOut, .queueFull, .readerTooSlow, .cancelled, .closed:
            return StartFailure(
                .unreachable,
                "cannot reach \(place): \(words); start the API server, or correct its scheme, host, port or proxy"
            )
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }
}
