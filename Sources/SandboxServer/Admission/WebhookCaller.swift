internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import SandboxStore

/// A request as a webhook sees it, in the version that it asked for.
struct WebhookSubject: Sendable {
    /// The `AdmissionRequest`, without identifier and objects.
    var request: Tree
    /// The object to be stored, nil on deletion.
    var object: Tree?
    /// The object before, nil on creation.
    var old: Tree?
}

/// Calls one webhook with an AdmissionReview (admission.k8s.io/v1) and reads what it says.
struct WebhookCaller: Sendable {
    /// A webhook's verdict.
    struct Verdict: Sendable {
        /// Whether the request may go on.
        var isAllowed: Bool
        /// The refusal's `status`.
        var status: Tree?
        /// Changes to the object, as JSON Patch.
        var patch: Tree?
        /// Warnings for the client.
        var warnings: [String]
    }

    private static let answerLimit = 4 << 20

    let reader: ClusterReader
    let transport: any WebhookTransport
    let random: RandomSource
    /// Answers for pods that are not really there.
    var standIn: (any WebhookStandIn)?

    /// Who is called.
    private struct Target {
        var endpoint: WebhookEndpoint
        /// The URL as messages name it: for services with their own port, not that of the pod.
        var url: String
        /// The pod behind the address, if it is one of a service.
        var pod: ObjectKey?
        /// Whether the address lies within the cluster, where nothing is listening: only this machine is ever called.
        var isWithinCluster = false
    }

    /// Calls `webhook` about what a request would store.
    ///
    /// - Throws: ``SandboxError`` with code `webhookFailed` when there is no usable verdict.
    func call(
        _ webhook: AdmissionWebhook,
        _ subject: WebhookSubject
    ) async throws(SandboxError) -> Verdict {
        let target = try await target(of: webhook.client, seconds: webhook.timeout)
        let identifier = Self.identifier(random)
        let review = Self.review(subject, identifier: identifier)
        let answer = try await post(review, to: target, seconds: webhook.timeout)
        guard let response = answer["response"], response["uid"]?.string == identifier,
            let isAllowed = response["allowed"]?.bool
        else { throw Self.failed("the answer has no response with the uid of the request") }
        var patch: Tree?
        if let encoded = response["patch"]?.string, !encoded.isEmpty {
            guard response["patchType"]?.string == "JSONPatch", let bytes = Base64.decode(encoded),
                let tree = try? Tree(json: bytes)
            else { throw Self.failed("the answer's patch is no JSON Patch in base 64") }
            patch = tree
        }
        return Verdict(
            isAllowed: isAllowed,
            status: response["status"],
            patch: patch,
            warnings: response["warnings"]?.array?.compactMap(\.string) ?? []
        )
    }

    /// Sends a review other than of admission, within the 30 seconds that such webhooks have.
    ///
    /// - Throws: 500 naming why there is no answer.
    func send(_ review: Tree, client: Tree) async throws(APIFault) -> Tree {
        do throws(SandboxError) {
            return try await post(review, to: try await target(of: client, seconds: 30), seconds: 30)
        } catch {
            let prefix = "failed to call webhook: "
            let text = error.message.hasPrefix(prefix) ? String(error.message.dropFirst(prefix.count)) : error.message
            throw APIFault(500, .unknown, text)
        }
    }

    private static func failed(_ why: String, cause: (any Error)? = nil) -> SandboxError {
        SandboxError(.webhookFailed, why, cause: cause)
    }

    // MARK: The message

    private static func review(_ subject: WebhookSubject, identifier: String) -> Tree {
        var request = subject.request
        request["uid"] = .string(identifier)
        request["object"] = subject.object ?? .null
        request["oldObject"] = subject.old ?? .null
        return ["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request]
    }

    private static func identifier(_ random: RandomSource) -> String {
        let text = [random.next(), random.next()].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        let digits = Array(text)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    private func post(
        _ review: Tree,
        to target: Target,
        seconds: Int64
    ) async throws(SandboxError) -> Tree {
        let endpoint = target.endpoint
        let request = HTTPRequest(
            .post,
            endpoint.path,
            query: [HTTPQueryItem("timeout", "\(seconds)s")],
            headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: review.json(.compact),
            timeouts: HTTPTimeouts(connect: .seconds(seconds), total: .seconds(seconds))
        )
        do throws(TransportError) {
            if let pod = target.pod, let standIn,
                let answer = try await standIn.answer(review, from: pod, at: endpoint)
            {
                return answer
            }
            if target.isWithinCluster, !Self.isThisMachine(endpoint.host) { throw Self.refused(endpoint) }
            let response = try await transport.transport(to: endpoint).send(request)
            let body = try await response.body.collect(limit: Self.answerLimit)
            guard response.status == 200 else {
                throw TransportError(.malformedAnswer, "the webhook answered with status \(response.status)")
            }
            guard let tree = try? Tree(json: body) else {
                throw TransportError(.malformedAnswer, "the webhook answered with something that is no JSON")
            }
            return tree
        } catch {
            let why = error.code == .timedOut ? "context deadline exceeded" : error.message
            throw Self.failed(target.url, seconds: seconds, why, cause: error)
        }
    }

    /// What the cluster's network says where nothing listens.
    private static func refused(_ endpoint: WebhookEndpoint) -> TransportError {
        TransportError(
            .connectionFailed,
            "dial tcp \(ServerAddress.bracketed(endpoint.host)):\(endpoint.port): connect: connection refused"
        )
    }

    /// Whether a host is reached without leaving this machine.
    private static func isThisMachine(_ host: String) -> Bool {
        guard let address = IPAddress(host) else { return host == "localhost" }
        return address.isLoopback
    }

    private static func failed(
        _ url: String,
        seconds: Int64,
        _ why: String,
        cause: (any Error)? = nil
    ) -> SandboxError {
        failed("failed to call webhook: Post \"\(url)?timeout=\(seconds)s\": \(why)", cause: cause)
    }

    // MARK: Where

    /// Where the webhook listens: its URL, or the first ready address behind its Service.
    private func target(of client: Tree, seconds: Int64) async throws(SandboxError) -> Target {
        let roots = client["caBundle"]?.string.flatMap { Base64.decode($0) } ?? []
        if let text = client["url"]?.string {
            guard let endpoint = WebhookEndpoint(url: text, roots: roots) else {
                throw Self.failed("the URL \(text) cannot be used; it must begin with https://")
            }
            return Target(endpoint: endpoint, url: text)
        }
        guard let reference = client["service"], let name = reference["name"]?.string,
            let namespace = reference["namespace"]?.string
        else { throw Self.failed("the clientConfig names neither a URL nor a service") }
        let key = ObjectKey(namespace: namespace, name: name)
        let number = reference["port"]?.integer ?? 443
        var endpoint = WebhookEndpoint(
            host: "\(name).\(namespace).svc",
            port: Int(exactly: number) ?? 443,
            path: reference["path"]?.string ?? "/",
            serverName: "\(name).\(namespace).svc",
            roots: roots
        )
        let url = "https://\(endpoint.serverName):\(number)\(endpoint.path)"
        let service: KubeObject?
        let found: Backend?
        do {
            service = try await reader.get(.services, key)
            found = if let service { try await backend(of: service, port: number) } else { nil }
        } catch {
            throw Self.failed("service \(key) cannot be read", cause: error)
        }
        guard let service else { throw Self.failed("failed to call webhook: service \"\(name)\" not found") }
        guard let found, let port = Int(exactly: found.port) else {
            // What the cluster's network answers for a service without ready addresses.
            let address = "\(service.tree.value(at: "spec", "clusterIP")?.string ?? name):\(number)"
            let why = "dial tcp \(address): connect: connection refused"
            throw Self.failed(url, seconds: seconds, why)
        }
        endpoint.host = found.host
        endpoint.port = port
        return Target(endpoint: endpoint, url: url, pod: found.pod, isWithinCluster: true)
    }

    private struct Backend {
        var host: String
        var port: Int64
        var pod: ObjectKey?
    }

    private func backend(of service: KubeObject, port: Int64) async throws -> Backend? {
        if let name = service.tree.value(at: "spec", "externalName")?.string { return Backend(host: name, port: port) }
        let wanted = service.tree.value(at: "spec", "ports")?.array?.first { $0["port"]?.integer == port }
        let endpoints = try await reader.get(.endpoints, service.key)
        for subset in endpoints?.tree["subsets"]?.array ?? [] {
            let ports = subset["ports"]?.array ?? []
            let match = ports.first { ($0["name"]?.string ?? "") == (wanted?["name"]?.string ?? "") }
            guard let address = subset["addresses"]?[0], let host = address["ip"]?.string,
                let number = match?["port"]?.integer
            else { continue }
            let reference = address["targetRef"]
            let pod = reference?["kind"] == "Pod" ? reference?["name"]?.string : nil
            return Backend(
                host: host,
                port: number,
                pod: pod.map { ObjectKey(namespace: reference?["namespace"]?.string, name: $0) }
            )
        }
        return nil
    }
}

extension WebhookEndpoint {
    /// Reads an `https` URL with host, optional port and path; nil for anything else.
    init?(url: String, roots: [UInt8]) {
        guard url.hasPrefix("https://") else { return nil }
        let rest = url.dropFirst("https://".count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = rest[slash...].prefix { $0 != "?" && $0 != "#" }
        var host = String(rest[..<slash])
        var port = 443
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            guard let number = Int(host[host.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            host = String(host[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("@") else { return nil }
        self.init(host: host, port: port, path: path.isEmpty ? "/" : String(path), serverName: host, roots: roots)
    }
}
