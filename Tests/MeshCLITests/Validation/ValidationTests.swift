internal import DataTree
internal import Foundation
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import Testing

@Suite("meshctl validate")
struct ValidationTests {
    private static let good =
        "{apiVersion: meshoperator.io/v1alpha1, kind: MeshOperator, metadata: {name: m}, spec: {}}"
    private static let rollout = """
        apiVersion: meshoperator.io/v1alpha1
        kind: MeshRollout
        metadata: {name: reviews, namespace: shop}
        spec:
          workload:
            stable: {name: reviews-v1, version: v1}
            canary: {name: reviews-v2, version: v2}
          host: reviews
          steps:
            - setWeight: 50
            - setWeight: 101
            - setweight: 3
        """

    private func validation(_ contents: [String: String], folders: [String: [String]] = [:]) throws
        -> ResourceValidation
    {
        let files = MeshFiles(
            read: { path throws(NoSuchFile) in
                guard let text = contents[path] else { throw NoSuchFile() }
                return text
            },
            list: { folders[$0] }
        )
        return ResourceValidation(catalogue: try .builtIn(), files: files, today: "2026-11-25")
    }

    private func run(_ text: String) throws -> CommandOutcome { try validation(["f.yaml": text]).run(["f.yaml"]) }

    private func problems(_ text: String) throws -> [ValidationReport.Problem] {
        try validation(["f.yaml": text]).report(["f.yaml"]).entries.flatMap(\.problems)
    }

    @Test("A MeshRollout is read strictly, with line and column of each fault")
    func rollout() throws {
        let found = try problems(Self.rollout)
        #expect(
            found.contains {
                $0.place == .init(line: 11, column: 7) && $0.issue?.path.description == "spec.steps[1].setWeight"
            }
        )
        #expect(found.contains { $0.place == .init(line: 12, column: 7) && $0.message.contains("setweight") })
        let text = try run(Self.rollout).output
        #expect(text.contains("f.yaml: MeshRollout shop/reviews: line 11, column 7: spec.steps[1].setWeight: 101: "))
    }

    @Test("Every document of a file counts, and places are those of the file")
    func documents() throws {
        let text =
            "\(Self.good)\n---\n# a note\n\(Self.rollout)\n---\n{apiVersion: v1, kind: Pod, metadata: {name: p}}\n"
        let report = try validation(["f.yaml": text]).report(["f.yaml"])
        #expect(report.entries.map(\.verdict) == [.valid, .invalid, .skipped])
        #expect(report.entries[1].problems.contains { $0.place?.line == 14 })
        let outcome = report.outcome(nil)
        #expect(
            outcome.exitCode == 1
                && outcome.warnings == [
                    "f.yaml: Pod p: not checked: only MeshOperator, MeshRollout and IstioOperator resources are"
                ]
        )
    }

    @Test("Items of a List are found where they stand")
    func lists() throws {
        let text = """
            apiVersion: v1
            kind: List
            items:
              - \(Self.good)
              - apiVersion: meshoperator.io/v1alpha1
                kind: MeshOperator
                metadata: {name: other}
                spec:
                  profil: demo
            """
        let found = try problems(text)
        #expect(found.count == 1 && found.first?.place == .init(line: 9, column: 7), "\(found)")
    }

    @Test("JSON has places too")
    func json() throws {
        let text = """
            {"apiVersion": "meshoperator.io/v1alpha1", "kind": "MeshOperator", "metadata": {"name": "m"},
             "spec": {"paused": "yes"}}
            """
        #expect(try problems(text).first?.place == .init(line: 2, column: 11))
        let tabs = text.replacing("\n ", with: "\n\t")
        #expect(try problems(tabs).count == 1)
    }

    @Test("A value that an alias brings in is found at the alias")
    func aliases() throws {
        let text = """
            apiVersion: meshoperator.io/v1alpha1
            kind: MeshOperator
            metadata: {name: m, annotations: {x: &bad "maybe"}}
            spec:
              paused: *bad
            """
        #expect(try problems(text).first?.place == .init(line: 5, column: 3))
    }

    @Test("An IstioOperator's unknown field is named with its place")
    func istioOperator() throws {
        let found = try problems("apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  profle: demo\n")
        #expect(
            found.first?.place == .init(line: 4, column: 3) && found.first?.issue?.remedy.contains("profile") == true
        )
    }

    @Test("A version that is not known is found where it is written")
    func versions() throws {
        let text =
            "apiVersion: meshoperator.io/v1alpha1\nkind: MeshOperator\nmetadata: {name: m}\nspec:\n  version: 1.0.0\n"
        let found = try problems(text)
        #expect(found.first?.place == .init(line: 5, column: 3) && found.first?.message.contains("1.0.0") == true)
    }

    @Test("Fields around spec that nobody reads, and a missing name, are wrong")
    func envelope() throws {
        let text = "apiVersion: meshoperator.io/v1alpha1\nkind: MeshOperator\nmetadata: {}\nsepc: {version: 1.30.3}\n"
        let found = try problems(text).map(\.message)
        #expect(found.contains { $0.hasPrefix("sepc: ") && $0.hasSuffix("write spec") })
        #expect(found.contains { $0.hasPrefix("metadata.name: ") })
        let generated = "{apiVersion: meshoperator.io/v1alpha1, kind: MeshOperator, metadata: {generateName: m-}}"
        #expect(try run(generated).exitCode == 0)
    }

    @Test(
        "Kinds of our groups that do not exist are refused; those of others are passed over",
        arguments: [
            ("meshoperator.io/v1alpha1", "MeshOperater", 1), ("meshoperator.io/v2", "MeshOperator", 1),
            ("meshoperator.io/v1", "MeshRollout", 1), ("operator.io/v1alpha1", "MeshRollout", 1),
            ("install.istio.io/v1alpha1", "Istio", 1), ("networking.istio.io/v1", "VirtualService", 0),
            ("v1", "Service", 0),
            ("v1", "", 1), ("", "MeshRollout", 1),
        ] as [(String, String, Int32)]
    )
    func kinds(_ version: String, _ kind: String, _ code: Int32) throws {
        let lines = [
            version.isEmpty ? "" : "apiVersion: \(version)", kind.isEmpty ? "" : "kind: \(kind)", "metadata: {name: x}",
        ]
        let outcome = try run(lines.joined(separator: "\n"))
        #expect(outcome.exitCode == code, "\(outcome)")
        #expect(outcome.warnings.count == (code == 0 ? 1 : 0))
    }

    @Test("A file that cannot be read does not hide the others")
    func badFiles() throws {
        let validation = try validation([
            "good.yaml": Self.good, "bad.yaml": "a: 1\nb: [1\n", "text.yaml": "hello", "empty.yaml": "# nothing\n",
        ])
        let outcome = validation.run(["bad.yaml", "missing.yaml", "text.yaml", "empty.yaml", "good.yaml"])
        #expect(outcome.exitCode == 1)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 4 && lines.last == "good.yaml: MeshOperator m: valid", "\(lines)")
        #expect(lines[0].hasPrefix("bad.yaml: line 3, column 1: cannot be read as YAML: "))
        #expect(lines[1].hasPrefix("missing.yaml: cannot be read; "), "named once, however it was given")
        #expect(outcome.warnings == ["empty.yaml: holds no resource"])
    }

    @Test("A folder stands for its files")
    func folders() throws {
        let validation = try validation(
            ["d/a.yaml": Self.good, "d/b.json": "{}"],
            folders: ["d": ["d/a.yaml", "d/b.json"], "none": []]
        )
        #expect(validation.report(["d"]).entries.map(\.file) == ["d/a.yaml", "d/b.json"])
        let empty = validation.run(["none"])
        #expect(empty.exitCode == 0 && empty.warnings.first?.contains("holds no file") == true)
    }

    @Test("A report for machines names file, verdict, place, path, value and remedy", arguments: OutputFormat.allCases)
    func report(_ format: OutputFormat) throws {
        let outcome = try validation(["f.yaml": Self.rollout]).run(["f.yaml"], format: format)
        let tree = try YAML.document(outcome.output)
        #expect(tree["valid"] == false && outcome.exitCode == 1 && outcome.warnings.isEmpty)
        let problem = tree["resources"]?.array?.first?["problems"]?.array?.first { $0["line"] == 11 }
        #expect(problem?["path"] == "spec.steps[1].setWeight" && problem?["value"] == "101" && problem?["column"] == 7)
        #expect(problem?["remedy"]?.string?.isEmpty == false)
    }

    @Test(
        "Words are suggested when they are near",
        arguments: [
            ("validte", "validate"), ("stauts", "status"), ("sepc", "spec"), ("rollou", "rollout"), ("xyz", nil),
            ("", nil),
        ] as [(String, String?)]
    )
    func suggestions(_ word: String, _ expected: String?) {
        let known = ["manifest", "convert", "validate", "rollout", "version", "status", "spec"]
        #expect(NameSuggestion.nearest(to: word, among: known) == expected)
    }

    @Test(
        "What can never work is refused where it is written",
        arguments: [
            ("progressDeadline: 0s", "spec.progressDeadline", "above zero"),
            ("analysis: {window: 0s}", "spec.analysis.window", "above zero"),
            (
                "analysis: {prometheus: {address: 'http://p/?x=1'}}", "spec.analysis.prometheus.address",
                "leave it out"
            ),
            ("analysis: {gates: [{name: g, url: 'http://me:pw@h/'}]}", "spec.analysis.gates[0].url", "secretRef"),
            (
                "analysis: {gates: [{name: g, url: 'http://169.254.169.254/'}]}", "spec.analysis.gates[0].url",
                "never asked"
            ),
            (
                "analysis: {metrics: [{name: m, json: {url: 'http://h/', path: '{.a}'}, min: 5, max: 1}]}",
                "spec.analysis.metrics[0].min", "let min be at most max"
            ),
            (
                "steps: [{match: [{headers: {x: {exakt: y}}}]}]", "spec.steps[0].match[0].headers.x.exakt",
                "exact, prefix, regex"
            ),
            (
                "steps: [{match: [{uri: {exact: /}}]}, {fault: {abort: {httpStatus: 9999}}}]",
                "spec.steps[1].fault.abort.httpStatus", "from 200 to 599"
            ),
        ] as [(String, String, String)]
    )
    func neverWorks(_ more: String, _ path: String, _ words: String) throws {
        let text = """
            apiVersion: meshoperator.io/v1alpha1
            kind: MeshRollout
            metadata: {name: reviews, namespace: shop}
            spec:
              workload: {stable: {name: reviews-v1, version: v1}, canary: {name: reviews-v2, version: v2}}
              host: reviews
              \(more)
            """
        let found = try problems(text)
        #expect(found.contains { $0.issue?.path.description == path && $0.message.contains(words) }, "\(found)")
        #expect(!found.contains { $0.message.contains("pw@") })
        let same = try problems(text.replacing(more, with: "").replacing("name: reviews-v2", with: "name: reviews-v1"))
        #expect(same.map { $0.issue?.path.description } == ["spec.workload.canary.name"])
    }

    @Test(
        "An upgrade that would move nobody is refused where it is written",
        arguments: [
            ("{maxUnavailable: 0}", "spec.upgrade.workloads.maxUnavailable"),
            ("{maxUnavailable: 0%}", "spec.upgrade.workloads.maxUnavailable"),
            (
                "{waves: [{namespaceSelector: {matchLabels: {a: '!!'}}}]}",
                "spec.upgrade.workloads.waves[0].namespaceSelector"
            ),
        ] as [(String, String)]
    )
    func movesNobody(_ workloads: String, _ path: String) throws {
        let text = Self.good.replacing("spec: {}", with: "spec: {upgrade: {workloads: \(workloads)}}")
        #expect(try problems(text).map { $0.issue?.path.description } == [path])
    }
}
