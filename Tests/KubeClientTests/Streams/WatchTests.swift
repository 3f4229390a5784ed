internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Testing

/// A line of a watch.
func event(_ type: String, _ object: Tree) -> String {
    Tree.object(TreeObject([("type", .string(type)), ("object", object)])).jsonText() + "\n"
}

/// The bookmark that ends initial events.
let endOfInitialEvents: Tree = [
    "kind": "Pod", "apiVersion": "v1",
    "metadata": ["resourceVersion": "20", "annotations": ["k8s.io/initial-events-end": "true"]],
]

@Suite struct WatchTests {
    private static let text =
        event("ADDED", pod("a")) + event("MODIFIED", pod("a", version: 2)) + event("BOOKMARK", pod("", version: 3))
        + event("DELETED", pod("a", version: 4))

    @Test(arguments: [1, 3, 64, 10_000])
    func anySizeOfPieces(size: Int) async throws {
        let client = ScriptedTransport(.pieces(Self.text, of: size)).client()
        var events: [WatchEvent] = []
        for try await event in try await client.watch(.pods) { events.append(event) }
        #expect(
            events == [
                .added(KubeObject(pod("a"))), .modified(KubeObject(pod("a", version: 2))),
                .bookmark(KubeObject(pod("", version: 3))), .deleted(KubeObject(pod("a", version: 4))),
            ]
        )
    }

    @Test func anErrorIsTheLastEvent() async throws {
        let status = KubeStatus(code: 410, reason: .expired, message: "too old resource version")
        let text = event("ERROR", status.tree) + event("ADDED", pod("a"))
        var events: [WatchEvent] = []
        for try await event in try await ScriptedTransport(.text(text)).client().watch(.pods) { events.append(event) }
        #expect(events == [.error(status)])
        #expect(KubeError(watchStatus: status, request: "watch").code == .expired)
    }

    @Test(arguments: [
        "{}", "[]", event("ADDED", 1), event("NEWS", [:]), "x", #"{"type":"ADDED","object":{}"#, #"{"object":{}}"#,
    ])
    func malformed(text: String) async {
        let error = await kubeError {
            for try await _ in try await ScriptedTransport(.text(text)).client().watch(.pods) {}
        }
        #expect(error?.code == .malformedAnswer)
    }

    @Test func breaksOff() async throws {
        let lost = TransportError(.connectionLost, "gone")
        let stream = try await ScriptedTransport(.pieces(Self.text, of: 50, error: lost)).client().watch(.pods)
        var count = 0
        let error = await kubeError { for try await _ in stream { count += 1 } }
        #expect(error?.code == .connection)
        #expect(count == 4)
    }

    @Test func refusedAtTheDoor() async {
        let client = ScriptedTransport(.refusal(410, .expired)).client()
        #expect(await kubeError { _ = try await client.watch(.pods) }?.code == .expired)
    }

    @Test func projectionKeepsWhatTheClientNeeds() async throws {
        let status = KubeStatus(code: 410, reason: .expired, message: "old")
        var full = pod("a")
        full["spec"] = ["x": 1]
        let text = event("ADDED", full) + event("BOOKMARK", endOfInitialEvents) + event("ERROR", status.tree)
        let keep = TreeProjection(keeping: [["metadata", "name"]])
        let client = ScriptedTransport(.text(text)).client(ClusterClient.Configuration(projection: keep))
        var events: [WatchEvent] = []
        for try await event in try await client.watch(.pods) { events.append(event) }
        #expect(events.count == 3)
        #expect(events[0].object?.tree["spec"] == nil)
        #expect(events[0].object?.name == "a")
        #expect(events[1].endsInitialEvents)
        #expect(events[1].object?.resourceVersion == "20")
        #expect(events[2] == .error(status))
    }
}

@Suite struct ObservationTests {
    private func steps(
        _ transport: ScriptedTransport,
        _ options: WatchOptions = WatchOptions(),
        from source: ObservationSource = .streamingList
    ) async throws -> [String] {
        var steps: [String] = []
        for try await step in transport.client().observe(.pods, .everything, options, from: source) {
            switch step {
            case .initial(let object): steps.append("initial \(object.name)")
            case .synced(let version): steps.append("synced \(version)")
            case .change(let event): steps.append("change \(event.object?.name ?? "error")")
            }
        }
        return steps
    }

    @Test func streamsListAndChanges() async throws {
        let text =
            event("ADDED", pod("a")) + event("BOOKMARK", pod("", version: 2)) + event("MODIFIED", pod("b"))
            + event("BOOKMARK", endOfInitialEvents) + event("DELETED", pod("a"))
        let transport = ScriptedTransport(.text(text))
        #expect(try await steps(transport) == ["initial a", "initial b", "synced 20", "change a"])
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [
        KubeStatus(code: 400, reason: .badRequest, message: "unknown parameter"),
        KubeStatus(code: 422, reason: .invalid, message: "sendInitialEvents is forbidden"),
        KubeStatus(code: 410, reason: .expired, message: "old"),
    ])
    func fallsBackToPages(refusal: KubeStatus) async throws {
        for isEvent in [false, true] {
            let first = isEvent ? HTTPResponse.text(event("ERROR", refusal.tree)) : .refusal(refusal)
            let transport = ScriptedTransport(
                first,
                .json(list(["a"], continuation: "n")),
                .json(list(["b"], version: 11)),
                .text(event("ADDED", pod("c")))
            )
            let options = WatchOptions(resourceVersion: "7")
            #expect(try await steps(transport, options) == ["initial a", "initial b", "synced 11", "change c"])
            let targets = transport.requests.map(\.target)
            #expect(targets[1] == "/api/v1/pods?limit=500&resourceVersion=7&resourceVersionMatch=NotOlderThan")
            #expect(targets[2] == "/api/v1/pods?limit=500&continue=n")
            #expect(targets[3].contains("resourceVersion=11&"))
        }
    }

    @Test func pagesWhenAskedTo() async throws {
        let transport = ScriptedTransport(.json(list([], version: 3)), .text(""))
        #expect(try await steps(transport, WatchOptions(resourceVersion: "0"), from: .pages(7)) == ["synced 3"])
        #expect(transport.requests[0].target == "/api/v1/pods?limit=7&resourceVersion=0")
    }

    @Test(arguments: [
        (event("ADDED", pod("a")), KubeError.Code.connection),
        (
            event("ADDED", pod("a")) + event("ERROR", KubeStatus(code: 410, reason: .expired, message: "old").tree),
            .expired
        ),
        (event("ERROR", KubeStatus(code: 500, reason: .internalError, message: "x").tree), .serverFailure),
        (event("DELETED", pod("a")), .malformedAnswer),
    ])
    func failsWithinInitialEvents(text: String, code: KubeError.Code) async {
        let transport = ScriptedTransport(.text(text))
        #expect(await kubeError { _ = try await steps(transport) }?.code == code)
        #expect(transport.requests.count == 1)
    }

    @Test func otherRefusalsPass() async {
        let transport = ScriptedTransport(.refusal(403, .forbidden))
        #expect(await kubeError { _ = try await steps(transport) }?.code == .forbidden)
    }
}
