internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import FieldOwnership
@testable internal import OperatorCore

/// Compares `desired` with `live`, of which we own `fields`.
struct ComparisonCase: Sendable, CustomTestStringConvertible {
    var name: String
    var desired: String
    var live: String
    var fields: String
    var expected: [String]
    var testDescription: String { name }
}

@Suite struct ObjectComparisonTests {
    static let cases: [ComparisonCase] = [
        .init(
            name: "equal scalars",
            desired: "{data: {a: x}}",
            live: "{data: {a: x, b: y}}",
            fields: #"{"f:data":{"f:a":{}}}"#,
            expected: []
        ),
        .init(
            name: "a changed scalar that is ours no longer",
            desired: "{data: {a: x}}",
            live: "{data: {a: z}}",
            fields: "{}",
            expected: ["changed data.a"]
        ),
        .init(
            name: "a missing field",
            desired: "{data: {a: x, b: y}}",
            live: "{data: {a: x}}",
            fields: #"{"f:data":{"f:a":{}}}"#,
            expected: ["missing data.b"]
        ),
        .init(
            name: "right value, not recorded as ours",
            desired: "{data: {a: x}}",
            live: "{data: {a: x}}",
            fields: "{}",
            expected: ["unclaimed data.a"]
        ),
        .init(
            name: "an addition to what is owned as one value",
            desired: "{spec: {selector: {app: istiod}}}",
            live: "{spec: {selector: {app: istiod, other: x}}}",
            fields: "{}",
            expected: ["changed spec.selector"]
        ),
        .init(
            name: "one value of somebody else's that is right",
            desired: "{spec: {selector: {matchLabels: {app: istiod}}}}",
            live: "{spec: {selector: {matchLabels: {app: istiod}}}}",
            fields: "{}",
            expected: ["unclaimed spec.selector"]
        ),
        .init(
            name: "ours and no longer desired",
            desired: "{data: {a: x}}",
            live: "{data: {a: x, b: y}}",
            fields: #"{"f:data":{"f:a":{},"f:b":{}}}"#,
            expected: ["surplus data.b"]
        ),
        .init(
            name: "quantities compare by value",
            desired: "{spec: {resources: {limits: {cpu: 1000m, memory: 1Gi}}}}",
            live: "{spec: {resources: {limits: {cpu: '1', memory: 1024Mi}}}}",
            fields: #"{"f:spec":{"f:resources":{"f:limits":{"f:cpu":{},"f:memory":{}}}}}"#,
            expected: []
        ),
        .init(
            name: "metadata of which only the name is applied",
            desired: "{metadata: {name: x, namespace: y}, data: {a: b}}",
            live: "{metadata: {name: x, namespace: y}, data: {a: b}}",
            fields: #"{"f:data":{"f:a":{}}}"#,
            expected: []
        ),
        .init(
            name: "texts that look like quantities do not",
            desired: "{metadata: {labels: {v: '1.0'}}}",
            live: "{metadata: {labels: {v: '1'}}}",
            fields: #"{"f:metadata":{"f:labels":{"f:v":{}}}}"#,
            expected: ["changed metadata.labels.v"]
        ),
        .init(
            name: "a list by key in another order with defaults and elements of others",
            desired: "{spec: {containers: [{name: a, image: i}, {name: b, image: j}]}}",
            live: "{spec: {containers: [{name: x}, {name: b, image: j, policy: p}, {name: a, image: i}]}}",
            fields: #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:image":{}},"#
                + #""k:{\"name\":\"b\"}":{".":{},"f:name":{},"f:image":{}}}}}"#,
            expected: []
        ),
        .init(
            name: "an element no longer desired",
            desired: "{spec: {containers: [{name: a}]}}",
            live: "{spec: {containers: [{name: a}, {name: b}]}}",
            fields: #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}},"#
                + #""k:{\"name\":\"b\"}":{".":{},"f:name":{}}}}}"#,
            expected: ["surplus spec.containers[name=b]"]
        ),
        .init(
            name: "a changed field of an element",
            desired: "{spec: {containers: [{name: a, image: i}]}}",
            live: "{spec: {containers: [{name: a, image: other}]}}",
            fields: #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}}"#,
            expected: ["changed spec.containers[name=a].image"]
        ),
        .init(
            name: "ports whose protocol is a default",
            desired: "{spec: {ports: [{port: 80, name: http}, {port: 53, protocol: UDP}]}}",
            live: "{spec: {ports: [{port: 80, name: http, protocol: TCP, targetPort: 80}, {port: 53, protocol: UDP}]}}",
            fields: #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:name":{}},"#
                + #""k:{\"port\":53,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}}}}}"#,
            expected: []
        ),
        .init(
            name: "an atomic list with a default inside",
            desired: "{rules: [{operations: [CREATE]}]}",
            live: "{rules: [{operations: [CREATE], scope: '*'}]}",
            fields: #"{"f:rules":{}}"#,
            expected: []
        ),
        .init(
            name: "an atomic list of another length",
            desired: "{rules: [a]}",
            live: "{rules: [a, b]}",
            fields: #"{"f:rules":{}}"#,
            expected: ["changed rules"]
        ),
        .init(
            name: "a set",
            desired: "{metadata: {finalizers: [a]}}",
            live: "{metadata: {finalizers: [b, a]}}",
            fields: #"{"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}}"#,
            expected: []
        ),
        .init(
            name: "an empty object that means something",
            desired: "{spec: {volume: {emptyDir: {}}}}",
            live: "{spec: {volume: {emptyDir: {}}}}",
            fields: #"{"f:spec":{"f:volume":{"f:emptyDir":{}}}}"#,
            expected: []
        ),
        .init(
            name: "a zero value that is left out when stored",
            desired: "{spec: {name: '', flag: false}}",
            live: "{spec: {}}",
            fields: #"{"f:spec":{"f:name":{},"f:flag":{}}}"#,
            expected: []
        ),
        .init(
            name: "fields of others",
            desired: "{webhooks: [{name: w, clientConfig: {service: {name: s}}}]}",
            live: "{webhooks: [{name: w, clientConfig: {caBundle: abc, service: {name: s, port: 443}}}]}",
            fields: #"{"f:webhooks":{"k:{\"name\":\"w\"}":{".":{},"f:name":{},"#
                + #""f:clientConfig":{"f:service":{"f:name":{}}}}}}"#,
            expected: []
        ),
    ]

    @Test(arguments: cases) func findsWhatAnApplyWouldChange(_ sample: ComparisonCase) throws {
        let live = try LiveObject(sample.live).owned(by: "mesh-operator", sample.fields)
        let desired = KubeObject(try requireDocument(sample.desired))
        let found = ObjectComparison(manager: "mesh-operator").differences(desired: desired, live: live.object)
        #expect(found.map(\.description).sorted() == sample.expected.sorted())
    }

    @Test func stripsWhatTheServerDrops() throws {
        let tree = try requireDocument("{a: null, b: [], c: {}, d: [{e: null}], f: {g: []}}")
        #expect(tree.strippedForApply() == (try requireDocument("{c: {}, d: [{}], f: {}}")))
    }
}
