internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Testing

@Suite struct ClusterClientTests {
    private static let web = ObjectKey(namespace: "shop", name: "web")

    @Test func findsOrNot() async throws {
        let client = ScriptedTransport(.json(pod("web")), .refusal(404, .notFound)).client()
        #expect(try await client.find(.pods, Self.web)?.name == "web")
        #expect(try await client.find(.pods, Self.web) == nil)
    }

    @Test func findsMetadataAloneWhereTheServerKnowsHow() async throws {
        let transport = ScriptedTransport(.json(pod("web")), .refusal(404, .notFound))
        let client = transport.client()
        #expect(try await client.find(.pods, Self.web, extent: .metadata)?.name == "web")
        #expect(try await client.find(.pods, Self.web, extent: .metadata) == nil)
        let accept = try #require(transport.requests.first?.headers["Accept"])
        #expect(accept == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json")
    }

    @Test func sendsWhatTheConfigurationSays() async throws {
        let transport = ScriptedTransport(.json(pod("web")))
        let timeouts = HTTPTimeouts(connect: .seconds(1), total: .seconds(2))
        let configuration = ClusterClient.Configuration(fieldManager: "me", userAgent: "agent/1", timeouts: timeouts)
        _ = try await transport.client(configuration).create(.pods, KubeObject(pod("web")))
        let request = try #require(transport.requests.first)
        #expect(request.headers["user-agent"] == "agent/1")
        #expect(request.headers["Accept"] == "application/json")
        #expect(request.timeouts == timeouts)
        #expect(request.query == [HTTPQueryItem("fieldManager", "me")])
    }

    private static let answersOfDelete: [(Tree, Bool)] = [
        ([:], true),
        (KubeStatus(isSuccess: true, code: 200, reason: .unknown, message: "").tree, true),
        (["metadata": ["deletionTimestamp": "t", "finalizers": ["a"]]], false),
        (["metadata": ["deletionTimestamp": "t", "deletionGracePeriodSeconds": 30]], false),
        (["metadata": ["deletionTimestamp": "t", "deletionGracePeriodSeconds": 0]], true),
        (["metadata": ["name": "x"]], true),
    ]

    @Test(arguments: answersOfDelete)
    func deletions(answer: Tree, isDone: Bool) async throws {
        let deletion = try await ScriptedTransport(.json(answer)).client().delete(.pods, Self.web)
        #expect((deletion == .done) == isDone)
    }

    @Test func scales() async throws {
        let answer: Tree = ["kind": "Scale", "spec": ["replicas": 3], "status": ["replicas": 2, "selector": "a=b"]]
        let transport = ScriptedTransport(.json(answer), .json(answer), .json([:]))
        let client = transport.client()
        let scale = Scale(desired: 3, current: 2, selector: "a=b")
        #expect(try await client.scale(.deployments, Self.web) == scale)
        #expect(try await client.setScale(.deployments, Self.web, replicas: 3) == scale)
        #expect(transport.requests[1].body == Array(#"{"spec":{"replicas":3}}"#.utf8))
        #expect(await kubeError { _ = try await client.scale(.deployments, Self.web) }?.code == .malformedAnswer)
    }

    @Test func version() async throws {
        let answer: Tree = ["major": "1", "minor": "32+", "gitVersion": "v1.32.1", "platform": "linux/amd64"]
        let version = try await ScriptedTransport(.json(answer)).client().version()
        #expect(version.gitVersion == "v1.32.1")
        #expect(version.numbers.map { [$0.major, $0.minor] } == [1, 32])
        #expect(ServerVersion(major: "", minor: "x", gitVersion: "").numbers == nil)
    }

    @Test func rawGivesBytesOfSuccessesOnly() async throws {
        let client = ScriptedTransport(.text("ok"), .text("no", status: 500)).client()
        let request = client.requests.raw("/readyz", query: [HTTPQueryItem("verbose", "")])
        #expect(try await client.raw(request) == Array("ok".utf8))
        #expect(await kubeError { _ = try await client.raw(request) }?.code == .serverFailure)
    }
}
