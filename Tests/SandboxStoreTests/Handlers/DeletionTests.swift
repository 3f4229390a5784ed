internal import DataTree
internal import SandboxStore
internal import Testing

@Suite struct DeletionTests {
    private let path = "/api/v1/namespaces/default/configmaps"
    private let crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

    private func definition() -> Tree {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "things.example.com"],
            "spec": [
                "group": "example.com", "scope": "Namespaced", "names": ["plural": "things", "kind": "Thing"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": [
                                "type": "object",
                                "properties": ["spec": ["type": "object", "properties": ["n": ["type": "integer"]]]],
                            ]
                        ],
                    ]
                ],
            ],
        ]
    }

    private func thing(_ name: String, finalizers: Tree = []) -> Tree {
        [
            "apiVersion": "example.com/v1", "kind": "Thing",
            "metadata": ["name": .string(name), "finalizers": finalizers], "spec": ["n": 1],
        ]
    }

    @Test func finalizersKeepAnObjectUntilTheyAreRemoved() async throws {
        let server = await TestServer()
        var object = configMap("a")
        object.set(["example.com/f"], at: ["metadata", "finalizers"])
        try await server.send("POST", path, object)
        let marked = try await server.send("DELETE", path + "/a")
        #expect(marked["metadata.deletionTimestamp"] != nil)
        let patch: Tree = ["metadata": ["finalizers": .null]]
        let last = try await server.send("PATCH", path + "/a", patch, type: "application/merge-patch+json")
        #expect(last.status == 200)
        #expect(try await server.send("GET", path + "/a").status == 404)
    }

    @Test func preconditionsGuardADeletion() async throws {
        let server = await TestServer()
        let created = try await server.send("POST", path, configMap("a"))
        let wrong: Tree = ["preconditions": ["uid": "other"]]
        #expect(try await server.send("DELETE", path + "/a", wrong).status == 409)
        let right: Tree = ["preconditions": ["uid": .string(created["metadata.uid"] ?? "")]]
        #expect(try await server.send("DELETE", path + "/a", right).status == 200)
    }

    @Test func aDefinitionTakesItsObjectsWithIt() async throws {
        let server = await TestServer()
        try await server.send("POST", crds, definition())
        let things = "/apis/example.com/v1/namespaces/default/things"
        #expect(try await server.send("POST", things, thing("a")).status == 201)
        #expect(try await server.send("POST", things, thing("b", finalizers: ["example.com/f"])).status == 201)
        let pending = try await server.send("DELETE", crds + "/things.example.com")
        #expect(pending.status == 200)
        #expect(try await server.send("GET", things + "/a").status == 404)
        #expect(try await server.send("GET", things + "/b").status == 200)
        #expect(try await server.send("POST", things, thing("late")).status == 405)
        let patch: Tree = ["metadata": ["finalizers": .null]]
        try await server.send("PATCH", things + "/b", patch, type: "application/merge-patch+json")
        #expect(try await server.send("GET", crds + "/things.example.com").status == 404)
        #expect(try await server.send("GET", things).status == 404)
    }

    @Test func definitionsAreServedAgainAfterARestart() async throws {
        let log = MemoryLog()
        let server = await TestServer(storage: try ObjectStorage(log: log))
        try await server.send("POST", crds, definition())
        let restarted = await TestServer(storage: try ObjectStorage(log: log.reopened()))
        let things = "/apis/example.com/v1/namespaces/default/things"
        #expect(try await restarted.send("POST", things, thing("a")).status == 201)
    }

    @Test func aDefinitionCutOffByACrashIsAcceptedAfterwards() async throws {
        // Four appends make the namespaces, the fifth the definition, and the sixth, its acceptance, fails.
        let log = MemoryLog(breaksAt: 6)
        let server = await TestServer(storage: try ObjectStorage(log: log))
        try await server.send("POST", crds, definition())
        let restarted = await TestServer(storage: try ObjectStorage(log: log.reopened()))
        let found = try await restarted.send("GET", crds + "/things.example.com")
        let conditions = found.body.value(at: "status", "conditions")?.array ?? []
        #expect(conditions.contains { $0["type"] == "Established" && $0["status"] == "True" })
    }

    @Test func nothingIsCreatedInANamespaceThatGoesAway() async throws {
        let server = await TestServer()
        let namespace: Tree = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "n"]]
        try await server.send("POST", "/api/v1/namespaces", namespace)
        let missing = try await server.send("POST", "/api/v1/namespaces/m/configmaps", configMap("a", namespace: "m"))
        #expect(missing.status == 404)
        try await server.send("DELETE", "/api/v1/namespaces/n")
        let late = try await server.send("POST", "/api/v1/namespaces/n/configmaps", configMap("a", namespace: "n"))
        #expect(late.status == 403)
        #expect(late["details.causes.0.reason"] == "NamespaceTerminating")
        var done = try await server.send("GET", "/api/v1/namespaces/n").body
        done.set(nil, at: ["spec", "finalizers"])
        #expect(try await server.send("PUT", "/api/v1/namespaces/n/finalize", done).status == 200)
        #expect(try await server.send("GET", "/api/v1/namespaces/n").status == 404)
    }
}
