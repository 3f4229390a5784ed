internal import DataTree
internal import Foundation
internal import KubeAPI
internal import MeshTestKit
internal import StructuralSchema
internal import Testing

/// The schemas of upstream's CRDs, by kind, read once.
private struct UpstreamSchemas {
    var schemas: [GroupVersionKind: CustomResourceSchema] = [:]
    var failures: [String] = []

    static let shared: UpstreamSchemas? = {
        guard let folder = conformanceData() else { return nil }
        do {
            var result = UpstreamSchemas()
            for crd in try YAML.documents(fileBytes(folder + "/facts/crd-all.yaml")) { result.add(crd) }
            return result
        } catch {
            return UpstreamSchemas(failures: ["\(error)"])
        }
    }()

    private mutating func add(_ crd: Tree) {
        guard crd["kind"]?.string == "CustomResourceDefinition" else { return }
        for version in crd.value(at: "spec", "versions")?.array ?? [] {
            let kind = GroupVersionKind(
                group: crd.value(at: "spec", "group")?.string ?? "",
                version: version["name"]?.string ?? "",
                kind: crd.value(at: "spec", "names", "kind")?.string ?? ""
            )
            guard let tree = version.value(at: "schema", "openAPIV3Schema") else { continue }
            do {
                schemas[kind] = try CustomResourceSchema(parsing: tree)
            } catch {
                failures.append("\(kind): \(error)")
            }
        }
    }
}

@Suite("Upstream's schemas") struct ConformanceTests {
    @Test("are all read, are structural, and their rules compile")
    func compile() throws {
        guard let upstream = UpstreamSchemas.shared else { return print("skipped: no conformance data") }
        #expect(upstream.failures.isEmpty, "\(upstream.failures.joined(separator: "\n"))")
        #expect(upstream.schemas.count > 20)
    }

    @Test("are written back as they were read")
    func roundTrip() throws {
        guard let upstream = UpstreamSchemas.shared else { return print("skipped: no conformance data") }
        for (kind, schema) in upstream.schemas {
            let again = try SchemaNode(parsing: schema.node.tree)
            #expect(again.tree == schema.node.tree, "\(kind)")
        }
    }

    @Test("accept what upstream accepts and refuse the rest with its words")
    func verdicts() throws {
        guard let upstream = UpstreamSchemas.shared, let folder = conformanceData() else {
            return print("skipped: no conformance data")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/crd-validation").sorted()
        var cases = 0
        for file in files where file.hasSuffix(".yaml") {
            let documents = try YAML.documents(fileBytes("\(folder)/crd-validation/\(file)"))
            for document in documents where document.object != nil {
                cases += 1
                try check(document, upstream, file)
            }
        }
        #expect(cases > 50)
    }

    private func check(_ document: Tree, _ upstream: UpstreamSchemas, _ file: String) throws {
        var object = document
        let wanted = object["_err"]?.string
        object["_err"] = nil
        let name = "\(file) \(object.value(at: "metadata", "name")?.string ?? "")"
        let schema = try #require(upstream.schemas[KubeObject(object).kind], "\(name): unknown kind")
        schema.node.prune(&object)
        schema.applyDefaults(&object)
        let issues = schema.validate(object, wording: .typeName).map(\.description).joined(separator: "\n")
        if let wanted {
            #expect(issues.contains(wanted), "\(name): wanted \(wanted), got \(issues)")
        } else {
            #expect(issues.isEmpty, "\(name)")
        }
    }
}
