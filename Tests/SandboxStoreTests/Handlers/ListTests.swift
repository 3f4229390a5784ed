internal import DataTree
internal import MeshTestKit
internal import SandboxStore
internal import Testing

@Suite struct ListTests {
    private let path = "/api/v1/namespaces/default/configmaps"

    @Test func pagesShowOneStateWhateverHappensBetweenThem() async throws {
        let server = await TestServer()
        for index in 0..<7 { try await server.send("POST", path, configMap("c\(index)")) }
        var names: [String] = []
        var token = ""
        var pages = 0
        repeat {
            let page = try await server.send("GET", path + "?limit=3&continue=\(token)")
            #expect(page.status == 200)
            names += (page.body["items"]?.array ?? []).compactMap { $0.value(at: "metadata", "name")?.string }
            token = page["metadata.continue"] ?? ""
            #expect(page["metadata.remainingItemCount"] == (pages == 0 ? "4" : pages == 1 ? "1" : nil))
            pages += 1
            try await server.send("DELETE", path + "/c\(4 + pages)")
            try await server.send("POST", path, configMap("c4new\(pages)"))
        } while !token.isEmpty
        #expect(names == (0..<7).map { "c\($0)" })
        #expect(pages == 3)
    }

    @Test func anExpiredTokenCanBeContinuedInTheNewState() async throws {
        let server = await TestServer()
        for index in 0..<4 { try await server.send("POST", path, configMap("c\(index)")) }
        let first = try await server.send("GET", path + "?limit=2")
        try await server.send("POST", path, configMap("c9"))
        server.core.storage.compact()
        let expired = try await server.send("GET", path + "?limit=2&continue=\(first["metadata.continue"] ?? "")")
        #expect(expired.status == 410)
        #expect(expired["reason"] == "Expired")
        let rest = try await server.send("GET", path + "?continue=\(expired["metadata.continue"] ?? "")")
        let names = (rest.body["items"]?.array ?? []).compactMap { $0.value(at: "metadata", "name")?.string }
        #expect(names == ["c2", "c3", "c9"])
    }

    @Test func historyIsForgottenAfterAWhile() async throws {
        let server = await TestServer()
        let first = try await server.send("POST", path, configMap("a"))
        let revision = first["metadata.resourceVersion"] ?? ""
        try await server.send("POST", path, configMap("b"))
        let target = path + "?resourceVersion=\(revision)&resourceVersionMatch=Exact"
        for _ in 0..<3 {
            #expect(try await server.send("GET", target).status == 200)
            await server.core.tick()
            await server.clock.advance(by: .seconds(200))
        }
        for _ in 0..<3 {
            await server.core.tick()
            await server.clock.advance(by: .seconds(200))
        }
        #expect(try await server.send("GET", target).status == 410)
        let quiet = GroupResource(group: "", resource: "secrets")
        #expect(server.core.storage.oldestWatch(of: quiet) == 0)
    }

    static let refused: [(query: String, status: Int, text: String)] = [
        ("?resourceVersion=999999", 504, "Too large resource version"),
        ("?resourceVersion=x", 400, "invalid syntax"),
        ("?labelSelector=a%20b%20c", 400, ""),
        ("?fieldSelector=spec.x%3D1", 400, "not a known field selector"),
        ("?resourceVersionMatch=Exact", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided"),
        ("?continue=nonsense", 400, "continue key is not valid"),
        ("?sendInitialEvents=true", 422, "sendInitialEvents is forbidden for list"),
    ]

    @Test(arguments: refused) func parametersThatMakeNoSenseAreRefused(
        _ row: (query: String, status: Int, text: String)
    )
        async throws
    {
        let server = await TestServer()
        let answer = try await server.send("GET", path + row.query)
        #expect(answer.status == row.status)
        #expect((answer["message"] ?? "").contains(row.text))
    }
}
