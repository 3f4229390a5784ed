internal import DataTree
internal import Foundation
internal import MeshTestKit
internal import Testing

/// The manifests of the public test data, thousands of lines written by many hands.
struct ConformanceFilesTests {
    static let files: [String] = {
        guard let root = conformanceData(), let found = FileManager.default.enumerator(atPath: root) else { return [] }
        return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".yaml") }.sorted().map { root + "/" + $0 }
    }()

    /// Whether the data must be there: where `CI` is set, and whenever it was found.
    static let isExpected = environmentValue("CI") != nil

    @Test func thereAreFiles() {
        #expect(!Self.files.isEmpty || !Self.isExpected, "no conformance data; set CONFORMANCE_DATA")
    }

    @Test(arguments: files)
    func readsBack(file: String) throws {
        let documents = try YAML.documents(fileBytes(file))
        #expect(try YAML.documents(YAML.text(documents)) == documents)
        for document in documents {
            #expect(try Tree(json: document.json(.pretty)) == document)
            #expect(try YAML.documents(document.json(.pretty)) == [document])
        }
    }
}
