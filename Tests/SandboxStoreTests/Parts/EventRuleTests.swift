internal import DataTree
internal import Testing

@testable internal import SandboxStore

/// Events as both groups take them, with the texts that kube-apiserver 1.36.2 gave.
@Suite struct EventRuleTests {
    private static let time: Tree = "2024-01-01T00:00:00.000000Z"
    private static let word =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    static func new(_ changes: [(String, Tree?)] = []) -> Tree {
        var event: Tree = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "a"], "eventTime": time,
            "reportingController": "example.org/tests", "reportingInstance": "one", "action": "Testing",
            "reason": "Tested", "regarding": ["kind": "Pod", "name": "p", "namespace": "default"], "type": "Normal",
        ]
        for (key, value) in changes { event[key] = value }
        return event
    }

    static func old(_ changes: [(String, Tree?)] = []) -> Tree {
        var event: Tree = [
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": "a"],
            "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"],
        ]
        for (key, value) in changes { event[key] = value }
        return event
    }

    static let cases: [(Tree, String?)] = [
        (new(), nil),
        (new([("eventTime", nil)]), "eventTime: Required value"),
        (
            new([("reportingController", nil)]),
            "[reportingController: Required value, reportingController: Invalid value: \"\": name part must be non-empty, "
                + "reportingController: Invalid value: \"\": name part \(word)]"
        ),
        (
            new([("reportingInstance", nil), ("action", nil), ("reason", nil)]),
            "[reportingInstance: Required value, action: Required value, reason: Required value]"
        ),
        (new([("type", "Odd")]), "type: Invalid value: \"\": has invalid value: Odd"),
        (
            new([("note", .string(String(repeating: "x", count: 1_025)))]),
            "message: Invalid value: \"\": can have at most 1024 characters"
        ),
        (
            new([("deprecatedCount", 1), ("deprecatedFirstTimestamp", "2024-01-01T00:00:00Z")]),
            "[firstTimestamp: Invalid value: \"\": needs to be unset, count: Invalid value: \"\": needs to be unset]"
        ),
        (
            new([("series", ["count": 1])]),
            "[series.count: Invalid value: \"\": should be at least 2, series.lastObservedTime: Required value]"
        ),
        (old(), nil),
        (
            old([("involvedObject", ["name": "p", "namespace": "other"])]),
            "involvedObject.namespace: Invalid value: \"other\": does not match event.namespace"
        ),
        (old([("involvedObject", ["name": "node"])]), nil),
        (
            old([
                ("eventTime", time), ("reportingComponent", "a/b"), ("reportingInstance", "i"), ("action", "a"),
            ]),
            "reason: Required value"
        ),
    ]

    @Test(arguments: cases) func creation(_ event: Tree, _ message: String?) async throws {
        let server = await TestServer()
        let group = event["apiVersion"] == "v1" ? "/api/v1" : "/apis/events.k8s.io/v1"
        let answer = try await server.send("POST", "\(group)/namespaces/default/events", event)
        #expect(answer.status == (message == nil ? 201 : 422), "\(answer["message"] ?? "")")
        guard let message else { return }
        #expect(answer["message"] == "Event \"a\" is invalid: \(message)")
    }

    @Test func onlyTheSeriesChanges() async throws {
        let server = await TestServer()
        let path = "/apis/events.k8s.io/v1/namespaces/default/events"
        #expect(try await server.send("POST", path, Self.new()).status == 201)
        let series: Tree = ["series": ["count": 2, "lastObservedTime": Self.time]]
        let counted = try await server.send("PATCH", path + "/a", series, type: MediaTypes.mergePatch)
        #expect(counted.status == 200, "\(counted["message"] ?? "")")
        let changed = try await server.send("PATCH", path + "/a", ["note": "x"], type: MediaTypes.mergePatch)
        #expect(changed["message"]?.hasSuffix("message: Invalid value: \"x\": field is immutable") == true)
        // Whoever comes by the old group may change what it likes.
        let core = "/api/v1/namespaces/default/events/a"
        #expect(try await server.send("PATCH", core, ["message": "x"], type: MediaTypes.mergePatch).status == 200)
    }
}
