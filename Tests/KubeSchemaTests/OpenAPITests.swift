internal import DataTree
internal import KubeAPI
internal import KubeSchema
internal import StructuralSchema
internal import Testing

@Suite("OpenAPI documents") struct OpenAPITests {
    private static func documents() throws -> OpenAPIDocuments {
        let schema = try SchemaNode(parsing: [
            "type": "object", "description": "A widget.",
            "properties": [
                "spec": [
                    "type": "object", "required": ["size"],
                    "properties": [
                        "size": ["type": "integer", "default": 1, "minimum": 0],
                        "port": ["x-kubernetes-int-or-string": true],
                        "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                        "note": ["type": "string", "nullable": true],
                    ],
                ]
            ],
        ])
        let kind = GroupVersionKind(group: "demo.example.com", version: "v1alpha1", kind: "Widget")
        let resource = APIResource(kind: kind, plural: "widgets", isNamespaced: true)
        let widget = PublishedKind(custom: resource, schema: schema, hasStatus: true, hasScale: true)
        return OpenAPIDocuments(custom: [widget], version: "v1.32.0")
    }

    /// All values of `$ref` below a tree.
    private static func references(_ tree: Tree) -> [String] {
        switch tree {
        case .object(let object):
            object.entries.flatMap { entry -> [String] in
                if entry.key == "$ref", let name = entry.value.string { return [name] }
                return references(entry.value)
            }
        case .array(let elements): elements.flatMap { references($0) }
        default: []
        }
    }

    @Test("refer only to what they define")
    func closed() throws {
        let documents = try Self.documents()
        let swagger = documents.swagger()
        let names = Set(swagger["definitions"]?.object?.keys ?? [])
        #expect(names.count > 400)
        for reference in Self.references(swagger) {
            #expect(names.contains(String(reference.dropFirst("#/definitions/".count))), "\(reference)")
        }
        let groups = documents.index()["paths"]?.object?.keys ?? []
        #expect(groups.contains("apis/demo.example.com/v1alpha1") && groups.contains("api/v1"))
        for group in groups {
            let document = documents.groupDocument(group)
            let schemas = Set(document.value(at: "components", "schemas")?.object?.keys ?? [])
            for reference in Self.references(document) {
                #expect(
                    schemas.contains(String(reference.dropFirst("#/components/schemas/".count))),
                    "\(group) \(reference)"
                )
            }
        }
    }

    @Test("tell old clients how to validate and to merge")
    func swagger() throws {
        let definitions = try #require(Self.documents().swagger()["definitions"])
        let pod = try #require(definitions["io.k8s.api.core.v1.PodSpec"]?["properties"])
        #expect(
            pod["containers"] == [
                "description": "The containers of the pod; at least one.", "type": "array",
                "items": ["$ref": "#/definitions/io.k8s.api.core.v1.Container"], "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"], "x-kubernetes-patch-merge-key": "name",
                "x-kubernetes-patch-strategy": "merge",
            ]
        )
        #expect(pod["volumes"]?["x-kubernetes-patch-strategy"] == "merge,retainKeys")
        let deployment = try #require(definitions["io.k8s.api.apps.v1.Deployment"])
        #expect(
            deployment["x-kubernetes-group-version-kind"] == [["group": "apps", "kind": "Deployment", "version": "v1"]]
        )
        let strategy = definitions["io.k8s.api.apps.v1.DeploymentSpec"]?["properties"]?["strategy"]
        #expect(strategy?["x-kubernetes-patch-strategy"] == "retainKeys")
        let widget = try #require(definitions["com.example.demo.v1alpha1.Widget"]?["properties"])
        #expect(widget["spec"]?["properties"]?["port"] == ["x-kubernetes-int-or-string": true])
        #expect(widget["spec"]?["properties"]?["note"] == [:])
        #expect(widget["spec"]?["properties"]?["size"]?["default"] == nil)
        #expect(widget["metadata"]?["$ref"] == "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
    }

    @Test("describe what every custom object has, whatever its definition says")
    func standardFields() throws {
        let document = try Self.documents().groupDocument("apis/demo.example.com/v1alpha1")
        let widget = document.value(at: "components", "schemas")?["com.example.demo.v1alpha1.Widget"]?["properties"]
        for name in ["apiVersion", "kind", "metadata"] {
            #expect(widget?[name]?["description"]?.string?.isEmpty == false, "\(name)")
        }
    }

    @Test("name no fields of a kind that keeps any to clients that would refuse the others")
    func open() throws {
        let schema = try SchemaNode(parsing: [
            "type": "object", "x-kubernetes-preserve-unknown-fields": true,
            "properties": ["status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
        ])
        let kind = GroupVersionKind(group: "demo.example.com", version: "v1", kind: "Free")
        let resource = APIResource(kind: kind, plural: "frees", isNamespaced: true)
        let free = PublishedKind(custom: resource, schema: schema, hasStatus: false, hasScale: false)
        let documents = OpenAPIDocuments(custom: [free], version: "v1.32.0")
        let old = try #require(documents.swagger().value(at: "definitions", "com.example.demo.v1.Free"))
        #expect(old["type"] == "object" && old["properties"] == nil)
        #expect(old["x-kubernetes-group-version-kind"]?.array?.count == 1)
        let new = documents.groupDocument("apis/demo.example.com/v1")
        #expect(new.value(at: "components", "schemas", "com.example.demo.v1.Free", "properties", "metadata") != nil)
    }

    @Test("tell new clients what a server can do", arguments: ["fieldValidation", "dryRun", "force"])
    func operations(parameter: String) throws {
        let documents = try Self.documents()
        for (group, path, kind) in [
            ("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "Deployment"),
            (
                "apis/demo.example.com/v1alpha1",
                "/apis/demo.example.com/v1alpha1/namespaces/{namespace}/widgets/{name}", "Widget"
            ),
        ] {
            let patch = try #require(documents.groupDocument(group)["paths"]?[path]?["patch"])
            #expect(patch["x-kubernetes-group-version-kind"]?["kind"]?.string == kind)
            let names = patch["parameters"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names.contains(parameter))
        }
        let widget = documents.groupDocument("apis/demo.example.com/v1alpha1")
        let schema = widget.value(at: "components", "schemas")?["com.example.demo.v1alpha1.Widget"]
        #expect(schema?.value(at: "properties", "spec", "properties", "size", "default") == 1)
        #expect(widget["paths"]?.object?.keys.count == 5)
    }

    /// kubectl sends the kind of patch that is offered, and only compiled types take strategic ones.
    @Test("offer the kinds of patch that are taken")
    func patches() throws {
        let documents = try Self.documents()
        for (group, path, isNative) in [
            ("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", true),
            ("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status", true),
            (
                "apis/demo.example.com/v1alpha1",
                "/apis/demo.example.com/v1alpha1/namespaces/{namespace}/widgets/{name}", false
            ),
            (
                "apis/demo.example.com/v1alpha1",
                "/apis/demo.example.com/v1alpha1/namespaces/{namespace}/widgets/{name}/status", false
            ),
        ] {
            let patch = try #require(documents.groupDocument(group)["paths"]?[path]?["patch"])
            let taken = Set(patch.value(at: "requestBody", "content")?.object?.keys ?? [])
            let always = [
                "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml",
            ]
            let more = isNative ? ["application/strategic-merge-patch+json"] : []
            #expect(taken == Set(always + more), "\(path)")
            let old = documents.swagger()["paths"]?[path]?["patch"]?["consumes"]?.array?.compactMap(\.string) ?? []
            #expect(Set(old) == taken, "\(path)")
        }
    }

    @Test("are served by path and form, with a hash that follows the content")
    func serving() throws {
        let documents = try Self.documents()
        let json = try #require(documents.document(path: "/openapi/v2"))
        #expect(json.contentType == "application/json")
        let accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
        let protobuf = try #require(documents.document(path: "/openapi/v2", accept: accept))
        #expect(protobuf.contentType == OpenAPIDocuments.protobufV2)
        #expect(protobuf.hash != json.hash)
        #expect(documents.document(path: "/openapi/v3/apis/apps/v1") != nil)
        #expect(documents.document(path: "/openapi/v3/apis/nope/v1") == nil)
        #expect(documents.document(path: "/openapi/v4") == nil)
        let plain = OpenAPIDocuments(version: "v1.32.0").index()
        #expect(plain["paths"]?["apis/apps/v1"] == documents.index()["paths"]?["apis/apps/v1"])
    }

    @Test("say the same in protobuf as in JSON")
    func protobuf() throws {
        let documents = try Self.documents()
        let accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
        let bytes = try #require(documents.document(path: "/openapi/v2", accept: accept)).bytes
        let document = try ProtobufFields(bytes)
        let swagger = documents.swagger()
        #expect(document.texts(1) == ["2.0"])
        let definitions = try ProtobufFields(document.first(9)).all(1).map { try ProtobufFields($0) }
        #expect(definitions.map { $0.texts(1).first } == swagger["definitions"]?.object?.keys)
        let paths = try ProtobufFields(document.first(8)).all(2).map { try ProtobufFields($0) }
        #expect(paths.map { $0.texts(1).first } == swagger["paths"]?.object?.keys)
        let spec = try #require(definitions.first { $0.texts(1) == ["io.k8s.api.apps.v1.DeploymentSpec"] })
        let schema = try ProtobufFields(spec.first(2))
        #expect(schema.texts(19) == ["selector", "template"])
        #expect(try ProtobufFields(schema.first(22)).texts(1) == ["object"])
        let properties = try ProtobufFields(schema.first(25)).all(1).map { try ProtobufFields($0) }
        let strategy = try #require(properties.first { $0.texts(1) == ["strategy"] })
        let reference = try ProtobufFields(strategy.first(2))
        #expect(reference.texts(1) == ["#/definitions/io.k8s.api.apps.v1.DeploymentStrategy"])
        let vendor = try ProtobufFields(reference.first(31))
        #expect(vendor.texts(1) == ["x-kubernetes-patch-strategy"])
        #expect(try ProtobufFields(vendor.first(2)).texts(2) == ["\"retainKeys\"\n"])
    }
}

/// The length-delimited fields of a protobuf message; others are skipped.
private struct ProtobufFields {
    struct Malformed: Error {}

    private var fields: [(number: UInt64, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        func varint() throws -> UInt64 {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { throw Malformed() }
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            throw Malformed()
        }
        while !rest.isEmpty {
            let key = try varint()
            switch key & 7 {
            case 0: _ = try varint()
            case 1: rest = rest.dropFirst(8)
            case 2:
                let count = Int(try varint())
                guard count <= rest.count else { throw Malformed() }
                fields.append((key >> 3, Array(rest.prefix(count))))
                rest = rest.dropFirst(count)
            default: throw Malformed()
            }
        }
    }

    func all(_ number: UInt64) -> [[UInt8]] { fields.filter { $0.number == number }.map(\.bytes) }
    func first(_ number: UInt64) throws -> [UInt8] { try #require(all(number).first, "no field \(number)") }
    func texts(_ number: UInt64) -> [String] { all(number).map { String(decoding: $0, as: UTF8.self) } }
}
