internal import Foundation
internal import Testing

/// The main job as a user does it: kubectl, the sandbox and the operator as real processes.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct MainJobTests {
    static let sample = SandboxScope.project.appending(path: "Manifests/samples/mesh.yaml").path()

    @Test("Applying a MeshOperator installs a mesh that becomes Ready, and deleting it removes what was made")
    func installAndUninstall() async throws {
        try await withSandbox { cluster in
            try await cluster.applyDefinitions()
            let controller = try cluster.startOperator()
            try await cluster.expectKubectl("apply", "--filename", Self.sample)
            let waited = try await cluster.kubectl(
                "wait",
                "--for=condition=Ready",
                "meshoperators",
                "--all",
                "--timeout=180s"
            )
            #expect(waited.status == 0, "\(waited.errors)\n\(controller.text)")

            let table = try await cluster.expectKubectl("get", "mop")
            let header = table.split(separator: "\n").first.map { $0.split(separator: " ").map(String.init) } ?? []
            #expect(header == ["NAME", "VERSION", "TARGET", "PHASE", "WEIGHT", "PROXIES", "READY", "AGE"])
            #expect(table.contains("Ready") && table.contains("True"), "\(table)")

            let istiod = try await cluster.expectKubectl(
                "get",
                "deployment",
                "istiod",
                "--namespace",
                "istio-system",
                "--output",
                "jsonpath={.status.availableReplicas}"
            )
            #expect(istiod == "1")
            let webhooks = try await cluster.expectKubectl("get", "mutatingwebhookconfigurations", "--output", "name")
            #expect(webhooks.contains("istio-sidecar-injector"), "\(webhooks)")

            try await cluster.expectKubectl("delete", "meshoperators", "--all", "--timeout=180s")
            let left = try await cluster.expectKubectl(
                "get",
                "deployments,services,mutatingwebhookconfigurations,validatingwebhookconfigurations",
                "--all-namespaces",
                "--selector",
                "app.kubernetes.io/managed-by=meshoperator",
                "--output",
                "name"
            )
            #expect(left.isEmpty, "left behind: \(left)")
            await controller.stop()
            #expect(!controller.isRunning)
        }
    }

    @Test("What somebody deletes by hand comes back, and the operator then writes nothing more")
    func driftIsRepaired() async throws {
        try await withSandbox { cluster in
            try await cluster.applyDefinitions()
            let controller = try cluster.startOperator()
            try await cluster.expectKubectl("apply", "--filename", Self.sample)
            try await cluster.expectKubectl("wait", "--for=condition=Ready", "mop", "--all", "--timeout=180s")
            try await cluster.expectKubectl("delete", "service", "istiod", "--namespace", "istio-system")
            let isBack = try await becomes {
                try await cluster.kubectl("get", "service", "istiod", "--namespace", "istio-system").status == 0
            }
            #expect(isBack, "the Service istiod did not come back: \(controller.text)")
            await controller.stop()
        }
    }
}
