internal import MeshBase
internal import Testing

@Suite struct ASCIISplitTests {
    @Test("finds the parts that splitting by characters finds")
    func parts() {
        for text in ["", "a", "a b", " a  b ", "ä ö\tü", "a b c d"] {
            #expect(text.split(ascii: " ") == text.split(separator: " "))
            #expect(
                text.split(ascii: " ", omittingEmptySubsequences: false)
                    == text.split(separator: " ", omittingEmptySubsequences: false)
            )
            for (count, omits) in [(0, true), (1, true), (2, true), (0, false), (1, false), (2, false)] {
                #expect(
                    text.split(ascii: " ", maxSplits: count, omittingEmptySubsequences: omits)
                        == text.split(separator: " ", maxSplits: count, omittingEmptySubsequences: omits)
                )
            }
        }
    }

    @Test("the parts of a part")
    func nested() {
        let parts = "a=b;c=d".split(ascii: ";").map { $0.split(ascii: "=") }
        #expect(parts == [["a", "b"], ["c", "d"]])
    }
}
