internal import DataTree
internal import SandboxStore
internal import Testing

@Suite struct CreationTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    private static func map(_ name: String, revision: String) -> Tree {
        var map = configMap(name)
        map.set(.string(revision), at: ["metadata", "resourceVersion"])
        return map
    }

    @Test func whatIsThereAlreadyIsNotCreated() async throws {
        let server = await TestServer()
        let refused = try await server.send("POST", Self.maps, Self.map("a", revision: "1"))
        #expect(refused.status == 500)
        #expect(refused["message"] == "resourceVersion should not be set on objects to be created")
        #expect(refused["reason"] == nil && refused["code"] == "500")
        #expect(try await server.send("GET", Self.maps + "/a").status == 404)
    }

    @Test(arguments: ["", "0", "abc"]) func aRevisionThatIsNoneIsPassedOver(_ revision: String) async throws {
        let server = await TestServer()
        let created = try await server.send("POST", Self.maps, Self.map("a", revision: revision))
        #expect(created.status == 201)
        #expect(created["metadata.resourceVersion"] != revision)
    }

    @Test func aDryRunDoesNotMind() async throws {
        let server = await TestServer()
        let answer = try await server.send("POST", Self.maps + "?dryRun=All", Self.map("a", revision: "7"))
        #expect(answer.status == 201 && answer["metadata.resourceVersion"] == "7")
    }

    @Test func anUpdateOfNothingMakesTheObjectThatItDoesNotKnow() async throws {
        let server = await TestServer()
        var lease: Tree = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "a", "resourceVersion": "1"],
        ]
        let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/a"
        #expect(try await server.send("PUT", path, lease).status == 201)
        lease.set("b", at: ["metadata", "name"])
        lease.set("1-2", at: ["metadata", "uid"])
        let other = try await server.send("PUT", path.dropLast() + "b", lease)
        #expect(other.status == 409)
        #expect(other["message"]?.hasSuffix("UID in precondition: 1-2, UID in object meta: ") == true)
    }

    @Test func whatIsWrongOtherwiseComesFirst() async throws {
        let server = await TestServer()
        let refused = try await server.send("POST", Self.maps, Self.map("A", revision: "1"))
        #expect(refused.status == 422)
    }

    @Test(arguments: [
        ("yesterday", "cannot parse \"yesterday\" as \"2006\""),
        ("2024-01-01T00:00:00Z", "cannot parse \"Z\" as \".000000\""),
    ])
    func timesMustBeTimes(_ time: String, _ why: String) async throws {
        let server = await TestServer()
        let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
        let lease: Tree = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "a"],
            "spec": ["renewTime": .string(time)],
        ]
        let refused = try await server.send("POST", path, lease)
        #expect(refused.status == 400 && refused["reason"] == "BadRequest")
        let prefix = "Lease in version \"v1\" cannot be handled as a Lease: parsing time \"\(time)\" as "
        #expect(refused["message"] == prefix + "\"2006-01-02T15:04:05.000000Z07:00\": \(why)")
    }

    @Test func timesOfMetadataToo() async throws {
        let server = await TestServer()
        var map = configMap("a")
        map.set("today", at: ["metadata", "creationTimestamp"])
        let refused = try await server.send("POST", Self.maps, map)
        #expect(refused.status == 400)
        let why = "parsing time \"today\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"today\" as \"2006\""
        #expect(refused["message"] == "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: \(why)")
    }

    @Test func timesAreKeptInOneForm() async throws {
        let server = await TestServer()
        let lease: Tree = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "a"],
            "spec": ["renewTime": "2024-01-01T02:00:00.500000+02:00", "acquireTime": "0001-01-01T00:00:00.000000Z"],
        ]
        let answer = try await server.send("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", lease)
        #expect(answer["spec.renewTime"] == "2024-01-01T00:00:00.500000Z")
        #expect(answer["spec.acquireTime"] == nil)
    }

    static let nameless: [(Tree, String)] = [
        (["generateName": "web-7c-"], "pods \"web-7c-\""), ([:], "pods \"Unknown\""),
    ]

    @Test(arguments: nameless)
    func aRefusalCallsWhatHasNoNameYet(_ metadata: Tree, _ name: String) async throws {
        let server = await TestServer()
        let pod: Tree = [
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
            "spec": ["priorityClassName": "none", "containers": [["name": "m", "image": "i"]]],
        ]
        let refused = try await server.send("POST", "/api/v1/namespaces/default/pods", pod)
        #expect(refused.status == 403)
        #expect(refused["message"] == "\(name) is forbidden: no PriorityClass with name none was found")
    }
}
