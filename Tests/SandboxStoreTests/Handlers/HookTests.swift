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

    /// The words of `withAuthorization` in kube-apiserver's handlers of updates and patches: the object, and what authorization says.
    @Test("An apply or an update that makes an object needs the right to create as well")
    func makingByApplyNeedsCreate() async throws {
        let server = await TestServer {
            $0.hooks.authorize = { attributes in
                // Created may be what the path names, and nothing else.
                let isAllowed = attributes.verb != "create" || attributes.name == "allowed" || attributes.name.isEmpty
                return AuthorizationDecision(isAllowed: isAllowed, reason: isAllowed ? "" : "because")
            }
        }
        let apply = "application/apply-patch+yaml"
        func target(_ name: String) -> String { path + "/\(name)?fieldManager=one" }
        let refused = try await server.send("PATCH", target("a"), configMap("a"), type: apply)
        #expect(refused.status == 403)
        #expect(refused["message"] == "configmaps \"a\" is forbidden: because")
        #expect(try await server.send("PATCH", target("allowed"), configMap("allowed"), type: apply).status == 201)
        #expect(try await server.send("POST", path, configMap("a")).status == 201)
        #expect(try await server.send("PATCH", target("a"), configMap("a"), type: apply).status == 200)
        let lease: Tree = ["apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "l"]]
        let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
        let put = try await server.send("PUT", leases + "/l", lease)
        #expect(put.status == 403)
        #expect(put["message"] == "leases.coordination.k8s.io \"l\" is forbidden: because")
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
