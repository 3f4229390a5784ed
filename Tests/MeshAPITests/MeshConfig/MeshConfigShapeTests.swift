internal import DataTree
internal import MeshAPI
internal import MeshTestKit
internal import Testing

struct MeshConfigShapeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var config: Tree
        var refused: [String] = []
        var unknown: [String] = []
    }

    static let cases = [
        Case(
            testDescription: "what people write",
            config: [
                "accessLogFile": "/dev/stdout", "enableTracing": true, "connectTimeout": "10s",
                "proxyListenPort": 15001,
                "outboundTrafficPolicy": ["mode": "REGISTRY_ONLY"], "trustDomainAliases": ["a", "b"],
                "defaultConfig": [
                    "concurrency": 0, "proxyMetadata": ["A": "b"], "holdApplicationUntilProxyStarts": true,
                ],
                "extensionProviders": [["name": "otel", "opentelemetry": ["service": "otel.ns", "port": 4317]]],
                "localityLbSetting": ["enabled": false], "access_log_format": "%REQ%", "rootNamespace": .null,
            ]
        ),
        Case(
            testDescription: "number for text",
            config: ["accessLogFile": 5],
            refused: ["spec.meshConfig.accessLogFile"]
        ),
        Case(
            testDescription: "text for boolean",
            config: ["enableTracing": "yes"],
            refused: ["spec.meshConfig.enableTracing"]
        ),
        Case(
            testDescription: "a word that is none",
            config: ["outboundTrafficPolicy": ["mode": "SOME"]],
            refused: ["spec.meshConfig.outboundTrafficPolicy.mode"]
        ),
        Case(
            testDescription: "no time span",
            config: ["connectTimeout": "ten"],
            refused: ["spec.meshConfig.connectTimeout"]
        ),
        Case(
            testDescription: "no list",
            config: ["extensionProviders": ["name": "a"]],
            refused: ["spec.meshConfig.extensionProviders"]
        ),
        Case(testDescription: "no object", config: ["defaultConfig": "x"], refused: ["spec.meshConfig.defaultConfig"]),
        Case(
            testDescription: "below a list and a map",
            config: [
                "extensionProviders": [["name": 1]],
                "defaultConfig": ["proxyMetadata": ["A": 1], "concurrency": "two"],
            ],
            refused: [
                "spec.meshConfig.extensionProviders[0].name", "spec.meshConfig.defaultConfig.proxyMetadata.A",
                "spec.meshConfig.defaultConfig.concurrency",
            ]
        ),
        Case(
            testDescription: "unknown",
            config: ["nosuch": true, "defaultConfig": ["neither": 1]],
            unknown: ["spec.meshConfig.nosuch", "spec.meshConfig.defaultConfig.neither"]
        ),
    ]

    @Test(arguments: cases) func finds(_ example: Case) {
        let found = MeshConfigShape.current.findings(in: example.config, at: TreePath(keys: "spec", "meshConfig"))
        #expect(found.issues.map(\.path.description) == example.refused)
        #expect(found.unknown.map(\.description) == example.unknown)
    }

    @Test("A spec with a MeshConfig of a wrong kind is refused with path and remedy")
    func refusesSpec() throws {
        let error = try #require(throws: SpecError.self) {
            try MeshOperatorSpec(decoding: ["meshConfig": ["accessLogFile": 5]])
        }
        #expect(error.message == "spec.meshConfig.accessLogFile: 5: is not a text; put it in quotes")
    }

    @Test(
        "Samples of configuration in use are known as a whole",
        arguments: folderEntries("\(packageRoot)/Manifests/samples").filter { $0.hasSuffix(".yaml") }
    )
    func samples(_ file: String) throws {
        for sample in try YAML.documents(fileText("\(packageRoot)/Manifests/samples/\(file)")) {
            let config = sample.value(at: "spec", "meshConfig") ?? [:]
            #expect(MeshConfigShape.current.findings(in: config, at: TreePath(keys: "spec", "meshConfig")) == .init())
        }
    }
}
