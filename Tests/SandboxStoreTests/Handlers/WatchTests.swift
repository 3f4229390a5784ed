internal import DataTree
internal import KubeClient
internal import MeshTestKit
internal import SandboxStore
internal import Testing

@Suite struct WatchTests {
    private let path = "/api/v1/namespaces/default/configmaps"

    /// The events of a watch up to its end, which a tick after its deadline brings.
    private func events(_ server: TestServer, _ target: String) async throws -> [Tree] {
        let request = HTTPRequest(.get, target + "&timeoutSeconds=5")
        let response = try await server.transport.send(request)
        #expect(response.status == 200)
        return try await server.whileTimePasses(.seconds(1)) {
            var reader = JSONSequenceReader()
            return try reader.push(try await response.body.collect(limit: 1 << 20)[...])
        }
    }

    private func outline(_ events: [Tree]) -> [String] {
        events.map { "\($0["type"]?.string ?? "") \($0.value(at: "object", "metadata", "name")?.string ?? "")" }
    }

    @Test func aWatchWithoutRevisionBeginsWithWhatIsThere() async throws {
        let server = await TestServer()
        try await server.send("POST", path, configMap("a"))
        try await server.send("POST", path, configMap("b"))
        #expect(outline(try await events(server, path + "?watch=true")) == ["ADDED a", "ADDED b"])
    }

    @Test func aStreamingListEndsWithABookmark() async throws {
        let server = await TestServer()
        try await server.send("POST", path, configMap("a"))
        let target = path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        let events = try await events(server, target)
        #expect(outline(events).prefix(2) == ["ADDED a", "BOOKMARK "])
        let end = try #require(events.dropFirst().first?.value(at: "object", "metadata"))
        #expect(end.value(at: "annotations", "k8s.io/initial-events-end") == "true")
        #expect(end["resourceVersion"]?.string == String(server.core.storage.revision))
    }

    @Test func changesFollowFromARevisionAndThroughSelectors() async throws {
        let server = await TestServer()
        let start = server.core.storage.revision
        try await server.send("POST", path, configMap("a"))
        for label in ["1", "2", "1"] {
            let patch: Tree = ["metadata": ["labels": ["l": .string(label)]]]
            try await server.send("PATCH", path + "/a", patch, type: "application/merge-patch+json")
        }
        try await server.send("DELETE", path + "/a")
        let all = try await events(server, path + "?watch=true&resourceVersion=\(start)")
        #expect(outline(all) == ["ADDED a", "MODIFIED a", "MODIFIED a", "MODIFIED a", "DELETED a"])
        let revisions = all.compactMap { $0.value(at: "object", "metadata", "resourceVersion")?.string }
        #expect(revisions == (1...5).map { String(start + $0) })
        let some = try await events(server, path + "?watch=true&resourceVersion=\(start)&labelSelector=l%3D1")
        #expect(outline(some) == ["ADDED a", "DELETED a", "ADDED a", "DELETED a"])
    }

    @Test func arevisionThatIsForgottenEndsTheWatchWith410() async throws {
        let server = await TestServer()
        let start = server.core.storage.revision
        try await server.send("POST", path, configMap("a"))
        server.core.storage.compact()
        let events = try await events(server, path + "?watch=true&resourceVersion=\(start)")
        #expect(events.count == 1)
        #expect(events.first?["type"] == "ERROR")
        #expect(events.first?.value(at: "object", "code") == 410)
        #expect(events.first?.value(at: "object", "reason") == "Expired")
    }

    @Test func quietWatchesGetBookmarks() async throws {
        let server = await TestServer { $0.bookmarkSeconds = 2 }
        let target = path + "?watch=true&allowWatchBookmarks=true&resourceVersion=\(server.core.storage.revision)"
        let events = try await events(server, target)
        #expect(events.count >= 1)
        #expect(events.allSatisfy { $0["type"] == "BOOKMARK" && $0.value(at: "object", "kind") == "ConfigMap" })
    }
}
