internal import DataTree
internal import MeshTestKit
internal import SandboxStore
internal import Testing

/// Whatever is sent, there is an answer.
@Suite struct OddRequestTests {
    private static let paths = [
        "/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/configmaps/a",
        "/api/v1/namespaces/default",
        "/apis/apps/v1/namespaces/default/deployments/a/scale", "/apis/apps/v1/namespaces/default/deployments",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/api/v1/namespaces/default/services",
        "/api/v1/namespaces/default/pods/a/eviction", "/api/v1/namespaces/default/pods/a/binding", "/api/v1/pods",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/apis", "/apis/apps/v1", "//api//v1//",
        "/openapi/v2",
        "/apis/batch/v1/namespaces/default/cronjobs", "/apis/events.k8s.io/v1/namespaces/default/events",
    ]
    private static let bodies = [
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"x":"y"}},"data":{"a":"b"}}"#,
        #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":-1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":99999999}],"resources":{"limits":{"cpu":"-1"}}}]}}}}"#,
        #"[{"op":"replace","path":"/data/a","value":{"b":[1,2,null]}},{"op":"remove","path":"/metadata"}]"#,
        #"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"t.e.com"},"spec":{"group":"e.com","scope":"Cluster","names":{"plural":"t","kind":"T"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-validations":[{"rule":"self.a > 1"}]}}}]}}"#,
        #"{"spec":{"replicas":9223372036854775807},"metadata":{"finalizers":["a/b"],"managedFields":[{}]},"status":{"conditions":[{}]}}"#,
        "", "null", "5", "{", "\u{0}", "a: &x [*x]", #"{"kind":{},"apiVersion":[],"metadata":5,"spec":"x"}"#,
    ]
    private static let types = [
        "application/json", "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/yaml", "x/y", "",
    ]
    private static let queries = [
        ("limit", "-1"), ("limit", "99999999999999999999"), ("continue", "AA"), ("resourceVersion", "-1"),
        ("timeoutSeconds", "9223372036854775807"), ("fieldManager", "m"), ("force", "true"), ("dryRun", "All"),
        ("labelSelector", "a in ("), ("fieldSelector", "=,="), ("fieldValidation", "Strict"), ("watch", "0"),
    ]

    @Test(arguments: propertySeeds(12)) func everyRequestIsAnswered(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let server = await TestServer()
        for _ in 0..<150 {
            var body = Array(random.pick(Self.bodies).utf8)
            if random.oneIn(2), !body.isEmpty { body[random.int(below: body.count)] = UInt8(random.int(below: 256)) }
            if random.oneIn(6) { body = Array(body.prefix(random.int(below: body.count + 1))) }
            var request = APIRequest(
                method: random.pick(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ODD"]),
                path: random.pick(Self.paths),
                headers: [HeaderField("Content-Type", random.pick(Self.types))],
                body: body
            )
            for _ in 0..<random.int(below: 3) {
                let item = random.pick(Self.queries)
                request.query.append((name: item.0, value: item.1))
            }
            let response = await server.core.handle(request)
            #expect((200..<600).contains(response.status), "seed \(seed): \(request.method) \(request.path)")
            guard case .bytes(let bytes) = response.body, response.status >= 400, bytes.first == UInt8(ascii: "{")
            else {
                continue
            }
            let status = try Tree(json: bytes)
            #expect(status["kind"] == "Status", "seed \(seed)")
        }
    }
}
