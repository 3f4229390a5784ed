internal import Testing

@testable internal import KubeClient

@Suite struct AddressTests {
    @Test(arguments: [
        ("https://a.b:6443", "https://a.b:6443"), ("https://a.b", "https://a.b:443"), ("http://a.b/", "http://a.b:80"),
        ("HTTPS://A:1/x/y//", "https://A:1/x/y"), ("a.b:6443", "https://a.b:6443"),
        ("https://[::1]:6443", "https://[::1]:6443"),
        ("https://[fe80::1]/p", "https://[fe80::1]:443/p"), ("https://10.0.0.1:8443/k8s/clusters/c-1", nil),
    ])
    func reads(text: String, canonical: String?) throws {
        let address = try #require(ServerAddress(text))
        #expect(address.description == canonical ?? text)
        #expect(ServerAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "https://", "ftp://a", "https://:443", "https://a:0", "https://a:65536", "https://a:x", "https://u@h",
        "https://a?b",
        "https://a/b?c", "https://a#b", "https://a/b c", "https://::1", "https://[::1", "https://[a]", "https://[::1]x",
        "https://a:443\r\nX: y", "https://a:443:443",
    ])
    func refuses(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    private static let noProxy =
        "localhost, .svc,example.com,*.test.io,10.0.0.0/8,[fd00::]/8,fd01::/16,1.2.3.4,corp:8443,h2:1"

    @Test(arguments: [
        ("https://api.other.org", "http://proxy:3128"), ("https://localhost:6443", nil),
        ("https://127.0.0.1:6443", nil),
        ("https://[::1]:6443", nil), ("https://kubernetes.default.svc", nil), ("https://svc", "http://proxy:3128"),
        ("https://example.com", nil), ("https://a.example.com", nil), ("https://badexample.com", "http://proxy:3128"),
        ("https://a.test.io", nil), ("https://test.io", "http://proxy:3128"), ("https://10.9.8.7", nil),
        ("https://11.9.8.7", "http://proxy:3128"), ("https://[fd01::5]", nil),
        ("https://[fd02::5]", "http://proxy:3128"),
        ("https://1.2.3.4:6443", nil), ("https://corp:8443", nil), ("https://corp:443", "http://proxy:3128"),
        ("https://EXAMPLE.com", nil), ("http://api.other.org", "socks5://plain:1080"),
    ])
    func proxies(server: String, proxy: String?) throws {
        let environment = ProxyEnvironment([
            "HTTPS_PROXY": "proxy:3128", "http_proxy": "socks5://plain:1080", "no_proxy": Self.noProxy,
        ])
        #expect(environment.proxy(for: try #require(ServerAddress(server))) == proxy)
    }

    @Test func otherProxySettings() throws {
        let server = try #require(ServerAddress("https://a.b"))
        #expect(ProxyEnvironment([:]).proxy(for: server) == nil)
        #expect(ProxyEnvironment(["HTTPS_PROXY": ""]).proxy(for: server) == nil)
        #expect(ProxyEnvironment(["ALL_PROXY": "socks5://p:1"]).proxy(for: server) == "socks5://p:1")
        #expect(ProxyEnvironment(["HTTPS_PROXY": "p", "NO_PROXY": "*"]).proxy(for: server) == nil)
    }
}
