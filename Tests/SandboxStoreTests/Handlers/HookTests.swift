internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import SandboxStore
internal import Testing

/// Labels everything and refuses what is called `bad`.
private struct LabellingPlugin: AdmissionPlugin {
    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {
        object?.set(.string(attributes.operation.rawValue), at: ["metadata", "labels", "seen"])
        if attributes.operation == .create { attributes.warnings.add("labelled \"it\"") }
    }

    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {
        guard object?.value(at: "metadata", "name") == "bad" else { return }
        throw APIFault(403, .forbidden, "no")
    }
}

@Suite struct HookTests {
    private let path = "/api/v1/namespaces/default/configmaps"

    @Test func admissionChangesAndRefuses() async throws {
        let server = await TestServer { $0.hooks.admission = [LabellingPlugin()] }
        let created = try await server.send("POST", path, configMap("a"))
        #expect(created["metadata.labels.seen"] == "CREATE")
        #expect(created.warnings == ["299 - \"labelled \\\"it\\\"\""])
        let dry = try await server.send("PUT", path + "/a?dryRun=All", configMap("a", ["x": "1"]))
        #expect(dry["metadata.labels.seen"] == "UPDATE")
        #expect(try await server.send("GET", path + "/a")["metadata.labels.seen"] == "CREATE")
        #expect(try await server.send("POST", path, configMap("bad")).status == 403)
        #expect(try await server.send("GET", path + "/bad").status == 404)
    }

    @Test func authorizationIsAskedForEverythingButProbes() async throws {
        let server = await TestServer {
            $0.hooks.authorize = { attributes in AuthorizationDecision(isAllowed: attributes.verb == "get") }
        }
        #expect(try await server.send("GET", "/readyz").status == 200)
        #expect(try await server.send("GET", path + "/a").status == 404)
        let listed = try await server.send("GET", path)
        #expect(listed.status == 403)
        let text =
            "configmaps is forbidden: User \"kubernetes-admin\" cannot list resource \"configmaps\" in API group \"\" "
            + "in the namespace \"default\""
        #expect(listed["message"] == text)
    }

    @Test func faultsStrikeBeforeOrAfterTheWrite() async throws {
        let server = await TestServer()
        server.transport.resetAudit()
        let lost = TransportError(.connectionLost, "gone")
        server.transport.faults = TransportFaults { request, _, writes in
            guard request.method == "POST" else { return .pass }
            return writes == 1 ? .failBefore(lost) : .failAfter(lost)
        }
        await #expect(throws: TransportError.self) { try await server.send("POST", path, configMap("a")) }
        #expect(try await server.send("GET", path + "/a").status == 404)
        await #expect(throws: TransportError.self) { try await server.send("POST", path, configMap("a")) }
        #expect(try await server.send("GET", path + "/a").status == 200)
        #expect(server.transport.writeCount == 1)
    }
}
