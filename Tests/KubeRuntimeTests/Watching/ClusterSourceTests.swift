internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

/// What goes over the wire, and what becomes of the answers.
@Suite struct ClusterSourceTests {
    /// Answers every request as told.
    struct Script: HTTPTransport {
        let requests = Record<HTTPRequest>()
        let answer: @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            requests.append(request)
            return try await answer(request)
        }
    }

    private static func source(_ script: Script) -> ClusterSource {
        ClusterSource(client: ClusterClient(transport: script), resource: .pods, selection: .namespace("shop"))
    }

    private static func query(_ request: HTTPRequest?) -> [String: String] {
        Dictionary((request?.query ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private static func event(_ type: String, _ object: KubeObject) -> [UInt8] {
        let event: Tree = ["type": .string(type), "object": object.tree]
        return event.json(.compact) + [0x0A]
    }

    private static func bookmark(_ version: Int, isEnd: Bool) -> [UInt8] {
        var object = pod("", version: version)
        if isEnd { object.annotations = ["k8s.io/initial-events-end": "true"] }
        return event("BOOKMARK", object)
    }

    @Test("a page: limit, continuation, version")
    func page() async throws {
        let script = Script { _ in
            let body: Tree = [
                "kind": "PodList", "apiVersion": "v1", "metadata": ["resourceVersion": "7", "continue": "next"],
                "items": [pod("a", version: 3).tree],
            ]
            return HTTPResponse(status: 200, body: HTTPBody(body.json(.compact)))
        }
        let page = try await Self.source(script).list(continuation: "token", limit: 2)
        #expect(page == ListPage(objects: [pod("a", version: 3)], version: "7", continuation: "next"))
        let request = try #require(script.requests.last)
        #expect(request.path == "/api/v1/namespaces/shop/pods")
        #expect(Self.query(request) == ["limit": "2", "continue": "token"])
    }

    @Test(
        "errors by what follows from them",
        arguments: [
            (410, WatchProblem.Kind.expired), (400, .unsupported), (422, .unsupported), (405, .unsupported),
            (403, .forbidden), (404, .refused), (429, .refused), (500, .refused), (503, .refused),
        ]
    )
    func errors(status: Int, kind: WatchProblem.Kind) async throws {
        let script = Script { _ in ObjectServer.failure(status, retryAfter: 9) }
        let list = await #expect(throws: WatchProblem.self) {
            try await Self.source(script).list(continuation: nil, limit: nil)
        }
        // A list tells that a kind is not there; a watch of it may just be too early, at a server that starts.
        #expect(list?.kind == (status == 404 ? .notServed : kind))
        #expect(list?.retryAfter == .seconds(9))
        let watch = await #expect(throws: WatchProblem.self) {
            try await Self.source(script).watch(.initialEvents, limit: .seconds(60)) { _ in .more }
        }
        #expect(watch?.kind == kind)
    }

    @Test("a resource that may be missing has no objects, and is not streamed")
    func missing() async throws {
        let script = Script { _ in ObjectServer.failure(404) }
        let source = ClusterSource(client: ClusterClient(transport: script), resource: .pods, mayBeMissing: true)
        let stream = await #expect(throws: WatchProblem.self) {
            try await source.watch(.initialEvents, limit: .seconds(60)) { _ in .more }
        }
        #expect(stream?.kind == .unsupported)
        let page = try await source.list(continuation: nil, limit: 5)
        #expect(page.objects.isEmpty)
        #expect(page.version == ResourceVersion("0"))
        #expect(page.continuation == nil)
        let watch = await #expect(throws: WatchProblem.self) {
            try await source.watch(.after(ResourceVersion("0")), limit: .seconds(60)) { _ in .more }
        }
        #expect(watch?.kind == .notServed)
    }

    @Test("a watch from a version, in whatever pieces it arrives")
    func watch() async throws {
        let bytes =
            Self.event("ADDED", pod("a", version: 8)) + Self.event("MODIFIED", pod("a", version: 9))
            + Self.event("DELETED", pod("a", version: 10)) + Self.bookmark(20, isEnd: false)
        let script = Script { _ in HTTPResponse(status: 200, body: HTTPBody(pieces: bytes.map { [$0] })) }
        let signals = Record<WatchSignal>()
        try await Self.source(script).watch(.after(ResourceVersion("7")), limit: .seconds(300)) { signal in
            signals.append(signal)
            return .more
        }
        #expect(
            signals.all == [
                .opened, .added(pod("a", version: 8)), .modified(pod("a", version: 9)), .deleted(pod("a", version: 10)),
                .bookmark(ResourceVersion("20"), endsInitialEvents: false),
            ]
        )
        #expect(
            Self.query(script.requests.last)
                == ["watch": "true", "resourceVersion": "7", "allowWatchBookmarks": "true", "timeoutSeconds": "300"]
        )
    }

    @Test("an initial stream, and enough of it")
    func stream() async throws {
        let bytes =
            Self.event("ADDED", pod("a", version: 3)) + Self.bookmark(9, isEnd: true)
            + Self.event("ADDED", pod("b", version: 11))
        let script = Script { _ in HTTPResponse(status: 200, body: HTTPBody(bytes)) }
        let signals = Record<WatchSignal>()
        try await Self.source(script).watch(.initialEvents, limit: .seconds(60)) { signal in
            signals.append(signal)
            return signals.count == 3 ? .stop : .more
        }
        #expect(
            signals.all == [
                .opened, .added(pod("a", version: 3)), .bookmark(ResourceVersion("9"), endsInitialEvents: true),
            ]
        )
        let query = Self.query(script.requests.last)
        #expect(query["sendInitialEvents"] == "true")
        #expect(query["resourceVersionMatch"] == "NotOlderThan")
        #expect(query["allowWatchBookmarks"] == "true")
    }

    @Test("410 as an event, a break and garbage")
    func endings() async throws {
        let gone: Tree = ["type": "ERROR", "object": KubeStatus(code: 410, reason: .expired, message: "too old").tree]
        let script = Script { _ in HTTPResponse(status: 200, body: HTTPBody(gone.json(.compact))) }
        let signals = Record<WatchSignal>()
        try await Self.source(script).watch(.after(ResourceVersion("1")), limit: .seconds(60)) { signal in
            signals.append(signal)
            return .more
        }
        guard case .failed(let problem) = signals.last else {
            Issue.record("no failure was told")
            return
        }
        #expect(problem.kind == .expired)
        for (body, kind) in [
            (
                HTTPBody(pieces: [[0x7B]], error: TransportError(.connectionLost, "reset")),
                WatchProblem.Kind.unreachable
            ),
            (HTTPBody(Array("<html>".utf8)), .refused),
        ] {
            let broken = Script { _ in HTTPResponse(status: 200, body: body) }
            let error = await #expect(throws: WatchProblem.self) {
                try await Self.source(broken).watch(.after(ResourceVersion("1")), limit: .seconds(60)) { _ in .more }
            }
            #expect(error?.kind == kind)
        }
    }

    @Test("a connection that carries nothing is given up after a minute of silence")
    func silence() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let opened = Record<Duration>()
            let script = Script { request async throws(TransportError) in
                opened.append(environment.time.now)
                let isFirst = opened.count == 1
                return HTTPResponse(
                    status: 200,
                    body: HTTPBody { () async throws(TransportError) -> [UInt8]? in
                        if isFirst, opened.count == 1, !environment.time.isPast(.seconds(1)) {
                            do { try await environment.time.sleep(until: .seconds(1)) } catch {
                                throw TransportError(.cancelled, "")
                            }
                            return Self.bookmark(5, isEnd: true)
                        }
                        do { try await environment.time.sleep(for: .seconds(100_000)) } catch {
                            throw TransportError(.cancelled, "")
                        }
                        return nil
                    }
                )
            }
            let store = ObjectStore(.init(name: "pods"))
            let watcher = try Watcher(
                source: Self.source(script),
                store: store,
                configuration: .init(listInterval: nil),
                environment: environment
            )
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(200))
                #expect(store.isSynced)
                #expect(
                    opened.all == [.zero, .seconds(1), .seconds(61), .seconds(121), .seconds(181)],
                    "a stream, then watches"
                )
                #expect(Self.query(script.requests.last)["resourceVersion"] == "5")
            }
        }
    }
}

extension MonotonicTime {
    func isPast(_ moment: Duration) -> Bool { now >= moment }
}
