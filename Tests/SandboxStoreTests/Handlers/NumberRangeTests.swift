internal import DataTree
internal import Testing

@testable internal import SandboxStore

/// Numbers that Go's types do not hold are refused when they are read, in the words of kube-apiserver.
@Suite struct NumberRangeTests {
    static let path = "/apis/apps/v1/namespaces/default/deployments"

    static func deployment(_ more: Tree = [:]) -> Tree {
        var spec: Tree = [
            "selector": ["matchLabels": ["a": "b"]],
            "template": [
                "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "a", "image": "b"]]],
            ],
        ]
        for entry in more.object ?? [:] { spec[entry.key] = entry.value }
        return ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"], "spec": spec]
    }

    static func surge(_ value: Tree) -> Tree { ["strategy": ["rollingUpdate": ["maxSurge": value]]] }

    static let surgeField = "RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge"
    static let refused: [(Tree, String)] = [
        (surge(.integer(.max)), "number 9223372036854775807 into Go struct field \(surgeField)"),
        (surge(.integer(.min)), "number -9223372036854775808 into Go struct field \(surgeField)"),
        (surge(2_147_483_648), "number 2147483648 into Go struct field \(surgeField)"),
        (surge(.bigInteger("9223372036854775808")), "number 9223372036854775808 into Go struct field \(surgeField)"),
        (surge(1.5), "number 1.5 into Go struct field \(surgeField)"),
        (surge(true), "bool into Go struct field \(surgeField)"),
        (["replicas": .integer(.max)], "number 9223372036854775807 into Go struct field DeploymentSpec.spec.replicas"),
        (
            ["replicas": .bigInteger("-9223372036854775809")],
            "number -9223372036854775809 into Go struct field DeploymentSpec.spec.replicas"
        ),
        (["replicas": 1e30], "number 1e+30 into Go struct field DeploymentSpec.spec.replicas"),
        (
            ["minReadySeconds": 2_147_483_648],
            "number 2147483648 into Go struct field DeploymentSpec.spec.minReadySeconds"
        ),
    ]

    @Test(arguments: refused) func tooLarge(_ spec: Tree, _ what: String) async throws {
        let server = await TestServer()
        let answer = try await server.send("POST", Self.path, Self.deployment(spec))
        #expect(answer.status == 400)
        #expect(
            answer["message"]
                == "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal \(what) of type int32"
        )
    }

    static let taken: [Tree] = [
        surge(2_147_483_647), surge("9223372036854775807%"), surge(.null), ["replicas": 2_147_483_647],
        ["minReadySeconds": 5.0],
    ]

    @Test(arguments: taken) func justFits(_ spec: Tree) async throws {
        let server = await TestServer()
        let answer = try await server.send("POST", Self.path, Self.deployment(spec))
        #expect(answer.status == 201, "\(answer["message"] ?? "")")
    }

    static let scales: [(Tree, String?)] = [
        (.integer(.max), "number 9223372036854775807"), (.integer(.min), "number -9223372036854775808"),
        ("x", "string"), (2_147_483_648, "number 2147483648"), (2_147_483_647, nil), (.null, nil),
    ]

    @Test(arguments: scales) func scaleIsOf32Bits(_ wanted: Tree, _ found: String?) async throws {
        let server = await TestServer()
        try await server.send("POST", Self.path, Self.deployment())
        let mismatch = found.map {
            "json: cannot unmarshal \($0) into Go struct field ScaleSpec.spec.replicas of type int32"
        }
        let scale: Tree = [
            "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "web"], "spec": ["replicas": wanted],
        ]
        let put = try await server.send("PUT", Self.path + "/web/scale", scale)
        let patch = try await server.send(
            "PATCH",
            Self.path + "/web/scale",
            [["op": "add", "path": "/spec/replicas", "value": wanted]],
            type: MediaTypes.jsonPatch
        )
        guard let mismatch else {
            #expect([put.status, patch.status] == [200, 200])
            return
        }
        #expect(put.status == 400)
        #expect(put["message"] == "Scale in version \"v1\" cannot be handled as a Scale: \(mismatch)")
        #expect(patch.status == 422)
        let prefix = #" "" is invalid: patch: Invalid value: "{\"kind\":\"Scale\""#
        #expect(patch["message"]?.hasPrefix(prefix) == true)
        #expect(patch["message"]?.hasSuffix(": \(mismatch)") == true)
    }
}
