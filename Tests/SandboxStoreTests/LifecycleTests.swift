internal import DataTree
internal import SandboxStore
internal import Testing

@Suite struct LifecycleTests {
    @Test func objectsAreCreatedReadChangedAndDeleted() async throws {
        let server = await TestServer()
        let path = "/api/v1/namespaces/default/configmaps"
        let created = try await server.send("POST", path, configMap("a", ["x": "1"]))
        #expect(created.status == 201)
        #expect(created["metadata.uid"]?.count == 36)
        let again = try await server.send("POST", path, configMap("a"))
        #expect(again.status == 409)
        #expect(again["message"] == "configmaps \"a\" already exists")
        let changed = try await server.send("PUT", path + "/a", configMap("a", ["x": "2"]))
        #expect(changed.status == 200)
        #expect(changed["data.x"] == "2")
        let stale = try await server.send("PUT", path + "/a", created.body)
        #expect(stale.status == 409)
        let gone = try await server.send("DELETE", path + "/a")
        #expect(gone["status"] == "Success")
        let missing = try await server.send("GET", path + "/a")
        #expect(missing.status == 404)
        #expect(missing["message"] == "configmaps \"a\" not found")
    }

    @Test func writesThatChangeNothingKeepTheRevision() async throws {
        let server = await TestServer()
        let path = "/api/v1/namespaces/default/configmaps"
        let created = try await server.send("POST", path, configMap("a", ["x": "1"]))
        let same = try await server.send("PUT", path + "/a", configMap("a", ["x": "1"]))
        #expect(same["metadata.resourceVersion"] == created["metadata.resourceVersion"])
    }
}
