internal import DataTree
internal import MeshBase
internal import MeshCLI
internal import MeshTestKit
internal import Testing

@Suite("meshctl rollout status draws")
struct RolloutTreeTests {
    private static let golden = Golden("Golden")
    private static let looks: [(name: String, style: TextStyle, width: Int)] = [
        ("plain", .plain, 100), ("narrow", .plain, 40),
        ("colour", TextStyle(hasColour: true, hasUnicode: true), 100),
    ]

    private func lines(_ name: String, _ style: TextStyle, _ width: Int) throws -> [String] {
        try RolloutTree(RolloutScenes.subject(name), now: RolloutScenes.now, style: style, width: width).lines
    }

    @Test("Each scene looks as it did", arguments: RolloutScenes.all)
    func scenes(_ name: String) throws {
        for look in Self.looks {
            let text = try lines(name, look.style, look.width).map { $0 + "\n" }.joined()
            try Self.golden.check(text, "\(name).\(look.name).txt")
        }
    }

    @Test("No golden file is left over")
    func stale() throws {
        for name in RolloutScenes.all { try? scenes(name) }
        #expect(try Self.golden.removeStale() == [])
    }

    @Test(
        "No line is wider than the terminal, and nothing of the cluster's texts steers it",
        arguments: RolloutScenes.all
    )
    func widths(_ name: String) throws {
        for width in [16, 24, 40, 80, 200] {
            for line in try lines(name, .plain, width) {
                #expect(line.count <= width, "\(line)")
                #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0.value != 0x202e })
            }
        }
    }

    @Test("Colours change nothing but colours", arguments: RolloutScenes.all)
    func colours(_ name: String) throws {
        let plain = try lines(name, TextStyle(hasColour: false, hasUnicode: true), 60)
        let painted = try lines(name, TextStyle(hasColour: true, hasUnicode: true), 60)
        let bare = painted.map { $0.replacing(#/\u{1b}\[[0-9;]*m/#, with: "") }
        #expect(bare == plain)
        #expect(painted != plain)
    }

    @Test("What keeps a revision stands beside it")
    func holders() throws {
        let revisions: Tree = [
            ["name": "1-30-3", "version": "1.30.3", "ready": true],
            [
                "name": "default", "version": "1.29.6", "ready": true,
                "heldBy": ["2 pods in shop", "gateway istio-system/gw"],
            ],
        ]
        let subject = try RolloutScenes.subject("mesh-complete", ["status/revisions": revisions])
        let lines = RolloutTree(subject, now: RolloutScenes.now, style: .plain, width: 200).lines
        let kept = lines.filter { $0.contains("kept: 2 pods in shop, gateway istio-system/gw") }
        #expect(kept.count == 1 && kept.first?.contains("default 1.29.6") == true, "\(lines)")
    }

    @Test(
        "A hop that failed is not drawn as done, up or down, once its revision is gone",
        arguments: [("1.29.6", ["1.30.3"]), ("1.30.3", ["1.30.2"]), ("1.30.3", ["1.30.2", "1.29.6"])]
    )
    func failedHop(_ running: String, _ hops: [String]) throws {
        let subject = try RolloutScenes.subject(
            "mesh-rolled-back",
            [
                "status/version": .string(running), "status/plan/hops": .array(hops.map { .string($0) }),
                "status/revisions": [["name": "default", "version": .string(running), "ready": true]],
            ]
        )
        let text = RolloutTree(subject, now: RolloutScenes.now, style: .plain, width: 200).lines.joined(separator: "\n")
        #expect(text.contains("Hop: \(hops[0])") && !text.contains("Hop done"), "\(text)")
    }

    @Test("The rest of a hold counts down, and ages grow")
    func countdown() throws {
        let subject = try RolloutScenes.subject("mesh-holding")
        func text(_ seconds: Int) -> String {
            let now = RolloutScenes.now + .seconds(seconds)
            return RolloutTree(subject, now: now, style: .plain, width: 100).lines.joined(separator: "\n")
        }
        #expect(text(0).contains("Hold: 3m30s left") && text(0).contains("Holding for 1m30s"))
        #expect(text(61).contains("Hold: 2m29s left") && text(61).contains("Holding for 2m31s"))
        #expect(text(10_000).contains("Hold: 0s left"))
    }

    @Test(
        "Standings and exit codes",
        arguments: [
            ("mesh-complete", 0, true), ("mesh-holding", 0, false), ("mesh-refused", 1, true),
            ("mesh-rolled-back", 1, true),
            ("rollout-approval", 0, false), ("rollout-completed", 0, true), ("rollout-hostile", 0, false),
        ] as [(String, Int32, Bool)]
    )
    func standings(_ name: String, _ code: Int32, _ isOver: Bool) throws {
        let standing = try RolloutScenes.subject(name).standing
        #expect(standing.exitCode == code && standing.isOver == isOver, "\(standing)")
    }

    @Test(
        "A change the operator has not seen yet is no end",
        arguments: ["mesh-complete", "mesh-refused", "rollout-completed"]
    )
    func unseen(_ name: String) throws {
        let subject = try RolloutScenes.subject(name, ["metadata/generation": 99])
        #expect(subject.standing == .unseen)
    }

    @Test("A mesh on its way is not complete, whatever its phase says", arguments: ["Ready", "Degraded", "Updating"])
    func phases(_ phase: String) throws {
        let subject = try RolloutScenes.subject("mesh-holding", ["status/phase": .string(phase)])
        #expect(subject.standing == .underWay)
    }

    private func text(_ name: String, _ changes: [String: Tree]) throws -> String {
        let subject = try RolloutScenes.subject(name, changes)
        return RolloutTree(subject, now: RolloutScenes.now, style: .plain, width: 200).lines.joined(separator: "\n")
    }

    @Test("Waves say how far they are, where the status does")
    func waves() throws {
        let text = try text("mesh-holding", [:])
        #expect(text.contains("+ wave 1 done: 1 workload with 2 pods"), "\(text)")
        #expect(text.contains("> wave 2 3 of 9 moved: 9 workloads with"), "\(text)")
        #expect(text.contains(". wave 3 waiting: 2 workloads with"), "\(text)")
        let moving: Tree = [
            ["wave": 1, "workloads": 2, "moved": 2, "ready": 2], ["wave": 2, "workloads": 2, "moved": 2, "ready": 1],
            ["wave": 3, "workloads": 3, "moved": 2, "ready": 2],
        ]
        let up = try self.text("mesh-holding", ["status/plan/outline/waves": moving])
        #expect(up.contains("+ wave 1 done: 2 workloads"), "\(up)")
        #expect(up.contains("> wave 2 2 of 2 moved, 1 of these up: 2 workloads"), "moved is not done: \(up)")
        #expect(up.contains("> wave 3 2 of 3 moved: 3 workloads"), "\(up)")
        let waves: Tree = [["wave": 1, "namespaces": 1, "workloads": 4, "pods": 4]]
        let before = try self.text("mesh-holding", ["status/plan/outline/waves": waves])
        #expect(before.contains("|- wave 1 4 workloads") || before.contains("`- wave 1 4 workloads"), "\(before)")
    }

    @Test("A metric that decides nothing is marked, and a red button that may be mistyped is no green one")
    func gates() throws {
        let text = try text("mesh-holding", [:])
        #expect(text.contains("x queue-length (dry run) Failed 120 is above 100"), "\(text)")
        #expect(text.contains("> red-button Passed warning: "), "\(text)")
        #expect(!text.contains("success-rate (dry run)"))
        let rollout = try self.text(
            "rollout-approval",
            [
                "spec/analysis": ["metrics": [["name": "p99", "query": "q", "max": 1, "dryRun": true]]],
                "status/progress/gates": [["name": "p99", "outcome": "Passed", "message": "ok"]],
            ]
        )
        #expect(rollout.contains("+ p99 (dry run) Passed ok"), "\(rollout)")
    }

    @Test("One finding is one", arguments: [(1, "1 keeps it from starting"), (2, "2 keep it from starting")])
    func findings(_ row: (count: Int64, words: String)) throws {
        let outline: Tree = ["refusing": .integer(row.count), "findings": ["bad"]]
        #expect(try text("mesh-holding", ["status/plan/outline": outline]).contains(row.words))
    }

    @Test(
        "What spec.paused holds does nothing, whatever it was about to do",
        arguments: [("mesh-holding", "plan"), ("rollout-approval", "progress")]
    )
    func held(_ row: (scene: String, place: String)) throws {
        let changes: [String: Tree] = [
            "spec/paused": true, "status/phase": "Paused", "status/\(row.place)/reason": "RollingBack",
        ]
        let text = try text(row.scene, changes)
        #expect(text.contains("Paused spec.paused holds all writes; RollingBack goes on once it is unset"), "\(text)")
        #expect(!text.contains("RollingBack for") && !text.contains("left"), "\(text)")
    }

    @Test("A last step that the spec leaves out is shown all the same")
    func impliedStep() throws {
        let steps: Tree = [["match": [["headers": ["x-test": ["exact": "yes"]]]]], ["approve": true]]
        let changes: [String: Tree] = ["spec/strategy": "BlueGreen", "spec/steps": steps, "status/progress/steps": 3]
        let subject = try RolloutScenes.subject("rollout-approval", changes)
        let lines = RolloutTree(subject, now: RolloutScenes.now, style: .plain, width: 100).lines
        #expect(lines.contains { $0.hasSuffix("Steps + match > approve . 100%") }, "\(lines)")
    }

    @Test("What an environment says of its terminal")
    func environment() {
        let rich = ["TERM": "xterm-256color", "LANG": "en_US.UTF-8"]
        #expect(TextStyle(environment: rich, isTerminal: true) == TextStyle(hasColour: true, hasUnicode: true))
        #expect(TextStyle(environment: rich, isTerminal: false) == TextStyle(hasColour: false, hasUnicode: true))
        #expect(!TextStyle(environment: rich.merging(["NO_COLOR": "1"]) { $1 }, isTerminal: true).hasColour)
        #expect(TextStyle(environment: ["TERM": "dumb", "LANG": "C"], isTerminal: true) == .plain)
        #expect(!TextStyle(environment: ["LANG": "en_US.UTF-8", "LC_ALL": "C"], isTerminal: true).hasUnicode)
    }
}
