internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Synchronization

/// A small API server for tests: objects by path with versions, conflicts, merge patches and, on request, faults.
///
/// It knows no schema, no admission and no watch; where those matter, tests use the sandbox's store.
final class ObjectServer: HTTPTransport {
    struct Call: Sendable, Hashable {
        var method: HTTPMethod
        var path: String
    }

    /// What happens instead of an answer.
    enum Fault: Sendable, Hashable {
        /// An answer with this status.
        case status(Int, retryAfter: Int? = nil)
        /// No answer, ever.
        case hang
        /// The write is done, but the answer is lost.
        case lostAnswer
        /// The connection cannot be made.
        case refused
    }

    struct State: Sendable {
        var objects: [String: KubeObject] = [:]
        var version = 100
        var calls: [Call] = []
        var writes: [Call] = []
    }

    typealias FaultRule = @Sendable (HTTPRequest) -> Fault?

    private let state = Mutex(State())
    private let fault = Mutex<FaultRule?>(nil)
    private let time: MonotonicTime
    let latency: Duration

    init(time: MonotonicTime, latency: Duration = .milliseconds(10)) {
        self.time = time
        self.latency = latency
    }

    var client: ClusterClient { ClusterClient(transport: self) }
    var calls: [Call] { state.withLock { $0.calls } }
    var writes: [Call] { state.withLock { $0.writes } }

    func setFault(_ rule: FaultRule?) { fault.withLock { $0 = rule } }

    func object(_ path: String) -> KubeObject? { state.withLock { $0.objects[path] } }

    func objects(under prefix: String) -> [KubeObject] {
        state.withLock { state in
            state.objects.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @discardableResult
    func put(_ object: KubeObject, at path: String) -> KubeObject {
        state.withLock { $0.store(object, at: path) }
    }

    func remove(_ path: String) { state.withLock { $0.objects[path] = nil } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        do {
            let rule = fault.withLock(\.self)
            state.withLock { $0.calls.append(Call(method: request.method, path: request.path)) }
            try await time.sleep(for: latency)
            switch rule?(request) {
            case nil:
                return answer(request)
            case .status(let code, let retryAfter):
                return Self.failure(code, retryAfter: retryAfter)
            case .hang:
                try await time.sleep(for: request.timeouts.total ?? .seconds(100_000))
                throw TransportError(.timedOut, "no answer")
            case .lostAnswer:
                _ = answer(request)
                throw TransportError(.connectionLost, "reset")
            case .refused:
                throw TransportError(.connectionFailed, "refused")
            }
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError(.cancelled, "cancelled")
        }
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        let body = request.body.flatMap { try? Tree(json: $0) }
        return state.withLock { state in
            if request.method != .get { state.writes.append(Call(method: request.method, path: request.path)) }
            let path = request.path.replacingSuffix("/status", with: "")
            switch (request.method, state.objects[path], body) {
            case (.get, let object?, _):
                return Self.success(object)
            case (.post, _, let body?):
                let object = KubeObject(body)
                let place = "\(path)/\(object.name)"
                guard state.objects[place] == nil else { return Self.failure(409, reason: "AlreadyExists") }
                return Self.success(state.store(object, at: place), status: 201)
            case (.put, let known?, let body?):
                return state.replace(known, with: KubeObject(body), at: path)
            case (.patch, let known?, let body?):
                return state.replace(known, with: KubeObject(MergePatch.apply(body, to: known.tree)), at: path)
            case (.delete, .some, _):
                state.objects[path] = nil
                return Self.success(KubeObject(["kind": "Status", "apiVersion": "v1", "status": "Success"]))
            default:
                return Self.failure(404)
            }
        }
    }

    static func success(_ object: KubeObject, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, body: HTTPBody(object.tree.json(.compact)))
    }

    static func failure(_ code: Int, reason: String? = nil, retryAfter: Int? = nil) -> HTTPResponse {
        let reasons = [404: "NotFound", 409: "Conflict", 410: "Expired", 422: "Invalid"]
        let tree: Tree = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": .integer(Int64(code)),
            "reason": .string(reason ?? reasons[code] ?? "InternalError"), "message": "scripted",
        ]
        let headers: HTTPHeaders = retryAfter.map { ["Retry-After": "\($0)"] } ?? [:]
        return HTTPResponse(status: code, headers: headers, body: HTTPBody(tree.json(.compact)))
    }
}

extension ObjectServer.State {
    mutating func store(_ object: KubeObject, at path: String) -> KubeObject {
        version += 1
        var object = object
        object.resourceVersion = String(version)
        if object.uid == nil { object.tree.set(.string("uid-\(version)"), at: ["metadata", "uid"]) }
        objects[path] = object
        return object
    }

    mutating func replace(_ known: KubeObject, with object: KubeObject, at path: String) -> HTTPResponse {
        if let version = object.resourceVersion, version != known.resourceVersion { return ObjectServer.failure(409) }
        if object.isDeleting, object.finalizers.isEmpty {
            objects[path] = nil
            return ObjectServer.success(object)
        }
        return ObjectServer.success(store(object, at: path))
    }
}

extension String {
    func replacingSuffix(_ suffix: String, with replacement: String) -> String {
        hasSuffix(suffix) ? dropLast(suffix.count) + replacement : self
    }
}
