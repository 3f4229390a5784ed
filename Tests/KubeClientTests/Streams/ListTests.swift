internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Synchronization
internal import Testing

/// A list as the API shows it; native kinds come without `kind` in their items.
func list(_ names: [String], version: Int = 9, continuation: String? = nil, remaining: Int64? = nil) -> Tree {
    var metadata: Tree = ["resourceVersion": .string(String(version))]
    if let continuation { metadata["continue"] = .string(continuation) }
    if let remaining { metadata["remainingItemCount"] = .integer(remaining) }
    let items = names.map { name -> Tree in ["metadata": ["name": .string(name)]] }
    return ["kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": .array(items)]
}

@Suite struct ListTests {
    @Test func readsPageByPage() async throws {
        let transport = ScriptedTransport(
            .json(list(["a", "b"], continuation: "next", remaining: 1)),
            .json(list(["c"], version: 10))
        )
        let all = try await transport.client().list(.pods, .namespace("shop"), ListOptions(pageSize: 2))
        #expect(all.objects.map(\.name) == ["a", "b", "c"])
        #expect(all.objects.allSatisfy { $0.kind == .pod })
        #expect((all.resourceVersion, all.continuation, all.remainingCount) == ("10", nil, nil))
        #expect(
            transport.requests.map(\.target) == [
                "/api/v1/namespaces/shop/pods?limit=2", "/api/v1/namespaces/shop/pods?limit=2&continue=next",
            ]
        )
    }

    @Test func onePageSaysWhatFollows() async throws {
        let client = ScriptedTransport(.json(list(["a"], continuation: "n", remaining: 5))).client()
        let page = try await client.page(.pods)
        #expect((page.continuation, page.remainingCount) == ("n", 5))
    }

    @Test func startsOverWhenTheServerForgets() async throws {
        let transport = ScriptedTransport(
            .json(list(["a"], continuation: "next")),
            .refusal(410, .expired),
            .json(list(["a", "b"]))
        )
        #expect(try await transport.client().list(.pods).objects.count == 2)
        #expect(transport.requests[2].target == "/api/v1/pods")
    }

    @Test(arguments: [1, 2, 7, 1_000])
    func anySizeOfPieces(size: Int) async throws {
        let text = list(["a", "b", "c"]).jsonText(.pretty)
        let page = try await ScriptedTransport(.pieces(text, of: size)).client().page(.pods)
        #expect(page.objects.map(\.name) == ["a", "b", "c"])
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"items":[{}]}"#, #"{"metadata":{},"items":[{"a":}]}"#, #"{"metadata":{},"items":[1"#,
        "nothing",
    ])
    func malformed(text: String) async {
        let client = ScriptedTransport(.text(text)).client()
        #expect(await kubeError { _ = try await client.list(.pods) }?.code == .malformedAnswer)
    }

    @Test func breaksOff() async {
        let text = String(list(["a", "b"]).jsonText().dropLast(20))
        let lost = TransportError(.connectionLost, "gone")
        let client = ScriptedTransport(.pieces(text, of: 10, error: lost)).client()
        #expect(await kubeError { _ = try await client.list(.pods) }?.code == .connection)
    }

    @Test func leavesOutWhatNobodyWants() async throws {
        var tree = list(["a"])
        tree["items"] = [["metadata": ["name": "a", "managedFields": [["manager": "x"]]], "spec": ["x": 1]]]
        let drop = TreeProjection(dropping: [["metadata", "managedFields"]])
        let transport = ScriptedTransport(.json(tree), .json(tree))
        let client = transport.client(ClusterClient.Configuration(projection: drop))
        let object = try #require(try await client.list(.pods).objects.first)
        #expect(object.tree.value(at: "metadata", "managedFields") == nil)
        #expect(object.tree.value(at: "spec", "x") == 1)
        let keep = client.projecting(TreeProjection(keeping: [["metadata", "name"]]))
        let small = try #require(try await keep.list(.pods).objects.first)
        #expect(small.name == "a")
        #expect(small.tree["spec"] == nil)
        #expect(small.kind == .pod)
    }

    @Test func neverHoldsTheWholeAnswer() async throws {
        // 50,000 objects, made only when asked for: what was made but not yet given out stays small.
        let made = Mutex(0)
        let total = 50_000
        let body = HTTPBody { () async throws(TransportError) -> [UInt8]? in
            let number = made.withLock { made in
                made += 1
                return made
            }
            if number > total { return number == total + 1 ? Array("]}".utf8) : nil }
            let head = number == 1 ? #"{"metadata":{"resourceVersion":"5"},"items":["# : ","
            return Array((head + #"{"metadata":{"name":"p\#(number)"}}"#).utf8)
        }
        let client = ScriptedTransport(HTTPResponse(status: 200, body: body)).client()
        var count = 0
        for try await event in client.observe(.pods, from: .pages(nil)) {
            guard case .initial(let object) = event else { break }
            count += 1
            #expect(object.name == "p\(count)")
            let ahead = made.withLock { $0 } - count
            if ahead > 2 { Issue.record("\(ahead) pieces ahead at object \(count)") }
            if ahead > 2 { break }
        }
        #expect(count == total)
    }
}
