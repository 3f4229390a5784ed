public import DataTree
internal import KubeAPI
public import MeshBase

/// Calls the API of one Kubernetes cluster.
///
/// ```swift
/// let client = ClusterClient(transport: transport)
/// let web = try await client.get(.deployments, ObjectKey(namespace: "shop", name: "web"))
/// for try await event in try await client.watch(.pods, .namespace("shop")) { … }
/// ```
///
/// A value: copies share the transport. Every call throws ``KubeError``; cancelling the task aborts the request and throws
/// code `cancelled`. Nothing is retried here: ``KubeError/retryClass`` says what may be, ``PatientTransport`` does so for
/// answers that ask to come back.
public struct ClusterClient: Sendable {
    /// What all requests of a client have in common.
    public struct Configuration: Sendable, Hashable {
        /// Owner of the fields written, unless a call names another.
        public var fieldManager: String
        /// Names the program to the server.
        public var userAgent: String
        /// How long requests other than watches may take.
        public var timeouts: HTTPTimeouts
        /// The most bytes that one object, or one error, may have.
        public var objectLimit: Int
        /// What to leave out of the objects of lists and watches, for example `metadata.managedFields`.
        public var projection: TreeProjection?

        /// Makes a configuration.
        public init(
            fieldManager: String = "mesh-operator",
            userAgent: String = "mesh-operator",
            timeouts: HTTPTimeouts = HTTPTimeouts(),
            objectLimit: Int = 64 << 20,
            projection: TreeProjection? = nil
        ) {
            self.fieldManager = fieldManager
            self.userAgent = userAgent
            self.timeouts = timeouts
            self.objectLimit = objectLimit
            self.projection = projection
        }
    }

    /// What all requests have in common.
    public let configuration: Configuration
    /// Builds the requests that this client sends.
    public let requests: KubeRequest
    private let surroundings: Surroundings

    private struct Surroundings: Sendable {
        let transport: any HTTPTransport
        let now: WallClock?
    }

    /// Makes a client; opens nothing.
    ///
    /// - Parameters:
    ///   - transport: carries the requests.
    ///   - configuration: what all requests have in common.
    ///   - now: the time of day, for servers that ask to come back at a date and do not tell theirs; nil to take no notice.
    public init(
        transport: any HTTPTransport,
        configuration: Configuration = Configuration(),
        now: WallClock? = nil
    ) {
        self.surroundings = Surroundings(transport: transport, now: now)
        self.configuration = configuration
        self.requests = KubeRequest(
            fieldManager: configuration.fieldManager,
            headers: ["Accept": "application/json", "User-Agent": configuration.userAgent],
            timeouts: configuration.timeouts
        )
    }

    /// The same client with another projection for lists and watches.
    public func projecting(_ projection: TreeProjection?) -> ClusterClient {
        var configuration = configuration
        configuration.projection = projection
        return ClusterClient(
            transport: surroundings.transport,
            configuration: configuration,
            now: surroundings.now
        )
    }

    /// Sends a request as it is and gives the answer, whatever its status, with the body still to be read.
    public func send(_ request: HTTPRequest) async throws(KubeError) -> HTTPResponse {
        do {
            return try await surroundings.transport.send(request)
        } catch {
            throw KubeError(transport: error, request: request.summary)
        }
    }

    /// Sends a request and gives the answer once it is known to be a success; others become errors.
    func open(_ request: HTTPRequest) async throws(KubeError) -> HTTPResponse {
        let response = try await send(request)
        guard response.status >= 300 else { return response }
        var status: KubeStatus?
        do {
            let bytes = try await response.body.collect(limit: min(configuration.objectLimit, 4 << 20))
            status = (try? Tree(json: bytes)).flatMap(KubeStatus.init)
        } catch  where error.code == .cancelled {
            throw KubeError(transport: error, request: request.summary)
        } catch {
            // The status code says enough.
        }
        throw KubeError(
            status: status,
            httpStatus: response.status,
            headers: response.headers,
            request: request.summary,
            now: surroundings.now?()
        )
    }

    /// Sends a request and reads the JSON value of its answer.
    public func tree(_ request: HTTPRequest) async throws(KubeError) -> Tree {
        let response = try await open(request)
        do {
            let bytes = try await response.body.collect(limit: configuration.objectLimit)
            let options = JSONParser.Options(maxDepth: Configuration.objectDepth, duplicateKeys: .lastWins)
            return try JSONParser.parse(bytes, options: options)
        } catch let error as TransportError {
            throw KubeError(transport: error, request: request.summary)
        } catch {
            throw KubeError(
                .malformedAnswer,
                "\(request.summary) was not answered with JSON: \(error)",
                cause: error
            )
        }
    }

    /// Sends a request and reads the object of its answer.
    func object(_ request: HTTPRequest) async throws(KubeError) -> KubeObject {
        let tree = try await tree(request)
        guard tree.object != nil else {
            throw KubeError(
                .malformedAnswer,
                "\(request.summary) was answered with a \(tree.kindName), not an object"
            )
        }
        return KubeObject(tree)
    }
}

extension HTTPRequest {
    /// Method and path, for messages.
    var summary: String { "\(method.rawValue) \(path)" }
}
