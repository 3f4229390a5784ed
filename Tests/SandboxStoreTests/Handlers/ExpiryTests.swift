internal import DataTree
internal import MeshTestKit
internal import SandboxStore
internal import Testing

@Suite struct ExpiryTests {
    @Test func eventsGoAfterAnHour() async throws {
        let server = await TestServer()
        let event: Tree = [
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": "a", "namespace": "default"],
            "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"], "reason": "Seen",
        ]
        #expect(try await server.send("POST", "/api/v1/namespaces/default/events", event).status == 201)
        await server.core.tick()
        await server.clock.advance(by: .seconds(3590))
        await server.core.tick()
        #expect(try await server.send("GET", "/api/v1/namespaces/default/events/a").status == 200)
        await server.clock.advance(by: .seconds(70))
        await server.core.tick()
        #expect(try await server.send("GET", "/api/v1/namespaces/default/events/a").status == 404)
    }
}
