internal import DataTree
internal import Foundation
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import StructuralSchema
internal import Testing

/// Whose definitions of Istio's kinds are meant.
enum DefinitionSource: String, CaseIterable, CustomTestStringConvertible {
    /// Upstream's.
    case upstream
    /// Those of this project.
    case own

    var testDescription: String { rawValue }
}

/// The schemas of definitions, by kind, read once.
private struct IstioSchemas {
    var schemas: [GroupVersionKind: CustomResourceSchema] = [:]
    var failures: [String] = []

    /// The schemas of a source, nil where the data is missing that says what is expected of them.
    static func of(_ source: DefinitionSource) -> IstioSchemas? {
        source == .upstream ? upstream : conformanceData() == nil ? nil : own
    }

    private static let upstream: IstioSchemas? = {
        guard let folder = conformanceData() else { return nil }
        do {
            return IstioSchemas(try YAML.documents(fileBytes(folder + "/facts/crd-all.yaml")))
        } catch {
            return IstioSchemas(failures: ["\(error)"])
        }
    }()

    private static let own = IstioSchemas(IstioDefinitions.trees)

    private init(failures: [String]) { self.failures = failures }

    private init(_ definitions: [Tree]) {
        for definition in definitions { add(definition) }
    }

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

@Suite("Schemas of Istio's kinds") struct ConformanceTests {
    @Test("are all read, are structural, and their rules compile", arguments: DefinitionSource.allCases)
    func compile(_ source: DefinitionSource) throws {
        guard let found = IstioSchemas.of(source) else { return print("skipped: no conformance data") }
        #expect(found.failures.isEmpty, "\(found.failures.joined(separator: "\n"))")
        #expect(found.schemas.count > 20)
    }

    @Test("are written back as they were read", arguments: DefinitionSource.allCases)
    func roundTrip(_ source: DefinitionSource) throws {
        guard let found = IstioSchemas.of(source) else { return print("skipped: no conformance data") }
        for (kind, schema) in found.schemas {
            let again = try SchemaNode(parsing: schema.node.tree)
            #expect(again.tree == schema.node.tree, "\(kind)")
        }
    }

    @Test("accept what upstream accepts and refuse the rest with its words", arguments: DefinitionSource.allCases)
    func verdicts(_ source: DefinitionSource) throws {
        guard let found = IstioSchemas.of(source), let folder = conformanceData() else {
            return print("skipped: no conformance data")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/crd-validation").sorted()
        var cases = 0
        for file in files where file.hasSuffix(".yaml") {
            let documents = try YAML.documents(fileBytes("\(folder)/crd-validation/\(file)"))
            for document in documents where document.object != nil {
                cases += 1
                try check(document, found, file)
            }
        }
        #expect(cases > 50)
    }

    private func check(_ document: Tree, _ found: IstioSchemas, _ file: String) throws {
        var object = document
        let wanted = object["_err"]?.string
        object["_err"] = nil
        let name = "\(file) \(object.value(at: "metadata", "name")?.string ?? "")"
        let schema = try #require(found.schemas[KubeObject(object).kind], "\(name): unknown kind")
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
