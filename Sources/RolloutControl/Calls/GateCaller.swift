internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase

/// What is sent to a server, apart from where and as whom.
struct GateCall: Sendable, Hashable {
    var method = HTTPMethod.get
    var target: String
    var headers: HTTPHeaders = [:]
    var body: [UInt8]?
    /// The most bytes of the answer that are read; 0 reads nothing of it.
    var limit = 0
    /// Whether the body is read of answers with 2xx only.
    var readsSuccessOnly = false

    /// Whether the body of an answer with this status is read.
    func reads(_ status: Int) -> Bool { limit > 0 && (!readsSuccessOnly || (200..<300).contains(status)) }
}

/// What came back.
struct GateAnswer: Sendable, Hashable {
    var status: Int
    var location: String?
    /// The `Content-Type`, nil where there is none.
    var type: String?
    /// The `Content-Encoding`, nil where there is none.
    var encoding: String?
    /// All of the body, as far as it was to be read.
    var body: [UInt8]

    /// What a status that is no success means, for people.
    var refusal: String {
        switch status {
        case 300..<400:
            let place = location.map { " to \(RolloutText.fit($0, limit: 200))" } ?? ""
            return "answered \(status), a redirect\(place); redirects are not followed, set the address itself"
        case 401: return "answered 401: it refuses the credentials"
        // The way for a gate to say no, as much as for a server that knows nobody (RFC 9110, section 15.5.4).
        case 403: return "answered 403: it says no, or refuses the credentials"
        default: return "answered \(status)"
        }
    }
}

/// Where calls go, as whom, and for how long.
struct GateDestination: Sendable, Hashable {
    var server: ServerAddress
    var credentials: GateCredentials
    var timeout: Duration
}

/// Sends calls and reads their answers within limits.
struct GateCaller: Sendable {
    let transports: any TransportMaking
    let secrets: any SecretReading
    let clock: any Clock<Duration>

    /// The longest an answer is waited for, whatever is asked for.
    static let longest = Duration.seconds(120)

    /// The credentials of a Secret, of nobody where none is named.
    ///
    /// A namespaced resource may name Secrets of its own namespace only: the operator reads them with its own rights.
    func credentials(
        _ name: AnalysisSpec.SecretName?,
        _ question: GateQuestion
    ) async throws(AnalysisError) -> GateCredentials {
        guard let name else { return .none }
        let namespace = name.namespace ?? question.key.namespace ?? question.defaultNamespace
        if let own = question.key.namespace, own != namespace {
            let message =
                "Secret \(namespace)/\(name.name) is not read for \(question.kind) \(question.key); use one of \(own)"
            throw AnalysisError(.secretRefused, message)
        }
        let key = ObjectKey(namespace: namespace, name: name.name)
        do {
            return try GateCredentials(try await secrets.secret(key))
        } catch let error as AnalysisError {
            throw error
        } catch let error as KubeError where error.code == .notFound {
            throw AnalysisError(.secretUnusable, "there is no Secret \(key)")
        } catch {
            throw AnalysisError(.secretUnusable, "Secret \(key) cannot be read: \(error)")
        }
    }

    /// Sends calls to one server, all at the same time, and gives their answers in order.
    ///
    /// Takes at most the time of the destination; what has no answer then fails with code `noAnswer`.
    func send(_ calls: [GateCall], to destination: GateDestination) async -> [Result<GateAnswer, AnalysisError>] {
        let limit = min(max(.milliseconds(1), destination.timeout), Self.longest)
        let connection = ClusterConnection(
            server: destination.server,
            trust: destination.credentials.trust,
            allowsCompression: false
        )
        let late = AnalysisError(.noAnswer, "\(destination.server) did not answer within \(GoDuration.text(limit))")
        let answers = await Deadline.run(clock, limit + .seconds(2)) { [transports] in
            await transports.withTransport(to: connection) { transport in
                await withTaskGroup(of: (Int, Result<GateAnswer, AnalysisError>).self) { group in
                    for (index, call) in calls.enumerated() {
                        group.addTask {
                            (index, await Self.send(call, destination, limit: limit, over: transport))
                        }
                    }
                    var answers = [Result<GateAnswer, AnalysisError>](repeating: .failure(late), count: calls.count)
                    for await (index, answer) in group { answers[index] = answer }
                    return answers
                }
            }
        }
        return answers ?? calls.map { _ in .failure(late) }
    }

    private static func send(
        _ call: GateCall,
        _ destination: GateDestination,
        limit: Duration,
        over transport: any HTTPTransport
    ) async -> Result<GateAnswer, AnalysisError> {
        var headers = call.headers
        headers["User-Agent"] = "mesh-operator"
        headers["Authorization"] = destination.credentials.authorization
        let request = HTTPRequest(
            call.method,
            call.target,
            headers: headers,
            body: call.body,
            timeouts: HTTPTimeouts(connect: min(limit, .seconds(10)), total: limit),
            identity: destination.credentials.identity,
            reading: .streamed
        )
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            return .failure(failure(error, call, destination, limit))
        }
        var answer = GateAnswer(
            status: response.status,
            location: response.headers["Location"],
            type: response.headers["Content-Type"],
            encoding: response.headers["Content-Encoding"],
            body: []
        )
        do {
            if call.reads(answer.status) { answer.body = try await response.body.collect(limit: call.limit) }
            return .success(answer)
        } catch {
            return .failure(failure(error, call, destination, limit, in: answer))
        }
    }

    /// What went wrong, in `answer` where one came whose body failed.
    private static func failure(
        _ error: TransportError,
        _ call: GateCall,
        _ destination: GateDestination,
        _ limit: Duration,
        in answer: GateAnswer? = nil
    ) -> AnalysisError {
        let time = GoDuration.text(limit)
        if let answer, call.readsSuccessOnly {
            let what = "\(destination.server) answered \(answer.status)\(answer.typeText)"
            switch error.code {
            case .timedOut:
                return AnalysisError(
                    .answerUnusable,
                    "\(what), but the answer did not end within \(time); let the gate end it, or set a longer timeout"
                )
            case .bodyTooLarge:
                return AnalysisError(
                    .answerUnusable,
                    "\(what) with more than \(call.limit) bytes, which is no gate's answer; let the gate answer with less"
                )
            default:
                return AnalysisError(.answerUnusable, "\(what), but the answer broke off; \(error.code.rawValue)")
            }
        }
        return switch error.code {
        case .timedOut: AnalysisError(.noAnswer, "\(destination.server) did not answer within \(time)")
        case .bodyTooLarge:
            AnalysisError(.answerUnusable, "\(destination.server) answered more than \(call.limit) bytes")
        case .malformedAnswer: AnalysisError(.answerUnusable, words(error, call, destination))
        case .invalidRequest: AnalysisError(.questionInvalid, words(error, call, destination))
        default: AnalysisError(.noAnswer, words(error, call, destination))
        }
    }

    /// What the transport says, without the query, in which people put tokens.
    private static func words(_ error: TransportError, _ call: GateCall, _ destination: GateDestination) -> String {
        var text = error.message
        if let mark = call.target.firstIndex(of: "?") { text = text.replacing(call.target[mark...], with: "?…") }
        return "\(destination.server): \(RolloutText.fit(text, limit: 300))"
    }
}

/// Ends work that takes too long.
enum Deadline {
    /// The result of `work`, nil when it was not there after `limit`; the work is then cancelled.
    static func run<Answer: Sendable>(
        _ clock: any Clock<Duration>,
        _ limit: Duration,
        _ work: @escaping @Sendable () async -> Answer
    ) async -> Answer? {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await clock.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
