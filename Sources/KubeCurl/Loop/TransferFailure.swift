internal import CCurl
internal import KubeClient

/// What libcurl's result codes mean to callers.
enum TransferFailure {
    /// The error for a result, nil for success.
    static func error(_ result: CURLcode, text: String, plan: TransferPlan) -> TransportError? {
        guard result != CURLE_OK else { return nil }
        let words = text.isEmpty ? unsafe String(cString: curl_easy_strerror(result)) : text
        return TransportError(code(result), words, request: "\(plan.method.rawValue) \(plan.url)")
    }

    /// Whether a result says that the connection broke, for all that share it.
    static func isOfConnection(_ result: CURLcode) -> Bool {
        result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR || result == CURLE_HTTP2
    }

    static func code(_ result: CURLcode) -> TransportError.Code {
        switch result {
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PROXY,
            CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_NO_CONNECTION_AVAILABLE:
            .connectionFailed
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CLIENTCERT,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE, CURLE_USE_SSL_FAILED:
            .tlsFailed
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL, CURLE_CHUNK_FAILED:
            .malformedAnswer
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN: .invalidRequest
        case CURLE_WRITE_ERROR, CURLE_ABORTED_BY_CALLBACK: .cancelled
        default: .connectionLost
        }
    }
}
