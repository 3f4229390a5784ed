internal import Foundation
internal import Testing

/// A mesh over its life, as its owner sees it with kubectl.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct UpgradeTests {
    static func manifest(_ version: String) -> String {
        """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshOperator
        metadata: {name: mesh}
        spec: {version: \(version), profile: minimal, upgrade: {strategy: InPlace}}
        """
    }

    static func field(_ cluster: SandboxScope, _ path: String) async throws -> String {
        try await cluster.expectKubectl("get", "mop", "mesh", "--output", "jsonpath={\(path)}")
    }

    static func image(_ cluster: SandboxScope) async throws -> String {
        try await cluster.expectKubectl(
            "get",
            "deployment",
            "istiod",
            "--namespace",
            "istio-system",
            "--output",
            "jsonpath={.spec.template.spec.containers[0].image}"
        )
    }

    @Test("A new version is taken by one minor in place; two at a time are refused and change nothing")
    func upgradeAndSkip() async throws {
        try await withSandbox(["--kubernetes-version", "1.33"]) { cluster in
            try await cluster.applyDefinitions()
            let controller = try cluster.startOperator()
            // 1.28 has no fixes any more: it is taken by those only who say that they know.
            let old = Self.manifest("1.28.4").replacing(
                "metadata: {name: mesh}",
                with: #"metadata: {name: mesh, annotations: {meshoperator.io/accept-end-of-life: "true"}}"#
            )
            try await cluster.expectKubectl("apply", "--filename", "-", input: old)
            try await cluster.expectKubectl("wait", "--for=condition=Ready", "mop/mesh", "--timeout=180s")
            #expect(try await Self.image(cluster).hasSuffix("pilot:1.28.4"))

            // Two minors at once: refused, with the way out, and nothing is touched.
            let skip = old.replacing("1.28.4", with: "1.30.3")
            try await cluster.expectKubectl("apply", "--filename", "-", input: skip)
            let isRefused = try await becomes {
                try await Self.field(cluster, #".status.conditions[?(@.type=="Preflight")].reason"#)
                    == "VersionSkewUnsupported"
            }
            #expect(isRefused, "\(controller.text)")
            let message = try await Self.field(cluster, #".status.conditions[?(@.type=="Preflight")].message"#)
            #expect(message.contains("1.29"), "\(message)")
            #expect(try await Self.field(cluster, ".status.phase") == "Failed")
            #expect(try await Self.image(cluster).hasSuffix("pilot:1.28.4"))

            // One minor after the other goes.
            for version in ["1.29.6", "1.30.3"] {
                let next = old.replacing("1.28.4", with: version)
                try await cluster.expectKubectl("apply", "--filename", "-", input: next)
                let isUp = try await becomes {
                    let phase = try await Self.field(cluster, ".status.phase")
                    return try await Self.field(cluster, ".status.version") == version && phase == "Ready"
                }
                #expect(isUp, "\(version): \(controller.text)")
                #expect(try await Self.image(cluster).hasSuffix("pilot:\(version)"))
            }
            let events = try await cluster.expectKubectl("get", "events", "--all-namespaces")
            #expect(events.contains("Upgrading"), "\(events)")
            await controller.stop()
        }
    }

    @Test("A leader that is stopped and wakes up again writes nothing while another one leads")
    func pausedLeader() async throws {
        try await withSandbox { cluster in
            try await cluster.applyDefinitions()
            let first = try cluster.startElectedOperator("first")
            #expect(try await Self.leads("first", cluster, within: patience), "\(first.text)")
            try await cluster.expectKubectl("apply", "--filename", "-", input: Self.manifest("1.30.3"))
            try await cluster.expectKubectl("wait", "--for=condition=Ready", "mop/mesh", "--timeout=180s")
            let second = try cluster.startElectedOperator("second")
            kill(first.identifier, SIGSTOP)
            #expect(try await Self.leads("second", cluster, within: patience), "\(second.text)")
            // The second one repairs what goes missing; the first wakes up in the middle of it.
            try await cluster.expectKubectl("delete", "service", "istiod", "--namespace", "istio-system")
            kill(first.identifier, SIGCONT)
            let isBack = try await becomes {
                try await cluster.kubectl("get", "service", "istiod", "--namespace", "istio-system").status == 0
            }
            #expect(isBack, "\(second.text)")
            let before = try await Self.settledVersion(cluster)
            // A writer too many would show as a changed object, or as a lease that moves back.
            try await Task.sleep(for: .seconds(5))
            #expect(try await Self.version(cluster) == before)
            #expect(try await Self.leads("second", cluster, within: .zero))
            await second.stop()
            await first.stop()
        }
    }

    static func leads(_ name: String, _ cluster: SandboxScope, within limit: Duration) async throws -> Bool {
        try await becomes(limit: limit) {
            let holder = try await cluster.kubectl(
                "get",
                "lease",
                "mesh-operator",
                "--namespace",
                "default",
                "--output",
                "jsonpath={.spec.holderIdentity}"
            )
            return holder.output.hasPrefix("\(name)_")
        }
    }

    /// The versions of the mesh's objects once they have stayed the same for two seconds.
    static func settledVersion(_ cluster: SandboxScope) async throws -> String {
        var last = try await version(cluster)
        for _ in 0..<60 {
            try await Task.sleep(for: .seconds(2))
            let next = try await version(cluster)
            if next == last { return next }
            last = next
        }
        return last
    }

    static func version(_ cluster: SandboxScope) async throws -> String {
        try await cluster.expectKubectl(
            "get",
            "deployments,services,configmaps,serviceaccounts",
            "--namespace",
            "istio-system",
            "--output",
            "jsonpath={.items[*].metadata.resourceVersion}"
        )
    }
}

/// `hack/run` as a person at a terminal uses it.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct RunTests {
    @Test("hack/run shows a mesh that is Ready, and ends with 0 and without a trace on Ctrl-C")
    func endsOnControlC() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-run-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try ChildProcess.start(
            URL(filePath: "/bin/bash"),
            [
                SandboxScope.project.appending(path: "hack/run").path(), "--binaries", SandboxScope.products.path(),
            ],
            environment: ["TMPDIR": folder.path(), "HOME": folder.path()]
        )
        let isUp = await becomes(limit: .seconds(240)) { run.text.contains("stays up until Ctrl-C") || !run.isRunning }
        #expect(isUp && run.isRunning, "\(run.text)")
        #expect(run.text.contains("export KUBECONFIG=\(folder.path())"), "\(run.text)")
        #expect(try Self.processes(mentioning: folder.path()).count >= 2)
        // A terminal sends it to all processes of the group.
        kill(-run.identifier, SIGINT)
        let isDown = await becomes { !run.isRunning }
        #expect(isDown)
        #expect(run.exitStatus == 0, "\(run.text)")
        #expect(try Self.processes(mentioning: folder.path()).isEmpty)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        #expect(left.filter { $0.hasPrefix("mesh-run") } == [])
        await run.stop()
    }

    /// The command lines of processes that name a path.
    static func processes(mentioning path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { id in
            guard let data = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else { return nil }
            let text = String(decoding: data, as: UTF8.self)
            return text.contains(path) ? text : nil
        }
    }
}
