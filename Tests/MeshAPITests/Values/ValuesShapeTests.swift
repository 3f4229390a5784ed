internal import DataTree
internal import MeshAPI
internal import Testing

@Suite("What Istio's values hold")
struct ValuesShapeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var values: Tree
        /// The issues, as messages below `spec.values.`.
        var refused: [String] = []
        var unknown: [String] = []
    }

    static let cases = [
        Case(
            testDescription: "what people write",
            values: [
                "global": [
                    "hub": "docker.io/istio", "tag": 1.5, "proxy": ["logLevel": false, "resources": [:]],
                    "imagePullSecrets": ["a"], "logging": ["level": "default:info"], "imagePullPolicy": "",
                ],
                "pilot": [
                    "autoscaleMin": "2", "env": ["A": true, "B": 1, "C": "x"], "traceSampling": 1.5, "tag": .null,
                    "rollingMaxSurge": "25%", "rollingMaxUnavailable": 1, "keepaliveMaxServerConnectionAge": "30m",
                ],
                "gateways": ["istio-ingressgateway": ["ports": [["name": "http2", "port": 80, "targetPort": 8080]]]],
                "revisionTags": ["prod"], "autoscaleMax": 3, "cni": ["resource_quotas": ["pods": 5000]],
            ]
        ),
        Case(
            testDescription: "less than nothing",
            values: ["pilot": ["replicaCount": -1, "autoscaleMin": "-2", "cpu": ["targetAverageUtilization": 0]]],
            refused: [
                "pilot.replicaCount: -1: is less than 0; write a number from 0 to 10000",
                "pilot.autoscaleMin: \"-2\": is less than 0; write a number from 0 to 10000",
                "pilot.cpu.targetAverageUtilization: 0: is less than 1; write a number from 1 to 2147483647",
            ]
        ),
        Case(
            testDescription: "no numbers",
            values: [
                "gateways": ["istio-egressgateway": ["cpu": ["targetAverageUtilization": "abc"], "autoscaleMax": 2.5]],
                "pilot": ["traceSampling": "much", "rollingMaxSurge": "a quarter"],
            ],
            refused: [
                "gateways.istio-egressgateway.cpu.targetAverageUtilization: \"abc\": is not a whole number; "
                    + "write a number from 1 to 2147483647",
                "gateways.istio-egressgateway.autoscaleMax: 2.5: is not a whole number; "
                    + "write a number from 0 to 10000",
                "pilot.traceSampling: \"much\": is not a number; write a number from 0.0 to 100.0, for example 1.5",
                "pilot.rollingMaxSurge: \"a quarter\": is not a number of pods or a percentage; "
                    + "write a number of pods such as 1, or a percentage such as 25%",
            ]
        ),
        Case(
            testDescription: "beyond all bounds",
            values: ["pilot": ["autoscaleMax": 9_223_372_036_854_775_807], "global": ["sts": ["servicePort": 70_000]]],
            refused: [
                "pilot.autoscaleMax: 9223372036854775807: is more than 10000; write a number from 0 to 10000",
                "global.sts.servicePort: 70000: is more than 65535; write a number from 0 to 65535",
            ]
        ),
        Case(
            testDescription: "words, flags, time spans",
            values: [
                "global": ["imagePullPolicy": "Sometimes", "logAsJson": "yes"],
                "pilot": ["keepaliveMaxServerConnectionAge": "-5s"],
            ],
            refused: [
                "global.imagePullPolicy: \"Sometimes\": is not one of its words; use one of Always, IfNotPresent, Never",
                "global.logAsJson: \"yes\": is not true or false; write true or false, without quotes",
                "pilot.keepaliveMaxServerConnectionAge: \"-5s\": is negative; write a time span such as 10s",
            ]
        ),
        Case(
            testDescription: "annotations are text",
            values: ["pilot": ["podAnnotations": ["sidecar.istio.io/inject": false]]],
            refused: ["pilot.podAnnotations[sidecar.istio.io/inject]: false: is not a text; put it in quotes"]
        ),
        Case(
            testDescription: "MeshConfig within values",
            values: ["meshConfig": ["enableTracing": "yes", "defaultConfig": ["concurrency": -1]]],
            refused: [
                "meshConfig.enableTracing: \"yes\": is not true or false; write true or false, without quotes",
                "meshConfig.defaultConfig.concurrency: -1: is less than 0; write a number from 0 to 4294967295",
            ]
        ),
        Case(
            testDescription: "misspelt",
            values: ["pilot": ["autoscalMin": 2], "golbal": ["hub": "x"], "meshConfig": ["acessLogFile": "x"]],
            unknown: [
                "spec.values.pilot.autoscalMin autoscaleMin", "spec.values.golbal global",
                "spec.values.meshConfig.acessLogFile accessLogFile",
            ]
        ),
        Case(
            testDescription: "nothing like it",
            values: ["global": ["unheardOfByAnybody": ["a": [1]]]],
            unknown: ["spec.values.global.unheardOfByAnybody -"]
        ),
    ]

    @Test(arguments: cases) func finds(_ example: Case) {
        let found = ValuesShape.current.findings(in: example.values, at: TreePath(keys: "spec", "values"))
        #expect(found.issues.map(\.description) == example.refused.map { "spec.values.\($0)" })
        #expect(found.unknown.map { "\($0) \(found.meant[$0] ?? "-")" } == example.unknown)
    }

    @Test("A spec with values of the wrong kind is refused, all of them at once")
    func refusesSpec() throws {
        let spec: Tree = ["values": ["pilot": ["replicaCount": -1], "global": ["logAsJson": 1]]]
        let error = try #require(throws: SpecError.self) { try MeshOperatorSpec(decoding: spec) }
        #expect(
            error.issues.map(\.path.description)
                == ["spec.values.pilot.replicaCount", "spec.values.global.logAsJson"]
        )
    }

    @Test(
        "Control characters are refused wherever they stand",
        arguments: [
            (["values": ["pilot": ["env": ["A": "x\u{0}y"]]]], "spec.values.pilot.env.A"),
            (["values": ["pilot": ["env": ["A\u{0}B": "x"]]]], "spec.values.pilot.env"),
            (["meshConfig": ["accessLogFormat": "\u{1b}[0m"]], "spec.meshConfig.accessLogFormat"),
            (
                ["components": ["pilot": ["k8s": ["affinity": ["x": ["\u{7}"]]]]]],
                "spec.components.pilot.k8s.affinity.x[0]"
            ),
        ] as [(Tree, String)]
    )
    func controlCharacters(_ spec: Tree, _ path: String) throws {
        let error = try #require(throws: SpecError.self) { try MeshOperatorSpec(decoding: spec) }
        #expect(error.issues.map(\.path.description) == [path])
        #expect(!error.message.unicodeScalars.contains { $0.value < 32 })
    }

    @Test("Tabs and new lines are text")
    func newLines() throws {
        _ = try MeshOperatorSpec(decoding: ["values": ["sidecarInjectorWebhook": ["templates": ["a": "b:\n\tc\r\n"]]]])
    }
}
