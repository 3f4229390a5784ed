internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct TagMoveTests {
    /// A pod about to be made.
    struct Applicant: Sendable {
        var namespace: [String: String]
        var pod: [String: String] = [:]

        static let following: [Applicant] = [
            .init(namespace: ["istio-injection": "enabled"]), .init(namespace: ["istio.io/rev": "default"]),
            .init(namespace: ["istio-injection": "enabled", "istio.io/rev": "other"]),
            .init(namespace: [:], pod: ["sidecar.istio.io/inject": "true"]),
            .init(namespace: [:], pod: ["istio.io/rev": "default"]),
        ]

        static let refusing: [Applicant] = [
            .init(namespace: [:]), .init(namespace: ["istio-injection": "disabled", "istio.io/rev": "default"]),
            .init(namespace: ["istio-injection": "enabled"], pod: ["sidecar.istio.io/inject": "false"]),
        ]

        /// The Services that webhooks ask about it, one for each configuration that does.
        func asked(_ objects: [KubeObject]) -> [String] {
            objects.compactMap { object in
                guard object.kind.kind == "MutatingWebhookConfiguration" else { return nil }
                let entries = object.tree["webhooks"]?.array ?? []
                let matching = entries.filter { entry in
                    Self.matches(entry["namespaceSelector"], namespace) && Self.matches(entry["objectSelector"], pod)
                }
                #expect(matching.count <= 1)
                return matching.first?.value(at: "clientConfig", "service", "name")?.string
            }
        }

        private static func matches(_ selector: Tree?, _ labels: [String: String]) -> Bool {
            guard let selector, let parsed = try? LabelSelector(selector) else { return false }
            return parsed.matches(labels)
        }
    }

    static let example = UpgradeExample.all[0]

    /// All stages from a composition to a goal, the first one included.
    static func way(_ start: RevisionComposition, tag: String = "default", to goal: String) -> [RevisionComposition] {
        var result = [start]
        while let last = result.last, !last.hasArrived(tag: tag, at: goal), result.count < 10 {
            result.append(last.moving(tag: tag, to: goal, isTrusted: true))
        }
        return result
    }

    /// The objects while a change of compositions is half written: any of the writes may be done and others not.
    static func between(_ one: [KubeObject], _ other: [KubeObject]) -> [[KubeObject]] {
        var (before, after): ([ResourceID: KubeObject], [ResourceID: KubeObject]) = ([:], [:])
        for object in one where object.kind.kind == "MutatingWebhookConfiguration" {
            before[ResourceID(object)] = object
        }
        for object in other where object.kind.kind == "MutatingWebhookConfiguration" {
            after[ResourceID(object)] = object
        }
        let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
        return (0..<(1 << changed.count)).map { mask in
            var state = before
            for (bit, id) in changed.enumerated() where mask & (1 << bit) != 0 { state[id] = after[id] }
            return state.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @Test("At no moment of a move, there or back, two revisions or none are asked", arguments: [false, true])
    func alwaysOne(_ isBack: Bool) throws {
        var stages = Self.way(UpgradeExample.beside, to: "1-30-2")
        #expect(stages.count == 5)
        if isBack {
            stages = Self.way(try #require(stages.last), to: "default")
            #expect(stages.count == 5)
            #expect(stages.last == UpgradeExample.beside)
        }
        let objects = try stages.map { try Self.example.composed($0).objects }
        var answers: [String] = []
        for (one, other) in zip(objects, objects.dropFirst()) {
            #expect(Self.between(one, other).count == 2, "each step is one write")
            for state in Self.between(one, other) {
                for applicant in Applicant.following {
                    let asked = Set(applicant.asked(state))
                    #expect(asked.count == 1, "\(applicant): \(asked)")
                    answers += asked
                }
                for applicant in Applicant.refusing { #expect(applicant.asked(state) == []) }
                let chosen = Applicant(namespace: ["istio.io/rev": "1-30-2"])
                #expect(chosen.asked(state) == ["istiod-1-30-2"])
            }
        }
        #expect(answers.first == (isBack ? "istiod-1-30-2" : "istiod"))
        #expect(answers.last == (isBack ? "istiod" : "istiod-1-30-2"))
    }

    @Test("Writing both at once would leave pods to two revisions or to none: the check above can fail")
    func naive() throws {
        let before = try Self.example.composed(UpgradeExample.beside).objects
        var moved = UpgradeExample.beside
        moved.defaultTag = "1-30-2"
        let after = try Self.example.composed(moved).objects
        let counts = Self.between(before, after).map { Set(Applicant.following[0].asked($0)).count }
        #expect(Set(counts) == [0, 1, 2])
    }

    @Test("A tag object is asked only once it is trusted")
    func trust() {
        let prepared = UpgradeExample.beside.moving(tag: "default", to: "1-30-2", isTrusted: false)
        #expect(prepared.handover(of: "default") == TagHandover(to: "1-30-2", .prepared))
        #expect(prepared.moving(tag: "default", to: "1-30-2", isTrusted: false) == prepared)
        #expect(prepared.answering["default"] == "default")
        let lent = prepared.moving(tag: "default", to: "1-30-2", isTrusted: true)
        #expect(lent.answering["default"] == "1-30-2")
        #expect(UpgradeExample.beside.moving(tag: "default", to: "nowhere", isTrusted: true) == UpgradeExample.beside)
    }

    @Test(
        "From any stage of one move another goal is reached, one answer at any time",
        arguments: TagHandover.Stage.allCases
    )
    func redirected(_ stage: TagHandover.Stage) throws {
        let third = RevisionSlot(name: "1-30-3", version: "1.30.3")
        var start = UpgradeExample.beside
        start.kept = [third]
        start.set("default", TagHandover(to: stage == .own ? "default" : "1-30-2", stage))
        for goal in ["1-30-3", "default", "1-30-2"] {
            let stages = Self.way(start, to: goal)
            let last = try #require(stages.last)
            #expect(last.hasArrived(tag: "default", at: goal), "\(stage) to \(goal)")
            let objects = try stages.map { try Self.example.composed($0).objects }
            for (one, other) in zip(objects, objects.dropFirst()) {
                for state in Self.between(one, other) {
                    let asked = Set(Applicant.following[0].asked(state))
                    #expect(asked.count == 1, "\(stage) to \(goal): \(asked)")
                }
            }
        }
    }

    @Test("Once the revision without a name is gone the tag moves in one write")
    func alone() throws {
        var start = RevisionComposition(stable: UpgradeExample.new)
        start.defaultTag = "1-30-2"
        let next = RevisionSlot(name: "1-30-3", version: "1.30.3")
        start.target = next
        let stages = Self.way(start, to: next.name)
        #expect(stages.count == 2)
        let objects = try stages.map { try Self.example.composed($0).objects }
        for state in Self.between(objects[0], objects[1]) {
            #expect(Set(Applicant.following[0].asked(state)).count == 1)
        }
    }

    @Test("A user's tag keeps pointing where it is, with its Service, until it is moved")
    func userTags() throws {
        var example = Self.example
        example.spec["values"] = ["revisionTags": ["prod"]]
        var composition = RevisionComposition(settled: try example.decoded(), version: "1.29.6")
        #expect(composition.tags == ["prod": "default"])
        composition.target = UpgradeExample.new
        func leads(_ kind: String, _ name: String) throws -> KubeObject {
            let all = try example.composed(composition).objects.filter { $0.kind.kind == kind && $0.name == name }
            #expect(all.count == 1)
            return try #require(all.first)
        }
        #expect(
            try leads("MutatingWebhookConfiguration", "istio-revision-tag-prod").labels["istio.io/rev"] == "default"
        )
        #expect(try leads("Service", "istiod-revision-tag-prod").labels["istio.io/rev"] == "default")
        composition = composition.moving(tag: "prod", to: "1-30-2", isTrusted: true)
        #expect(composition.hasArrived(tag: "prod", at: "1-30-2"))
        let webhooks = try leads("MutatingWebhookConfiguration", "istio-revision-tag-prod")
        #expect(webhooks.labels["istio.io/rev"] == "1-30-2")
        let service = webhooks.tree["webhooks"]?.array?.first?.value(at: "clientConfig", "service", "name")
        #expect(service == "istiod-1-30-2")
        #expect(
            try leads("Service", "istiod-revision-tag-prod").tree.value(at: "spec", "selector", "istio.io/rev")
                == "1-30-2"
        )
    }

    @Test("The name of a revision lives on as a tag")
    func ownNameAsTag() throws {
        var example = Self.example
        example.spec["revision"] = "prod"
        var start = RevisionComposition(settled: try example.decoded(), version: "1.29.6")
        #expect(start.defaultTag == "" && start.stable.name == "prod")
        start.target = UpgradeExample.new
        let stages = Self.way(start, tag: "prod", to: "1-30-2")
        #expect(stages.count == 5)
        let objects = try stages.map { try example.composed($0).objects }
        for (one, other) in zip(objects, objects.dropFirst()) {
            for state in Self.between(one, other) {
                #expect(Set(Applicant(namespace: ["istio.io/rev": "prod"]).asked(state)).count == 1)
                #expect(Applicant(namespace: ["istio-injection": "enabled"]).asked(state) == [])
            }
        }
    }

    @Test("The validator of configuration without a revision follows the tag default")
    func validator() throws {
        var example = Self.example
        example.spec["values"] = ["defaultRevision": "default"]
        let stages = Self.way(UpgradeExample.beside, to: "1-30-2")
        let services = try stages.map { stage -> String? in
            let object = try example.composed(stage).objects.first { $0.name == DefaultValidator.name }
            let service = object?.tree["webhooks"]?.array?.first?.value(at: "clientConfig", "service", "name")?.string
            let revision = object?.labels["istio.io/rev"]
            #expect(service == (revision == "default" ? "istiod" : "istiod-1-30-2"))
            return service
        }
        #expect(services == ["istiod", "istiod", "istiod-1-30-2", "istiod-1-30-2", "istiod-1-30-2"])
    }
}
