internal import DataTree
internal import Testing

@Suite struct ScaleTableTests {
    private static let table = "application/json;as=Table;v=v1;g=meta.k8s.io"

    @Test func nativeScalesHaveFourColumns() async throws {
        let server = await TestServer()
        let path = "/apis/apps/v1/namespaces/default/deployments"
        try await server.send(
            "POST",
            path,
            [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "a"],
                "spec": [
                    "replicas": 3, "selector": ["matchLabels": ["a": "b"]],
                    "template": [
                        "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "m", "image": "i"]]],
                    ],
                ],
            ]
        )
        let answer = try await server.send("GET", path + "/a/scale", accept: Self.table)
        #expect(answer["kind"] == "Table")
        let columns = answer.body["columnDefinitions"]?.array ?? []
        #expect(columns.compactMap { $0["name"]?.string } == ["Name", "Desired", "Available", "Age"])
        #expect(answer.body["rows"]?[0]?["cells"] == ["a", 3, 0, "0s"])
        #expect(answer["rows.0.object.kind"] == "PartialObjectMetadata")
        #expect(try await server.send("GET", path + "/a/scale")["kind"] == "Scale")
    }
}
