internal import KubeClient
internal import KubeCurl
internal import MeshBase
internal import Testing

@Suite struct CurlTransportTests {
    @Test func carriesRequestAndAnswer() async throws {
        let seen = Signal<PeerRequest>()
        let peer = try Peer { connection in
            guard let request = connection.request() else { return }
            seen.send(request)
            connection.answer("201 Created", ["X-Empty:", "X-Two: a", "X-Two: b"], "made")
        }
        try await withTransport(to: peer) { transport in
            let request = HTTPRequest(
                .post,
                "/api/v1/pods",
                query: [HTTPQueryItem("a", "x y"), HTTPQueryItem("labelSelector", "app in (a,b)")],
                headers: ["Content-Type": "application/json", "X-Blank": ""],
                body: Array("{}".utf8)
            )
            let response = try await transport.send(request)
            #expect(response.status == 201)
            #expect(response.headers.values("x-two") == ["a", "b"])
            #expect(response.headers["X-Empty"]?.isEmpty == true)
            #expect(try await response.body.text() == "made")
            let request2 = try #require(await seen.next())
            #expect(request2.line == "POST /api/v1/pods?a=x%20y&labelSelector=app%20in%20%28a%2Cb%29 HTTP/1.1")
            #expect(request2.text == "{}")
            #expect(request2.headers["content-type"] == "application/json")
            #expect(request2.headers["x-blank"]?.isEmpty == true)
            #expect(request2.headers["expect"] == nil)
            #expect(request2.headers["host"] == "127.0.0.1:\(peer.port)")
            #expect(request2.headers["accept-encoding"] == "gzip")
        }
    }

    @Test(arguments: HTTPMethod.allCases, [nil, "", "some"])
    func everyMethodWithAndWithoutBody(method: HTTPMethod, body: String?) async throws {
        let seen = Signal<PeerRequest>()
        let peer = try Peer { connection in
            while let request = connection.request() {
                seen.send(request)
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (method == .head ? "" : "ok"))
            }
        }
        try await withTransport(to: peer) { transport in
            for _ in 0..<2 {
                let response = try await transport.send(HTTPRequest(method, "/x", body: body.map { Array($0.utf8) }))
                #expect(response.status == 200)
                #expect(try await response.body.text() == (method == .head ? "" : "ok"))
                let request = try #require(await seen.next())
                #expect(request.line == "\(method.rawValue) /x HTTP/1.1")
                if method != .head { #expect(request.text == body ?? "") }
                #expect(request.headers["content-type"] == nil)
            }
            #expect(peer.accepted == 1)
        }
    }

    @Test func largeRequestBody() async throws {
        let peer = try Peer { connection in
            guard let request = connection.request() else { return }
            connection.answer("200 OK", [], "\(request.body.count)")
        }
        try await withTransport(to: peer) { transport in
            let response = try await transport.send(
                HTTPRequest(.put, "/x", body: [UInt8](repeating: 7, count: 5 << 20))
            )
            #expect(try await response.body.text() == "\(5 << 20)")
        }
    }

    @Test(arguments: [
        // (head and body as sent, status, body as read)
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n", 200,
            "abcde"
        ),
        ("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz", 200, "z"),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", 404, "gone"),
        ("HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, "until the end"),
        ("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/x\r\nContent-Length: 2\r\n\r\nno", 302, "no"),
    ])
    func shapesOfAnswers(sent: String, status: Int, body: String) async throws {
        let peer = try Peer { connection in
            guard connection.request() != nil else { return }
            connection.send(sent)
        }
        try await withTransport(to: peer) { transport in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(response.status == status)
            #expect(response.headers["Link"] == nil)
            #expect(try await response.body.text() == body)
        }
    }

    @Test func unpacksGzip() async throws {
        // gzip of "mesh " 400 times.
        let packed = try #require(
            Base64.decode("H4sIAAAAAAACA8tNLc5QyB0lRolRYpQYJUaJUWIoEwAsjqA70AcAAA==")
        )
        let peer = try Peer { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
            connection.send(packed)
        }
        try await withTransport(to: peer) { transport in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(response.headers["Content-Encoding"] == nil)
            #expect(try await response.body.text() == String(repeating: "mesh ", count: 400))
        }
    }

    @Test func followsRedirectsOfTheSameServerOnly() async throws {
        let peer = try Peer { connection in
            while let request = connection.request() {
                if request.line.hasPrefix("GET /there?a=b ") {
                    connection.answer("200 OK", [], "arrived")
                } else {
                    connection.answer("307 Temporary Redirect", ["Location: /there?a=b"])
                }
            }
        }
        try await withTransport(to: peer) { transport in
            let response = try await transport.send(HTTPRequest(.get, "/here"))
            #expect(try await response.body.text() == "arrived")
            #expect(try await transport.send(HTTPRequest(.post, "/here")).status == 307)
        }
    }

    @Test func redirectsAreAnswersWhereNoneIsFollowed() async throws {
        let peer = try Peer { connection in
            while connection.request() != nil { connection.answer("307 Temporary Redirect", ["Location: /there"]) }
        }
        let connection = ClusterConnection(server: ServerAddress(isSecure: false, host: "127.0.0.1", port: peer.port))
        let status = await CurlTransports().withTransport(to: connection) { transport in
            try? await transport.send(HTTPRequest(.get, "/here")).status
        }
        #expect(status == 307)
        #expect(peer.accepted == 1)
        peer.close()
    }

    /// Without the refusal a packet would leave, and the answer, if any, take until the time limit.
    @Test(arguments: ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254"])
    func linkLocalAddressesGetNoConnection(_ host: String) async throws {
        let connection = ClusterConnection(server: ServerAddress(isSecure: false, host: host, port: 80))
        let failed = await CurlTransports().withTransport(to: connection) { transport in
            await failure {
                _ = try await transport.send(HTTPRequest(.get, "/", timeouts: HTTPTimeouts(total: .seconds(5))))
            }
        }
        #expect(failed == .connectionFailed)
    }

    @Test func endlessRedirectsEnd() async throws {
        let peer = try Peer { connection in
            while connection.request() != nil { connection.answer("302 Found", ["Location: /again"]) }
        }
        try await withTransport(to: peer) { transport in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(response.status == 302)
        }
    }

    @Test func goesThroughProxy() async throws {
        let seen = Signal<PeerRequest>()
        let proxy = try Peer { connection in
            guard let request = connection.request() else { return }
            seen.send(request)
            connection.answer("200 OK", [], "by proxy")
        }
        try await withTransport(
            to: proxy,
            change: {
                $0.server = ServerAddress(isSecure: false, host: "api.invalid", port: 8080)
                $0.proxy = "http://user:pass@127.0.0.1:\(proxy.port)"
            }
        ) { transport in
            #expect(try await transport.send(HTTPRequest(.get, "/x")).body.text() == "by proxy")
            let request = try #require(await seen.next())
            #expect(request.line == "GET http://api.invalid:8080/x HTTP/1.1")
            #expect(request.headers["proxy-authorization"] == "Basic dXNlcjpwYXNz")
        }
    }

    @Test func keepsConnections() async throws {
        let peer = try Peer { connection in
            while connection.request() != nil { connection.answer("200 OK", [], "x") }
        }
        try await withTransport(to: peer) { transport in
            for _ in 0..<50 { _ = try await transport.send(HTTPRequest(.get, "/")).body.text() }
            #expect(peer.accepted == 1)
            #expect(transport.statistics.transfers == 50)
        }
    }
}
