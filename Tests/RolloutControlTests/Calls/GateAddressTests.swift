internal import KubeClient
internal import MeshTestKit
internal import Testing

@testable internal import RolloutControl

@Suite struct GateAddressTests {
    @Test(arguments: [
        ("http://prometheus:9090", "http://prometheus:9090", "/"),
        ("https://Gate.example.com/check?a=b&c=%20", "https://Gate.example.com:443", "/check?a=b&c=%20"),
        ("http://10.0.0.1?x", "http://10.0.0.1:80", "/?x"), ("http://[fd00::1]:81/", "http://[fd00::1]:81", "/"),
        ("http://web.shop.svc.cluster.local./a", "http://web.shop.svc.cluster.local.:80", "/a"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080", "/a"),
    ])
    func mayBeAsked(_ row: (text: String, server: String, target: String)) throws {
        let address = try GateAddress(row.text)
        #expect("\(address.server)" == row.server)
        #expect(address.target == row.target)
    }

    @Test(arguments: [
        "", "ftp://a", "file:///etc/passwd", "gopher://a", "http://", "http:///a", "http://a b", "http://a/\u{0}",
        "http://user:secret@host/", "http://host/#part", "http://host:0/", "http://host:99999/", "http://hóst/",
        "http://169.254.169.254/latest/meta-data", "http://169.254.0.1", "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/", "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://192.0.0.192/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
        "http://169.254.43518/", "http://0.0.0.0/", "http://[::]/", "http://224.0.0.1/",
        "http://metadata.google.internal/", "http://METADATA.google.internal./", "http://metadata/",
        "http://instance-data/", "http://a.1/", "http://{{host}}/",
    ])
    func mayNot(_ text: String) {
        #expect { try GateAddress(text) } throws: { error in
            (error as? AnalysisError)?.code == .addressRefused && !"\(error)".contains("secret@")
        }
    }

    /// Whatever the text, reading it ends, and what is taken has a host and a path.
    @Test(.tags(.property), arguments: propertySeeds(200))
    func anyText(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "http://", "https://", "[", "]", ":", "/", "?", "#", "@", "a", "1", ".", "%", "{{", "169.254.1.1", "é",
        ]
        let text = "http://" + (0..<random.int(below: 8)).map { _ in random.pick(pieces) }.joined()
        guard let address = try? GateAddress(text) else { return }
        #expect(!address.server.host.isEmpty && address.target.hasPrefix("/"), "seed \(seed)")
        #expect(!address.server.host.contains("169.254"), "seed \(seed)")
    }
}
