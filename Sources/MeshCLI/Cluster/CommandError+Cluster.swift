internal import KubeAPI
package import KubeClient

extension CommandError {
    /// A failure of a call to the API server, in one line with what to do.
    package init(cluster error: KubeError) {
        self.init(error.code == .notFound ? .notFound : .cluster, Self.message(error), cause: nil)
    }

    /// A kubeconfig that cannot be used, in one line with what to do.
    package init(kubeconfig error: KubeconfigError) {
        let remedy =
            switch error.code {
            case .noneFound: ""
            case .unreadable: "; name another with --kubeconfig, or set KUBECONFIG"
            case .missingEntry: "; `kubectl config get-contexts` lists those there are, --context takes one"
            case .malformed, .unsupported: "; `kubectl config view` shows the file as read"
            }
        self.init(.badFile, TerminalText.plain(error.message) + remedy)
    }

    private static func message(_ error: KubeError) -> String {
        let said = error.status.flatMap { $0.message.isEmpty ? nil : $0.message } ?? error.message
        let words = TerminalText.plain(said)
        switch error.code {
        case .connection:
            let cause = (error.cause as? TransportError).map { ($0.code, TerminalText.plain($0.message)) }
            let trust = "check certificate-authority and tls-server-name of the kubeconfig, or choose another --context"
            let address = "check that it runs, and server and proxy-url of the kubeconfig, or choose another --context"
            return "cannot reach the cluster: \(cause?.1 ?? words); \(cause?.0 == .tlsFailed ? trust : address)"
        case .timedOut: return "the cluster did not answer in time: \(words); try again, or look at its load"
        case .unauthorized:
            if let cause = error.cause as? TransportError {
                return
                    "no credentials for the cluster: \(TerminalText.plain(cause.message)); run the plugin by hand, or log in"
            }
            return
                "the cluster does not know you: \(words); renew the credentials of the kubeconfig, or choose another --context"
        case .forbidden:
            return "the cluster does not let you: \(words); ask for that right, or choose another --context"
        case .notFound: return "\(words); apply CRDs/ where the kind is missing"
        case .conflict: return "somebody else changed it at the same time: \(words); look again and repeat the command"
        case .invalid: return "the cluster refuses the change: \(words); is the operator's CRD of another version?"
        case .malformedAnswer:
            return "what answers is no API server: \(words); check server and proxy-url of the kubeconfig"
        case .badRequest, .alreadyExists, .expired, .unsupported, .tooLarge, .throttled, .serverFailure, .unavailable,
            .invalidRequest, .cancelled:
            return "the cluster failed: \(words)"
        }
    }
}
