internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import SandboxServer

@Suite struct WebhookLinksTests {
    /// A transport that knows which server it is for and answers nothing.
    struct Silent: HTTPTransport {
        var server: String

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            throw TransportError(.connectionFailed, "called \(server)")
        }
    }

    static func endpoint(_ host: String) -> WebhookEndpoint {
        WebhookEndpoint(host: host, port: 443, path: "/", serverName: host, roots: [])
    }

    @Test(.timeLimit(.minutes(10))) func theLinkNotUsedLongestEnds() async throws {
        let made = Mutex<[String]>([])
        let (ended, end) = AsyncStream.makeStream(of: String.self)
        let links = WebhookLinks(limit: 2) { connection in
            let host = connection.server.host
            made.withLock { $0.append(host) }
            return WebhookLinks.Link(Silent(server: host)) {
                // Runs until it is cancelled.
                for await _ in AsyncStream<Never>.makeStream().stream {}
                end.yield(host)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await links.run() }
            for host in ["a", "b", "a", "c", "a"] { _ = try links.transport(to: Self.endpoint(host)) }
            var first = ended.makeAsyncIterator()
            #expect(await first.next() == "b")
            #expect(made.withLock { $0 } == ["a", "b", "c"])
            _ = try links.transport(to: Self.endpoint("b"))
            #expect(await first.next() == "c")
            #expect(made.withLock { $0 } == ["a", "b", "c", "b"])
            group.cancelAll()
        }
    }

    // MARK: Who is called

    /// Notes which servers it was asked for.
    final class Noting: WebhookTransport {
        let asked = Mutex<[String]>([])

        func transport(to endpoint: WebhookEndpoint) throws(TransportError) -> any HTTPTransport {
            asked.withLock { $0.append(endpoint.host) }
            return Silent(server: endpoint.host)
        }
    }

    /// Gives transports whose answers never come in time.
    struct Slow: WebhookTransport, HTTPTransport {
        func transport(to endpoint: WebhookEndpoint) -> any HTTPTransport { self }

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            throw TransportError(.timedOut, "POST https://example.org: no answer after 10 s")
        }
    }

    @Test func aWebhookThatTakesTooLongHasExceededItsDeadline() async throws {
        let reader = ClusterReader(try ObjectStorage())
        let caller = WebhookCaller(reader: reader, transport: Slow(), random: .seeded(1))
        let client: Tree = ["url": "https://example.org/inject"]
        let webhook = try AdmissionWebhookTests.webhook(AdmissionWebhookTests.podRule, [("clientConfig", client)])
        let attributes = AdmissionWebhookTests.attributes()
        let subject = WebhookSubject(request: attributes.requestTree(as: attributes.form), object: [:], old: nil)
        let error = await #expect(throws: SandboxError.self) { try await caller.call(webhook, subject) }
        let url = "https://example.org/inject?timeout=10s"
        #expect(error?.message == "failed to call webhook: Post \"\(url)\": context deadline exceeded")
    }

    struct Call: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var client: Tree
        var service: Tree = ["spec": ["clusterIP": "10.96.0.7", "ports": [["port": 443]]]]
        var addresses: Tree?
        var called: [String] = []
        var message: String
    }

    static let service: Tree = ["service": ["name": "istiod", "namespace": "istio-system", "path": "/inject"]]
    static let url = "https://istiod.istio-system.svc:443/inject?timeout=10s"
    static let calls = [
        Call(
            testDescription: "an address of the cluster, whatever is behind it",
            client: service,
            addresses: [["ip": "10.244.0.60"]],
            message: "Post \"\(url)\": dial tcp 10.244.0.60:15017: connect: connection refused"
        ),
        Call(
            testDescription: "an address of a pod that is gone",
            client: service,
            addresses: [
                ["ip": "10.244.0.60", "targetRef": ["kind": "Pod", "name": "p", "namespace": "istio-system"]]
            ],
            message: "Post \"\(url)\": dial tcp 10.244.0.60:15017: connect: connection refused"
        ),
        Call(
            testDescription: "an address of another machine",
            client: service,
            addresses: [["ip": "192.0.2.1"]],
            message: "Post \"\(url)\": dial tcp 192.0.2.1:15017: connect: connection refused"
        ),
        Call(
            testDescription: "an external name",
            client: service,
            service: ["spec": ["type": "ExternalName", "externalName": "example.org"]],
            message: "Post \"\(url)\": dial tcp example.org:443: connect: connection refused"
        ),
        Call(
            testDescription: "no address",
            client: service,
            message: "Post \"\(url)\": dial tcp 10.96.0.7:443: connect: connection refused"
        ),
        Call(
            testDescription: "an address of this machine",
            client: service,
            addresses: [["ip": "127.0.0.1"]],
            called: ["127.0.0.1"],
            message: "Post \"\(url)\": called 127.0.0.1"
        ),
        Call(
            testDescription: "a URL, which names what it likes",
            client: ["url": "https://example.org/inject"],
            called: ["example.org"],
            message: "Post \"https://example.org/inject?timeout=10s\": called example.org"
        ),
    ]

    @Test(arguments: calls) func onlyThisMachineIsCalledForServices(_ call: Call) async throws {
        let storage = try ObjectStorage()
        let key = ObjectKey(namespace: "istio-system", name: "istiod")
        try await storage.write(
            StorageWrite(GroupResource(APIResource.services), key, if: .absent, .put(call.service.named(key)))
        )
        if let addresses = call.addresses {
            let subsets: Tree = [["addresses": addresses, "ports": [["port": 15017]]]]
            let endpoints: Tree = ["subsets": subsets]
            try await storage.write(
                StorageWrite(GroupResource(APIResource.endpoints), key, if: .absent, .put(endpoints.named(key)))
            )
        }
        let transport = Noting()
        let caller = WebhookCaller(
            reader: ClusterReader(storage),
            transport: transport,
            random: .seeded(1),
            standIn: HollowControlPlane(reader: ClusterReader(storage), authority: "")
        )
        let webhook = try AdmissionWebhookTests.webhook(
            AdmissionWebhookTests.podRule,
            [("clientConfig", call.client)]
        )
        let attributes = AdmissionWebhookTests.attributes()
        let subject = WebhookSubject(
            request: attributes.requestTree(as: attributes.form),
            object: ["kind": "Pod"],
            old: nil
        )
        let error = await #expect(throws: SandboxError.self) {
            try await caller.call(webhook, subject)
        }
        #expect(error?.message == "failed to call webhook: \(call.message)")
        #expect(transport.asked.withLock { $0 } == call.called)
    }
}

extension Tree {
    fileprivate func named(_ key: ObjectKey) -> Tree {
        var result = self
        result["metadata"] = ["name": .string(key.name), "namespace": key.namespace.map { .string($0) } ?? .null]
        return result
    }
}
