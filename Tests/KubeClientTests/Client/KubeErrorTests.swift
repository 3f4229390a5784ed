internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import Testing

@Suite struct KubeErrorTests {
    @Test(arguments: [
        (400, "BadRequest", KubeError.Code.badRequest, RetryClass.invalid),
        (401, "Unauthorized", .unauthorized, .transient(after: nil)),
        (403, "Forbidden", .forbidden, .terminal), (404, "NotFound", .notFound, .terminal),
        (405, "MethodNotAllowed", .unsupported, .terminal), (406, "NotAcceptable", .unsupported, .terminal),
        (409, "AlreadyExists", .alreadyExists, .conflict), (409, "Conflict", .conflict, .conflict),
        (410, "Expired", .expired, .transient(after: nil)), (410, "Gone", .expired, .transient(after: nil)),
        (413, "RequestEntityTooLarge", .tooLarge, .invalid), (415, "UnsupportedMediaType", .unsupported, .terminal),
        (418, "Unknown", .invalid, .invalid), (422, "Invalid", .invalid, .invalid),
        (429, "TooManyRequests", .throttled, .transient(after: nil)),
        (500, "InternalError", .serverFailure, .transient(after: nil)),
        (500, "ServerTimeout", .timedOut, .transient(after: nil)), (502, "", .serverFailure, .transient(after: nil)),
        (503, "ServiceUnavailable", .unavailable, .transient(after: nil)),
        (504, "Timeout", .timedOut, .transient(after: nil)), (302, "", .malformedAnswer, .transient(after: nil)),
    ])
    func codesAndRetryClasses(http: Int, reason: String, code: KubeError.Code, retry: RetryClass) async {
        let status = KubeStatus(code: http, reason: KubeStatus.Reason(reason), message: "words")
        let client = ScriptedTransport(.refusal(status)).client()
        let error = await kubeError { _ = try await client.get(.pods, ObjectKey(namespace: "a", name: "b")) }
        #expect(error?.code == code)
        #expect(error?.retryClass == retry)
        #expect(error?.status == status)
        #expect(error?.message == "GET /api/v1/namespaces/a/pods/b was answered with \(http): words")
    }

    @Test(arguments: [
        ("7" as String?, nil as Int?, Duration.seconds(7) as Duration?), (nil, 9, .seconds(9)), ("3", 9, .seconds(3)),
        ("soon", nil, nil),
        ("-1", nil, nil), ("99999999999", nil, .seconds(86_400)),
    ])
    func retryAfter(header: String?, details: Int?, expected: Duration?) async {
        for code in [429, 503] {
            var status = KubeStatus(code: code, reason: .tooManyRequests, message: "m")
            status.details = KubeStatus.Details(retryAfterSeconds: details.map { Int64($0) })
            var headers = HTTPHeaders()
            headers["Retry-After"] = header
            let client = ScriptedTransport(.refusal(status, headers: headers)).client()
            let error = await kubeError { _ = try await client.list(.pods) }
            #expect(error?.retryClass == .transient(after: expected))
        }
    }

    @Test(arguments: [
        ("Sat, 21 Nov 2026 10:00:07 GMT", Duration.seconds(7) as Duration?),
        ("Saturday, 21-Nov-26 10:00:07 GMT", .seconds(7)), ("Sat Nov 21 10:01:00 2026", .seconds(60)),
        ("Sun Nov  1 10:00:07 2026", .zero), ("Sun, 22 Nov 2026 10:00:00 GMT", .seconds(86_400)),
        ("Sun, 06 Nov 2094 08:49:37 GMT", .seconds(86_400)), ("Sunday, 06-Nov-94 08:49:37 GMT", .zero),
        ("Sat, 31 Feb 2026 10:00:07 GMT", nil), ("Sat, 21 Nov 2026 10:00:07 CET", nil), (", , , , ,", nil),
        ("Sat, 21 Nox 2026 10:00:07 GMT", nil), ("Sat, 21 Nov 2026 10:00 GMT", nil),
    ])
    func retryAfterADate(value: String, expected: Duration?) async {
        let status = KubeStatus(code: 503, reason: .serviceUnavailable, message: "m")
        let dated: HTTPHeaders = ["Retry-After": value, "Date": "Sat, 21 Nov 2026 10:00:00 GMT"]
        let error = await kubeError {
            _ = try await ScriptedTransport(.refusal(status, headers: dated)).client().list(.pods)
        }
        #expect(error?.retryClass == .transient(after: expected))
        // Without the date of the answer a date says nothing.
        let undated = await kubeError {
            _ = try await ScriptedTransport(.refusal(status, headers: ["Retry-After": value])).client().list(.pods)
        }
        #expect(undated?.retryClass == .transient(after: nil))
    }

    @Test func answersThatAreNoStatus() async {
        for body in ["", "<html>", "[]", "{\"kind\":\"Pod\"}"] {
            let client = ScriptedTransport(.text(body, status: 503)).client()
            let error = await kubeError { _ = try await client.version() }
            #expect(error?.code == .unavailable)
            #expect(error?.status == nil)
        }
        for body in ["", "{", "[]", "7"] {
            let client = ScriptedTransport(.text(body)).client()
            let error = await kubeError { _ = try await client.get(.nodes, ObjectKey(name: "n")) }
            #expect(error?.code == .malformedAnswer, "\(body)")
        }
    }

    @Test(arguments: TransportError.Code.allCases)
    func transportErrors(code: TransportError.Code) async {
        let client = ScriptedTransport([.failure(TransportError(code, "why"))]).client()
        let error = await kubeError { _ = try await client.version() }
        #expect((error?.cause as? TransportError)?.code == code)
        let expected: KubeError.Code? =
            switch code {
            case .cancelled: .cancelled
            case .timedOut, .queueFull: .timedOut
            case .invalidRequest: .invalidRequest
            case .credentialsUnavailable: .unauthorized
            case .malformedAnswer: .malformedAnswer
            case .bodyTooLarge: .tooLarge
            default: .connection
            }
        #expect(error?.code == expected)
        if code == .cancelled { #expect(error?.retryClass == .terminal) }
    }

    /// Not the API server's: a load balancer's 421 or 451 may be gone with the next try.
    @Test func aStrangeAnswerOfSomebodyOnTheWayIsTransient() {
        let error = KubeError(status: nil, httpStatus: 451, request: "GET /x")
        #expect(error.code == .malformedAnswer)
        #expect(error.retryClass == .transient(after: nil))
    }

    @Test func objectsLargerThanTheLimit() async {
        let client = ScriptedTransport(.json(["a": .string(String(repeating: "x", count: 2_000))]))
            .client(ClusterClient.Configuration(objectLimit: 1_000))
        let error = await kubeError { _ = try await client.get(.nodes, ObjectKey(name: "n")) }
        #expect(error?.code == .tooLarge)
    }
}
