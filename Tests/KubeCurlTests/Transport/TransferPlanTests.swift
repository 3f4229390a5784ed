internal import KubeClient
internal import Testing

@testable internal import KubeCurl

@Suite struct TransferPlanTests {
    private static let server = ServerAddress(host: "10.0.0.1", port: 6443, basePath: "/k8s")

    @Test func namesTheServerAsTheCertificateDoes() throws {
        let connection = ClusterConnection(server: Self.server, serverName: "kubernetes.default")
        let plan = try TransferPlan(HTTPRequest(.get, "/version"), to: connection)
        #expect(plan.url == "https://kubernetes.default:6443/k8s/version")
        #expect(plan.connectTo == "kubernetes.default:6443:10.0.0.1:6443")
        #expect(plan.headerLines.contains("Host: 10.0.0.1:6443"))
    }

    @Test func plainConnection() throws {
        let plan = try TransferPlan(HTTPRequest(.get, "/version"), to: ClusterConnection(server: Self.server))
        #expect(plan.url == "https://10.0.0.1:6443/k8s/version")
        #expect(plan.connectTo == nil)
        #expect(plan.headerLines == ["Expect:", "Content-Type:"])
        #expect(plan.authorities == .system)
        #expect((plan.connectMilliseconds, plan.totalMilliseconds, plan.idleSeconds) == (10_000, 60_000, 0))
    }

    @Test(arguments: [
        (nil, 0), (Duration.zero, 1), (.microseconds(1), 1), (.milliseconds(1_500), 1_500),
        (.seconds(Int64.max / 2), Int(Int32.max)), (.seconds(-5), 1),
    ])
    func limits(duration: Duration?, milliseconds: Int) throws {
        let request = HTTPRequest(.get, "/", timeouts: HTTPTimeouts(total: duration, idle: duration))
        let plan = try TransferPlan(request, to: ClusterConnection(server: Self.server))
        #expect(plan.totalMilliseconds == milliseconds)
        #expect(plan.idleSeconds == (milliseconds + 999) / 1_000)
    }

    @Test(arguments: [
        HTTPRequest(.get, ""), HTTPRequest(.get, "x"), HTTPRequest(.get, "/a b"), HTTPRequest(.get, "/a\r\nX: y"),
        HTTPRequest(.get, "/\u{0}"), HTTPRequest(.get, "/é"),
        HTTPRequest(.get, "/", headers: ["A": "b\r\nC: d"]), HTTPRequest(.get, "/", headers: ["A:": "b"]),
        HTTPRequest(.get, "/", headers: ["": "b"]), HTTPRequest(.get, "/", headers: ["A": "b\u{0}"]),
        HTTPRequest(.get, "/", headers: ["A b": "c"]),
    ])
    func refusesWhatBreaksOut(request: HTTPRequest) {
        let connection = ClusterConnection(server: Self.server)
        let error = #expect(throws: TransportError.self) { try TransferPlan(request, to: connection) }
        #expect(error?.code == .invalidRequest)
    }

    @Test(arguments: [
        (302, "GET", "/b?x=1#f", "/b?x=1"), (301, "HEAD", "https://10.0.0.1:6443/k8s/b", "/b"),
        (307, "GET", "HTTPS://10.0.0.1:6443/k8s", nil), (302, "GET", "https://10.0.0.1/k8s/b", nil),
        (302, "GET", "http://10.0.0.1:6443/k8s/b", nil), (302, "GET", "//evil.example/k8s/b", nil),
        (302, "GET", "https://evil.example:6443/k8s/b", nil), (302, "GET", "https://10.0.0.1:6443@evil/k8s/b", nil),
        (302, "POST", "/k8s/b", nil), (200, "GET", "/k8s/b", nil), (302, "GET", nil, nil), (302, "GET", "b", nil),
        (302, "GET", "/elsewhere", nil),
    ])
    func redirects(status: Int, method: String, location: String?, path: String?) throws {
        let request = HTTPRequest(try #require(HTTPMethod(rawValue: method)), "/a", query: [HTTPQueryItem("q", "1")])
        let shown = location.map { $0 == "/b?x=1#f" ? "/k8s" + $0 : $0 }
        let next = Redirect.next(after: request, status: status, location: shown, at: Self.server)
        #expect(next?.target == path)
    }
}
