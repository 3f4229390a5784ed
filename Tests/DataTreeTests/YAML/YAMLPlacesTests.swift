internal import DataTree
internal import MeshTestKit
internal import Testing

@Suite("Places in YAML")
struct YAMLPlacesTests {
    private func place(_ text: String, _ path: TreePath, document: Int = 0) throws -> String? {
        let all = try YAML.places(text)
        return all.indices.contains(document) ? all[document].nearest(to: path)?.description : nil
    }

    @Test("Keys and elements are where they begin")
    func places() throws {
        let text = "a:\n  - x: 1\n    y: 2\n  - [p, q]\n\"b c\": 3\n"
        #expect(try place(text, TreePath(keys: "a")) == "line 1, column 1")
        #expect(try place(text, TreePath(keys: "a").appending(index: 0).appending("y")) == "line 3, column 5")
        #expect(try place(text, TreePath(keys: "a").appending(index: 1).appending(index: 1)) == "line 4, column 9")
        #expect(try place(text, TreePath(keys: "b c")) == "line 5, column 1")
    }

    @Test("What is not there is nearest to what is around it")
    func nearest() throws {
        let text = "# top\na:\n  b: 1\n"
        #expect(try place(text, TreePath(keys: "a", "z", "y")) == "line 2, column 1")
        #expect(try place(text, TreePath(keys: "none")) == "line 2, column 1")
    }

    @Test("Documents that are empty are left out, as in reading")
    func documents() throws {
        let text = "---\n# nothing\n---\na: 1\n---\n---\nb: 1\n"
        #expect(try YAML.places(text).count == YAML.documents(text).count)
        #expect(try place(text, TreePath(keys: "b"), document: 1) == "line 7, column 1")
    }

    @Test("A text that is no YAML throws, and depth is limited")
    func faults() {
        #expect(throws: ParseError.self) { try YAML.places("a: [1") }
        let deep = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
        #expect(throws: ParseError.self) { try YAML.places(deep) }
    }
}
