internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import Synchronization
internal import Testing

/// The kinds of proxy that `proxy-url` of a kubeconfig may name, before a server that asks for a client certificate.
@Suite struct ProxyTests {
    /// Takes a SOCKS connection without a password (RFC 1928) and carries bytes; gives where the client wanted to go.
    private static func socks(_ connection: PeerConnection, to port: Int, seen: Signal<String>) {
        guard let greeting = connection.bytes(2), greeting[0] == 5, connection.bytes(Int(greeting[1])) != nil else {
            return
        }
        connection.send([5, 0])
        guard let head = connection.bytes(4), head[1] == 1 else { return }
        let host: String
        switch head[3] {
        case 1: host = (connection.bytes(4) ?? []).map(String.init).joined(separator: ".")
        case 3: host = String(decoding: connection.bytes(Int(connection.bytes(1)?[0] ?? 0)) ?? [], as: UTF8.self)
        default: return
        }
        guard let number = connection.bytes(2) else { return }
        seen.send("\(host):\(Int(number[0]) << 8 | Int(number[1]))")
        connection.send([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        connection.tunnel(to: port)
    }

    private func check(
        scheme: String,
        _ serve: @escaping @Sendable (PeerConnection, Int) -> Void,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withTLS(handler: { .text("\(client($0)) \($0.path)") }) { direct in
            let port = direct.connection.server.port
            let proxy = try Peer { serve($0, port) }
            let (name, trust) = (direct.connection.serverName, direct.connection.trust)
            try await withTransport(
                to: proxy,
                change: {
                    $0.server = ServerAddress(host: "api.invalid", port: 6443)
                    $0.serverName = name
                    $0.trust = trust
                    $0.proxy = "\(scheme)://127.0.0.1:\(proxy.port)"
                }
            ) { transport in
                for number in 0..<3 {
                    let response = try await transport.send(HTTPRequest(.get, "/\(number)", identity: jane))
                    #expect(try await response.body.text() == "jane /\(number)")
                }
                #expect(transport.statistics.http2Answers == 3)
                #expect(transport.statistics.connections == 1)
            }
            try await body()
        }
    }

    @Test func tunnelsThroughHTTPProxy() async throws {
        let seen = Signal<String>()
        try await check(scheme: "http") { connection, port in
            guard let request = connection.request() else { return }
            seen.send(request.line)
            connection.send("HTTP/1.1 200 Connection established\r\n\r\n")
            connection.tunnel(to: port)
        } _: {
            #expect(await seen.next() == "CONNECT api.invalid:6443 HTTP/1.1")
        }
    }

    @Test("A SOCKS proxy resolves the name, as it does for kubectl", arguments: ["socks5", "socks5h"])
    func tunnelsThroughSOCKSProxy(scheme: String) async throws {
        let seen = Signal<String>()
        try await check(scheme: scheme) { connection, port in
            Self.socks(connection, to: port, seen: seen)
        } _: {
            #expect(await seen.next() == "api.invalid:6443")
        }
    }
}
