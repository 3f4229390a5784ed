internal import DataTree
internal import Foundation
internal import MeshTestKit
internal import Testing

@testable internal import MeshAPI

/// What a definition says, as facts by name; sentences are none.
private struct DefinitionFacts {
    var facts: [String: String] = [:]

    init(_ definition: Tree) {
        let name = definition.value(at: "metadata", "name")?.string ?? ""
        facts["\(name) group"] = definition.value(at: "spec", "group")?.string
        facts["\(name) scope"] = definition.value(at: "spec", "scope")?.string
        for entry in definition.value(at: "spec", "names")?.object?.entries ?? [] {
            facts["\(name) names.\(entry.key)"] = entry.value.jsonText(.canonical)
        }
        for version in definition.value(at: "spec", "versions")?.array ?? [] {
            let place = "\(name) \(version["name"]?.string ?? "")"
            for key in ["served", "storage", "deprecated", "deprecationWarning", "subresources"] {
                facts["\(place) \(key)"] = version[key]?.jsonText(.canonical)
            }
            for (index, column) in (version["additionalPrinterColumns"]?.array ?? []).enumerated() {
                var told = column
                told["description"] = nil
                facts["\(place) column \(index)"] = told.jsonText(.canonical)
            }
            add(version.value(at: "schema", "openAPIV3Schema") ?? .null, at: "\(place) $")
        }
    }

    private mutating func add(_ schema: Tree, at place: String) {
        for entry in schema.object?.entries ?? [] {
            switch entry.key {
            case "description": continue
            case "properties":
                for field in entry.value.object?.entries ?? [] { add(field.value, at: "\(place).\(field.key)") }
            case "items": add(entry.value, at: "\(place)[]")
            case "additionalProperties" where entry.value.object != nil: add(entry.value, at: "\(place){}")
            case "required":
                let names = (entry.value.array ?? []).compactMap(\.string).sorted()
                facts["\(place) required"] = names.joined(separator: " ")
            case "x-kubernetes-validations":
                for rule in entry.value.array ?? [] {
                    let words = (rule["rule"]?.string ?? "").split { $0 == " " || $0 == "\n" }
                    var rest = rule
                    rest["rule"] = nil
                    facts["\(place) rule \(words.joined(separator: " "))"] = rest.jsonText(.canonical)
                }
            default: facts["\(place) \(entry.key)"] = entry.value.jsonText(.canonical)
            }
        }
    }
}

@Suite("Istio's kinds") struct IstioParityTests {
    @Test("agree with upstream's definitions in everything but sentences, both ways")
    func agree() throws {
        guard let folder = conformanceData() else { return print("skipped: no conformance data") }
        let upstream = try YAML.documents(fileBytes(folder + "/facts/crd-all.yaml")).filter { $0.object != nil }
        let theirs = facts(upstream)
        let ours = facts(IstioDefinitions.trees)
        #expect(theirs.count > 6_000)
        let names = Set(theirs.keys).union(ours.keys).sorted()
        let differences = names.filter { theirs[$0] != ours[$0] }.map { name in
            "\(name): upstream \(theirs[name] ?? "nothing"), here \(ours[name] ?? "nothing")"
        }
        let list = differences.prefix(200).joined(separator: "\n")
        #expect(differences.isEmpty, "\(differences.count) differences:\n\(list)")
    }

    private func facts(_ definitions: [Tree]) -> [String: String] {
        definitions.reduce(into: [:]) { all, definition in
            all.merge(DefinitionFacts(definition).facts) { first, _ in first }
        }
    }

    @Test("are fifteen, ordered by name, and small enough for kubectl apply to note what it applied")
    func size() throws {
        let names = IstioDefinitions.trees.compactMap { $0.value(at: "metadata", "name")?.string }
        #expect(names.count == 15)
        #expect(names == names.sorted())
        for definition in IstioDefinitions.trees {
            // The limit of all annotations together (apimachinery, `TotalAnnotationSizeLimitB`).
            #expect(definition.json(.compact).count < 200_000)
        }
    }

    @Test("explain themselves: kinds, their fields and what is said of them")
    func sentences() throws {
        let schema = try #require(
            IstioDefinitions.trees.first { $0.value(at: "spec", "names", "kind")?.string == "VirtualService" }?
                .value(at: "spec", "versions")?.array?.first?.value(at: "schema", "openAPIV3Schema")
        )
        #expect(schema["description"]?.string == "How requests for hosts are routed.")
        let route = schema.value(at: "properties", "spec", "properties", "http")
        #expect(route?["description"]?.string == "Routes of HTTP requests; the first that matches is taken.")
        for definition in IstioDefinitions.trees {
            let version = definition.value(at: "spec", "versions")?.array?.first
            #expect(version?.value(at: "schema", "openAPIV3Schema", "description")?.string?.isEmpty == false)
        }
    }

    @Test("are in CRDs/istio as the tables say")
    func files() throws {
        let folder = "\(packageRoot)/CRDs/istio"
        for definition in IstioDefinitions.trees {
            let group = try #require(definition.value(at: "spec", "group")?.string)
            let plural = try #require(definition.value(at: "spec", "names", "plural")?.string)
            let text = try fileText("\(folder)/\(group)_\(plural).yaml")
            #expect(try YAML.documents(text) == [definition], "\(plural): run hack/generate")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == IstioDefinitions.trees.count)
    }

    @Test("make what a table says")
    func table() {
        var table = IstioKindTable([
            """
            Thing: One thing.
              name!=s:1..63 parts=[..4;name]Part tags={1..}Tag share=n:0..100?
              # name: Its name.
              | share parts
              ? name is needed
                size(self.name)
                > 0
            Part:
              name=s level=Level
            Tag = s:..9
              ~ ^a b$
            Level = w LOW
                HIGH
            """
        ])
        let level: Tree = ["type": "string", "enum": ["LOW", "HIGH"]]
        let wanted: Tree = [
            "description": "One thing.", "type": "object", "required": ["name"],
            "properties": [
                "name": ["type": "string", "minLength": 1, "maxLength": 63, "description": "Its name."],
                "parts": [
                    "type": "array", "maxItems": 4, "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": ["type": "object", "properties": ["name": ["type": "string"], "level": level]],
                ],
                "tags": [
                    "type": "object", "minProperties": 1,
                    "additionalProperties": ["type": "string", "maxLength": 9, "pattern": "^a b$"],
                ],
                "share": ["type": "number", "format": "double", "minimum": 0, "maximum": 100, "nullable": true],
            ],
            "oneOf": [
                ["not": ["anyOf": [["required": ["share"]], ["required": ["parts"]]]]],
                ["required": ["share"]], ["required": ["parts"]],
            ],
            "x-kubernetes-validations": [["rule": "size(self.name) > 0", "message": "name is needed"]],
        ]
        #expect(table.schema("Thing") == wanted)
    }
}
