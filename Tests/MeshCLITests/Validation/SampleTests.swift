internal import DataTree
internal import Foundation
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshCLI
internal import MeshTestKit
internal import Testing

@Suite("Samples")
struct SampleTests {
    private static let folder = "\(packageRoot)/Manifests/samples"
    private static let files = folderEntries(folder).filter { $0.hasSuffix(".yaml") }
    private static let rollouts = files.filter { $0.hasPrefix("rollout-") }

    private func text(_ file: String) throws -> String { try fileText("\(Self.folder)/\(file)") }

    @Test("There is one for each strategy")
    func strategies() {
        let wanted = [
            "upgrade-canary", "upgrade-inplace", "upgrade-manual", "rollout-canary", "rollout-header", "rollout-mirror",
            "rollout-bluegreen", "rollout-fault", "rollout-session-affinity", "rollout-group", "rollout-analysis",
        ]
        #expect(Set(wanted.map { $0 + ".yaml" }).isSubset(of: Self.files))
    }

    @Test("Each is valid to the letter, without a warning", arguments: files)
    func valid(_ file: String) throws {
        let text = try text(file)
        let files = MeshFiles { _ in text }
        let validation = ResourceValidation(catalogue: try .builtIn(), files: files, today: "2026-11-25")
        let report = validation.report([file])
        #expect(!report.entries.isEmpty)
        for entry in report.entries {
            #expect(entry.verdict == .valid && entry.warnings.isEmpty, "\(entry)")
        }
    }

    @Test("Each begins with what it is for", arguments: files)
    func comments(_ file: String) throws {
        #expect(try text(file).hasPrefix("# "))
    }

    @Test("The workloads and the host of each MeshRollout are in the file it names", arguments: rollouts)
    func workloads(_ file: String) throws {
        let apps = try YAML.documents(text("apps/shop.yaml")).map { KubeObject($0) }
        let sample = try text(file)
        #expect(sample.contains("Manifests/samples/apps/shop.yaml"))
        for document in try YAML.documents(sample) {
            let rollout = try MeshRolloutResource(decoding: KubeObject(document))
            #expect(apps.contains { $0.kind == .service && $0.name == rollout.spec.host })
            for side in [rollout.spec.stable, rollout.spec.canary] {
                let workload = try #require(apps.first { $0.kind == .deployment && $0.name == side.name })
                #expect(workload.namespace == rollout.object.namespace)
                let labels = workload.tree.value(at: "spec", "template", "metadata", "labels")
                #expect(labels?[rollout.spec.versionLabel]?.string == side.version)
            }
        }
    }

    @Test("Gates that a step names are there", arguments: rollouts)
    func gates(_ file: String) throws {
        for document in try YAML.documents(text(file)) {
            let spec = try MeshRolloutResource(decoding: KubeObject(document)).spec
            let known = Set(spec.analysis.metrics.map(\.name) + spec.analysis.gates.map(\.name))
            for step in spec.steps {
                if case .analysis(let names) = step.change { #expect(known.isSuperset(of: names) && !known.isEmpty) }
            }
        }
    }
}
