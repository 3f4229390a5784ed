internal import DataTree
internal import MeshBase
internal import Testing

@testable internal import SandboxStore

@Suite struct PartsTests {
    static let ages: [(seconds: Int64, text: String)] = [
        (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (10_799, "179m"), (10_800, "3h"),
        (12_000, "3h20m"), (86_400, "24h"), (172_800, "2d"), (180_000, "2d2h"), (864_000, "10d"),
        (63_072_000, "2y"), (-5, "<invalid>"),
    ]

    @Test(arguments: ages) func agesAreWrittenAsKubectlDoes(_ row: (seconds: Int64, text: String)) {
        #expect(Clockwork.text(row.seconds) == row.text)
    }

    static let paths: [(path: String, values: [Tree])] = [
        (".spec.replicas", [3]), ("{.spec.replicas}", [3]),
        (".status.conditions[?(@.type==\"Ready\")].status", ["True"]),
        (".status.conditions[*].type", ["Ready", "Old"]), (".status.conditions[1].type", ["Old"]),
        (".metadata.labels['a.b/c']", ["x"]), (".metadata.labels.a\\.b/c", ["x"]), (".nope.nothing", []),
    ]

    @Test(arguments: paths) func printerColumnsFindTheirValues(_ row: (path: String, values: [Tree])) throws {
        let object: Tree = [
            "metadata": ["labels": ["a.b/c": "x"]], "spec": ["replicas": 3],
            "status": ["conditions": [["type": "Ready", "status": "True"], ["type": "Old", "status": "False"]]],
        ]
        let path = try #require(JSONPath(row.path))
        #expect(path.values(in: object) == row.values)
    }

    static let digests: [(text: String, start: [UInt8])] = [
        ("", [0xe3, 0xb0, 0xc4, 0x42]), ("abc", [0xba, 0x78, 0x16, 0xbf]),
        (String(repeating: "a", count: 200), [0xc2, 0xa9, 0x08, 0xd9]),
    ]

    @Test(arguments: digests) func digestsAreThoseOfTheStandard(_ row: (text: String, start: [UInt8])) {
        #expect(Array(Digest.sha256(Array(row.text.utf8)).prefix(4)) == row.start)
    }

    @Test func versionsAreOrderedByMaturity() {
        let ordered = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"]
        #expect(ordered.shuffled().sorted { VersionPriority($0) > VersionPriority($1) } == ordered)
    }

    @Test func continueTokensSurviveTheirText() {
        for token in [ListToken(revision: 42, after: "a/b"), ListToken(revision: nil, after: "x")] {
            #expect(ListToken(text: token.text) == token)
        }
        for text in ["", "%%%", "AAAA", Base64.encodeURL(Array("{}".utf8))] { #expect(ListToken(text: text) == nil) }
    }

    static let duplicates: [(text: String, paths: [String])] = [
        (#"{"a":1,"b":{"c":[{"d":1,"d":2}]},"a":3}"#, ["b.c[0].d", "a"]), (#"{"a":"\"a\":1","b":[1,2]}"#, []),
        (#"{"a":1,"a":2,"a":3}"#, ["a"]), ("[", []), (#"{"a""#, []),
    ]

    @Test(arguments: duplicates) func duplicateFieldsAreFound(_ row: (text: String, paths: [String])) {
        #expect(DuplicateFields.paths(in: Array(row.text.utf8)) == row.paths)
    }

    static let requests:
        [(method: String, path: String, verb: String, resource: String, name: String?, namespace: String?)] = [
            ("GET", "/api/v1/pods", "list", "pods", nil, nil),
            ("GET", "/api/v1/namespaces/a/pods/b", "get", "pods", "b", "a"),
            ("GET", "/api/v1/namespaces/a", "get", "namespaces", "a", "a"),
            ("PUT", "/api/v1/namespaces/a/finalize", "update", "namespaces", "a", "a"),
            ("GET", "/apis/apps/v1/watch/namespaces/a/deployments", "watch", "deployments", nil, "a"),
            ("DELETE", "/apis/apps/v1/namespaces/a/deployments", "deletecollection", "deployments", nil, "a"),
            ("PATCH", "/apis/g/v1/things/x/status", "patch", "things", "x", nil),
        ]

    @Test(arguments: requests) func pathsAreReadAsKubernetesReadsThem(
        _ row: (method: String, path: String, verb: String, resource: String, name: String?, namespace: String?)
    ) throws {
        let info = try #require(RequestInfo(APIRequest(method: row.method, path: row.path)))
        #expect(info.verb.rawValue == row.verb)
        #expect(info.resource == row.resource)
        #expect(info.name == row.name)
        #expect(info.namespace == row.namespace)
    }
}
