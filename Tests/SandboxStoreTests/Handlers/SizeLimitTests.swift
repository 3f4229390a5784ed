internal import DataTree
internal import Testing

@testable internal import SandboxStore

/// What is too large is refused where kube-apiserver refuses it, in its words.
@Suite struct SizeLimitTests {
    static func text(_ count: Int, _ letter: Character = "x") -> Tree {
        .string(String(repeating: letter, count: count))
    }

    static let mebibyte = 1 << 20

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind = "ConfigMap"
        var fields: [(String, Tree)]
        /// The field refused, nil when the object is taken.
        var refused: String?
    }

    static let cases = [
        Case(testDescription: "data that just fits", fields: [("data", ["a": text(mebibyte)])]),
        Case(testDescription: "data", fields: [("data", ["a": text(mebibyte - 1), "b": "yy"])], refused: "[]"),
        Case(
            testDescription: "data and binary data",
            fields: [("data", ["a": text(mebibyte / 2)]), ("binaryData", ["b": text(699_052, "A")])],
            refused: "[]"
        ),
        Case(
            testDescription: "binary data that just fits when decoded",
            fields: [("binaryData", ["b": .string(String(repeating: "A", count: 1_398_102) + "==")])]
        ),
        Case(
            testDescription: "text of a secret",
            kind: "Secret",
            fields: [("stringData", ["a": text(mebibyte + 1)])],
            refused: "data"
        ),
        Case(
            testDescription: "a secret that just fits",
            kind: "Secret",
            fields: [("stringData", ["a": text(mebibyte)])]
        ),
    ]

    @Test(arguments: cases) func data(_ expected: Case) async throws {
        let server = await TestServer()
        var object: Tree = ["apiVersion": "v1", "kind": .string(expected.kind), "metadata": ["name": "big"]]
        for (field, value) in expected.fields { object[field] = value }
        let answer = try await server.send(
            "POST",
            "/api/v1/namespaces/default/\(expected.kind.lowercased())s",
            object
        )
        guard let field = expected.refused else {
            #expect(answer.status == 201, "\(answer["message"] ?? "")")
            return
        }
        #expect(answer.status == 422)
        let issue = "Too long: may not be more than 1048576 bytes"
        #expect(answer["message"] == "\(expected.kind) \"big\" is invalid: \(field): \(issue)")
        #expect(answer["details.causes.0.reason"] == "FieldValueTooLong")
    }

    @Test(
        "A JSON patch of more than 10,000 operations is refused as kube-apiserver 1.36 does",
        arguments: [10_000, 10_001]
    )
    func patches(_ count: Int) async throws {
        let server = await TestServer()
        try await server.send("POST", "/api/v1/namespaces/default/configmaps", configMap("c", ["a": "b"]))
        let operation: Tree = ["op": "replace", "path": "/data/a", "value": "c"]
        let patch = Tree.array(Array(repeating: operation, count: count))
        let path = "/api/v1/namespaces/default/configmaps/c"
        let answer = try await server.send("PATCH", path, patch, type: MediaTypes.jsonPatch)
        guard count > 10_000 else {
            #expect(answer.status == 200)
            return
        }
        #expect(answer.status == 413)
        let words = "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001"
        #expect(answer["message"] == words)
        #expect(answer["reason"] == "RequestEntityTooLarge")
        #expect(answer["details"] == nil)
    }

    static let definition: Tree = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "heaps.example.org"],
        "spec": [
            "group": "example.org", "scope": "Cluster",
            "names": ["plural": "heaps", "singular": "heap", "kind": "Heap", "listKind": "HeapList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": ["spec": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
                        ]
                    ],
                ]
            ],
        ],
    ]

    static func heap(_ count: Int) -> Tree {
        ["apiVersion": "example.org/v1", "kind": "Heap", "metadata": ["name": "big"], "spec": ["x": text(count)]]
    }

    @Test func objects() async throws {
        let server = await TestServer()
        try await server.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Self.definition)
        let path = "/apis/example.org/v1/heaps"
        let huge = try await server.send("POST", path, Self.heap(3_200_000))
        #expect(huge.status == 413)
        #expect(huge["message"] == "Request entity too large: limit is 3145728")
        let large = try await server.send("POST", path, Self.heap(1_600_000))
        #expect(large.status == 500)
        #expect(large["message"] == "etcdserver: request is too large")
        #expect(large["reason"] == nil)
        #expect(try await server.send("POST", path, Self.heap(1_400_000)).status == 201)
        // Many small changes do not make an object larger than one.
        let more = try await server.send(
            "PATCH",
            path + "/big",
            ["spec": ["y": Self.text(300_000)]],
            type: MediaTypes.mergePatch
        )
        #expect(more.status == 500)
        #expect(more["message"] == "etcdserver: request is too large")
    }
}
