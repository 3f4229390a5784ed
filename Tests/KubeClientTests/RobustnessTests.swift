internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshTestKit
internal import Testing

/// Text from outside, damaged at random: whatever comes of it, nothing may trap.
@Suite struct RobustnessTests {
    private static let kubeconfig = """
        current-context: x
        clusters: [{name: x, cluster: {server: 'https://h:1/p', certificate-authority-data: Y2E=, tls-server-name: n}}]
        users:
        - name: x
          user:
            as: j
            as-groups: [a]
            as-user-extra: {k: [v]}
            exec: {apiVersion: client.authentication.k8s.io/v1, command: ./c, args: [a], env: [{name: A, value: b}]}
        contexts: [{name: x, context: {cluster: x, user: x, namespace: n}}]
        """

    private func damaged(_ text: String, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<(1 + random.int(below: 4)) where !bytes.isEmpty {
            let place = random.int(below: bytes.count)
            switch random.int(below: 4) {
            case 0: bytes.remove(at: place)
            case 1: bytes[place] = UInt8(random.int(below: 256))
            case 2: bytes.insert(random.pick(Array("{}[]:,'\"\\/-%&*!#\n\u{0}".utf8)), at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + random.int(below: 20)))
            }
        }
        return bytes
    }

    @Test(arguments: propertySeeds(20))
    func kubeconfigs(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var readable = 0
        for _ in 0..<100 {
            let bytes = damaged(Self.kubeconfig, &random)
            do throws(KubeconfigError) {
                _ = try Kubeconfig(bytes, path: "/a/b").connection()
                readable += 1
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
        #expect(readable < 100, "seed \(seed)")
    }

    @Test(arguments: propertySeeds(20))
    func smallTexts(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let texts = [
            "https://[::1]:6443/a", "a in (b,c),!d,e!=f", "a.b=c,d!=e\\,f", "-1.5e3Ki", "10.0.0.0/8,a.b:1,*", "x.y/z",
        ]
        for _ in 0..<300 {
            let text = String(decoding: damaged(random.pick(texts), &random), as: UTF8.self)
            if let address = ServerAddress(text) { #expect(ServerAddress(address.description) == address, "\(text)") }
            if let selector = try? LabelSelector(text: text) {
                #expect((try? LabelSelector(text: selector.text).text) == selector.text, "\(text)")
            }
            if let selector = try? FieldSelector(text: text) {
                #expect((try? FieldSelector(text: selector.text)) == selector, "\(text)")
            }
            if let quantity = Quantity(text) { #expect(Quantity(quantity.description) != nil, "\(text)") }
            let server = ServerAddress(host: "10.1.2.3", port: 1)
            _ = ProxyEnvironment(["https_proxy": text, "no_proxy": text]).proxy(for: server)
            for rule in NameRule.allCases { _ = rule.issues(in: text) }
            #expect(PercentEncoding.decode(PercentEncoding.pathSegment(text)) == text)
        }
    }

    @Test(arguments: propertySeeds(20))
    func streams(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let watch =
            event("ADDED", pod("a")) + event("BOOKMARK", endOfInitialEvents)
            + event("ERROR", KubeStatus(code: 410, reason: .expired, message: "x").tree)
        let page = list(["a", "b"], continuation: "n").jsonText()
        for _ in 0..<30 {
            let (one, other) = (damaged(watch, &random), damaged(page, &random))
            let size = 1 + random.int(below: 40)
            let answers = [one, other].map { bytes in
                let pieces = stride(from: 0, to: bytes.count, by: size).map {
                    Array(bytes[$0..<min($0 + size, bytes.count)])
                }
                return HTTPResponse(status: 200, body: HTTPBody(pieces: pieces))
            }
            var steps = 0
            do throws(KubeError) {
                for try await _ in ScriptedTransport(answers.map { .success($0) }).client().observe(.pods) {
                    steps += 1
                }
            } catch {
                #expect(error.code != .cancelled)
            }
            #expect(steps < 10)
        }
    }
}
