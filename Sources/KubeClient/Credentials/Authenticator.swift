public import MeshBase
internal import Synchronization

/// Knows what to send so that the server recognises the caller, and renews it when it runs out.
///
/// Files are read again after a minute, since tokens and certificates are rotated in place; while a file cannot be read the
/// last content counts. A plugin runs when its answer is about to expire, and once for however many callers wait.
public final class Authenticator: Sendable {
    /// What a request needs to be recognised.
    public struct Authorization: Sendable, Hashable {
        /// The value of the `Authorization` header, nil for none.
        public var header: String?
        /// The client certificate, nil for none.
        public var identity: ClientIdentity?

        /// Makes an authorization.
        public init(header: String? = nil, identity: ClientIdentity? = nil) {
            self.header = header
            self.identity = identity
        }
    }

    fileprivate struct Entry<Value: Sendable>: Sendable {
        var value: Value
        /// When to fetch it again; nil never.
        var renewal: Timestamp?
    }

    fileprivate struct State {
        var files: [String: Entry<[UInt8]>] = [:]
        var answer: Entry<PluginAnswer>?
        var isPluginRunning = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    /// How long the content of a file counts.
    static let fileLife = Duration.seconds(60)
    /// How long before its expiry an answer of a plugin is renewed.
    static let expiryMargin = Duration.seconds(10)

    private let credentials: ClusterCredentials
    private let files: any FileReading
    private let processes: (any ProcessRunning)?
    private let now: WallClock
    private let state = Mutex(State())

    /// Makes an authenticator; reads and runs nothing yet.
    ///
    /// - Parameters:
    ///   - credentials: As whom to call.
    ///   - files: Reads tokens and certificates.
    ///   - processes: Runs plugins; nil refuses them.
    ///   - now: The time of day.
    public init(
        _ credentials: ClusterCredentials,
        files: any FileReading,
        processes: (any ProcessRunning)? = nil,
        now: @escaping WallClock
    ) {
        self.credentials = credentials
        self.files = files
        self.processes = processes
        self.now = now
    }

    /// What to send now; throws code `credentialsUnavailable`, or `cancelled`.
    public func authorization() async throws(TransportError) -> Authorization {
        var result = Authorization()
        if let pair = credentials.certificate {
            result.identity = ClientIdentity(
                certificate: try content(pair.certificate),
                privateKey: try content(pair.privateKey)
            )
        }
        switch credentials.header {
        case .none: break
        case .token(let token): result.header = "Bearer \(token)"
        case .tokenFile(let path):
            let token = Self.trimmed(try content(.file(path)))
            guard !token.isEmpty else {
                throw TransportError(.credentialsUnavailable, "the token file \(path) is empty")
            }
            result.header = "Bearer \(token)"
        case .basic(let user, let password):
            result.header = "Basic \(Base64.encode("\(user):\(password)".utf8))"
        case .plugin(let plugin):
            let answer = try await answer(of: plugin)
            if let token = answer.token { result.header = "Bearer \(token)" }
            if let identity = answer.identity { result.identity = identity }
        }
        return result
    }

    /// Forgets what the server did not accept, so that the next call fetches it afresh.
    public func reject(_ authorization: Authorization) {
        state.withLock { state in
            for path in state.files.keys { state.files[path]?.renewal = .epoch }
            guard let answer = state.answer?.value else { return }
            let isSame = answer.token.map { "Bearer \($0)" } == authorization.header
            if isSame, answer.identity == nil || answer.identity == authorization.identity { state.answer = nil }
        }
    }

    /// Whether another attempt could have other credentials.
    public var isRenewable: Bool {
        switch credentials.header {
        case .tokenFile, .plugin: return true
        case .none, .token, .basic: break
        }
        guard let pair = credentials.certificate, case .file = pair.certificate else { return false }
        return true
    }

    // MARK: - Files

    private func content(_ source: PEMSource) throws(TransportError) -> [UInt8] {
        guard case .file(let path) = source else {
            if case .inline(let bytes) = source { return bytes }
            return []
        }
        let time = now()
        let held = state.withLock { $0.files[path] }
        if let held, let renewal = held.renewal, time < renewal { return held.value }
        do {
            let bytes = try files.read(path)
            state.withLock { $0.files[path] = Entry(value: bytes, renewal: time + Self.fileLife) }
            return bytes
        } catch {
            if let held { return held.value }
            throw TransportError(.credentialsUnavailable, "cannot read \(path)", cause: error)
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let start = bytes.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) } ?? start.startIndex
        return start.isEmpty ? "" : String(decoding: start[...end], as: UTF8.self)
    }

    // MARK: - Plugins

    private func answer(of plugin: CredentialPlugin) async throws(TransportError) -> PluginAnswer {
        while true {
            switch state.withLock({ $0.nextStep(at: now()) }) {
            case .use(let answer): return answer
            case .run:
                defer { finishRun() }
                let answer = try await run(plugin)
                let renewal = answer.expires.map { $0 - Self.expiryMargin }
                state.withLock { $0.answer = Entry(value: answer, renewal: renewal) }
                return answer
            case .wait:
                await waitForRun()
                if Task.isCancelled { throw TransportError(.cancelled, "cancelled while a credential plugin ran") }
            }
        }
    }

    private func run(_ plugin: CredentialPlugin) async throws(TransportError) -> PluginAnswer {
        guard let processes else { throw plugin.problem("cannot be run here") }
        guard plugin.interaction != .always else { throw plugin.problem("wants a terminal, and there is none") }
        let output: ProcessOutput
        do {
            output = try await processes.run(plugin.invocation)
        } catch is CancellationError {
            throw TransportError(.cancelled, "cancelled while a credential plugin ran")
        } catch {
            throw plugin.problem("cannot be run", cause: error)
        }
        return try plugin.answer(output)
    }

    private func finishRun() {
        let waiting = state.withLock { state in
            state.isPluginRunning = false
            defer { state.waiting = [:] }
            return state.waiting.values.map(\.self)
        }
        for waiter in waiting { waiter.resume() }
    }

    private func waitForRun() async {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                let isParked = state.withLock { state in
                    guard state.isPluginRunning, !Task.isCancelled else { return false }
                    state.waiting[id] = waiter
                    return true
                }
                if !isParked { waiter.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiting.removeValue(forKey: id) }
            waiter?.resume()
        }
    }
}

extension Authenticator.State {
    fileprivate enum Step {
        case use(PluginAnswer)
        case run
        case wait
    }

    fileprivate mutating func nextStep(at time: Timestamp) -> Step {
        if let answer, answer.renewal.map({ time < $0 }) ?? true { return .use(answer.value) }
        if isPluginRunning { return .wait }
        isPluginRunning = true
        return .run
    }
}
