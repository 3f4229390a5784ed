internal import KubeRuntime
internal import Testing

@Suite struct ResourceVersionTests {
    @Test(
        "only decimal integers compare, of any length",
        arguments: [
            ("9", "10", true), ("10", "9", false), ("7", "7", false), ("0", "1", true),
            ("18446744073709551616", "18446744073709551617", true),
            ("99999999999999999999", "100000000000000000000", true),
            ("abc", "abd", false), ("1", "x", false), ("01", "2", false), ("", "1", false), ("-1", "1", false),
            ("1.5", "2", false),
        ]
    )
    func order(left: String, right: String, isOlder: Bool) {
        #expect(ResourceVersion(left).isOlder(than: ResourceVersion(right)) == isOlder)
        if isOlder { #expect(!ResourceVersion(right).isOlder(than: ResourceVersion(left))) }
    }
}
