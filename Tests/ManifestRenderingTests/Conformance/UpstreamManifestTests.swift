internal import DataTree
internal import MeshTestKit
internal import Testing

@Suite("Upstream manifests")
struct UpstreamManifestTests {
    @Test("Converted IstioOperators render what upstream renders", arguments: UpstreamCase.all)
    func matches(_ upstream: UpstreamCase) throws {
        let expected = try upstream.expected().sorted { key($0) < key($1) }
        let rendered = try upstream.rendered().sorted { key($0) < key($1) }
        #expect(rendered.map(key) == expected.map(key))
        for (ours, theirs) in zip(rendered, expected) where ours != theirs {
            Issue.record("\(key(ours)):\n\(difference(theirs, ours))")
        }
    }

    @Test("The conformance data is there, or its absence is said aloud")
    func dataIsPresent() {
        guard conformanceData() != nil else {
            print("SKIPPED: no conformance data; set CONFORMANCE_DATA to its folder")
            return
        }
        #expect(UpstreamCase.all.count >= 12)
    }

    private func difference(_ theirs: Tree, _ ours: Tree) -> String {
        let (old, new) = (Self.lines(theirs, ""), Self.lines(ours, ""))
        return new.difference(from: old).prefix(30).map { change in
            switch change {
            case .remove(_, let line, _): "- \(line)"
            case .insert(_, let line, _): "+ \(line)"
            }
        }.joined(separator: "\n")
    }

    /// One line per scalar, with its path.
    private static func lines(_ tree: Tree, _ path: String) -> [String] {
        switch tree {
        case .object(let object) where !object.isEmpty:
            object.sorted().entries.flatMap { lines($0.value, "\(path).\($0.key)") }
        case .array(let items) where !items.isEmpty:
            items.enumerated().flatMap { lines($0.element, "\(path)[\($0.offset)]") }
        default: ["\(path) = \(tree.jsonText(.compact))"]
        }
    }

    private func key(_ object: Tree) -> String {
        "\(object["kind"]?.string ?? "") \(object.value(at: "metadata", "name")?.string ?? "")"
    }
}
