internal import HTTPServing
internal import Testing

@Suite struct ListenAddressTests {
    @Test(
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), (":6443", "0.0.0.0", 6443),
            ("[::1]:65535", "::1", 65_535),
        ]
    )
    func reads(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(
        arguments: [
            ("", "it has no port"), ("localhost", "it has no port"), ("a:", "its port is no number from 0 to 65535"),
            ("a:65536", "its port is no number from 0 to 65535"), ("a:-1", "its port is no number from 0 to 65535"),
            ("a:+1", "its port is no number from 0 to 65535"), ("a:x", "its port is no number from 0 to 65535"),
            ("::1:80", "an IPv6 address stands in brackets"),
            ("a b:1", "its host is neither a name nor an IP address"),
            ("https//a:1", "its host is neither a name nor an IP address"),
        ]
    )
    func refuses(_ text: String, _ why: String) {
        let refusal = #expect(throws: HTTPServingError.self) { try ListenAddress(parsing: text) }
        #expect(refusal?.code == .invalidAddress)
        #expect(refusal?.message.hasPrefix("\"\(text)\" is no address to listen on, since \(why);") == true)
    }
}
