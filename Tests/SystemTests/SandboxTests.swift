internal import Foundation
internal import Testing

/// The sandbox as a user meets it: kubectl, files, several at once.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct SandboxTests {
    static let mesh = """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshOperator
        metadata: {name: mesh}
        spec: {profile: default, values: {a: NUMBER}}
        """
    static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: NUMBER
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: web}]}
        """

    @Test("Applying changes again and asking for the difference works for custom and native kinds, on both sides")
    func appliesAgain() async throws {
        try await withSandbox { cluster in
            try await cluster.applyDefinitions()
            for (text, object, field) in [
                (Self.mesh, "meshoperator/mesh", "{.spec.values.a}"),
                (Self.deployment, "deployment/web", "{.spec.replicas}"),
            ] {
                for side in ["--server-side=false", "--server-side"] {
                    func manifest(_ number: Int) -> String {
                        text.replacingOccurrences(of: "NUMBER", with: "\(number)")
                    }
                    try await cluster.expectKubectl("apply", side, "-f", "-", input: manifest(1))
                    let difference = try await cluster.kubectl("diff", side, "-f", "-", input: manifest(2))
                    #expect(difference.status == 1, "\(side): \(difference.errors)")
                    #expect(difference.output.contains("+") && difference.errors.isEmpty, "\(difference.errors)")
                    try await cluster.expectKubectl("apply", side, "-f", "-", input: manifest(2))
                    let value = try await cluster.expectKubectl("get", object, "-o", "jsonpath=\(field)")
                    #expect(value == "2", "\(side) \(field)")
                    let none = try await cluster.kubectl("diff", side, "-f", "-", input: manifest(2))
                    #expect(none.status == 0, "\(side): \(none.output)\(none.errors)")
                    try await cluster.expectKubectl("delete", "-f", "-", input: manifest(2))
                }
            }
        }
    }

    @Test("A kubeconfig that cannot be written ends the sandbox with a message that names it")
    func needsItsKubeconfig() async throws {
        let result = try await ChildProcess.run(
            SandboxScope.executable("mesh-sandbox"),
            ["--kubeconfig-out", "/proc/none/such/kubeconfig"],
            input: nil,
            environment: [:]
        )
        #expect(result.status != 0)
        #expect(result.errors.contains("/proc/none/such"), "\(result.errors)")
    }

    @Test("Two sandboxes do not share a data directory")
    func keepsItsDirectory() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-data-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withSandbox(["--data-dir", folder]) { cluster in
            let second = try await ChildProcess.run(
                SandboxScope.executable("mesh-sandbox"),
                ["--kubeconfig-out", "\(folder)/kubeconfig-2", "--data-dir", folder],
                input: nil,
                environment: [:]
            )
            #expect(second.status != 0)
            #expect(second.errors.contains("is in use by another sandbox"), "\(second.errors)")
            try await cluster.expectKubectl("create", "configmap", "kept")
        }
        try await withSandbox(["--data-dir", folder]) { cluster in
            try await cluster.expectKubectl("get", "configmap", "kept")
        }
    }
}
