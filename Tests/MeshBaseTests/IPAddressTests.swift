internal import MeshBase
internal import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("10.0.0.1", false), ("::1", true), ("::2", false),
        ("::ffff:127.0.0.1", true),
    ])
    func loopback(text: String, isLoopback: Bool) {
        #expect(IPAddress(text)?.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.0004",
        "1.2.3.04", "a", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9",
        "::g",
        "1:2:3:4:5:6:7", "+1.2.3.4", "1.2.3.4:80", "::1%eth0", "1.2.3.-4", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4",
    ])
    func noAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func sameAddressHoweverWritten() {
        #expect(IPAddress("2001:db8::1") == IPAddress("2001:0DB8:0:0:0:0:0:1"))
        #expect(IPAddress("::ffff:1.2.3.4") == IPAddress("1.2.3.4"))
        #expect(IPAddress("1:2:3:4:5:6:7:8") != nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
        ("fd01::/16", "fd01::5", true), ("fd01::/16", "10.1.2.3", false), ("0.0.0.0/0", "255.255.255.255", true),
        ("10.0.0.128/25", "10.0.0.127", false), ("64:ff9b::192.0.2.0/120", "64:ff9b::c000:221", true),
    ])
    func networks(text: String, address: String, isInside: Bool) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0", "::/129", "::ffff:10.0.0.0/95",
        "a/1", "/8",
    ])
    func noNetwork(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(arguments: [
        ("2001:DB8:0:0::1", "2001:db8::1"), ("::ffff:1.2.3.4", "1.2.3.4"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("0:0:0:0:0:0:0:0", "::"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("::1.2.3.4", "::102:304"),
    ])
    func canonicalText(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }
}
