internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

@Suite struct RevisionHistoryTests {
    static func set(_ image: String, limit: Int64 = 10) -> KubeObject {
        var set = KubeObject(kind: .daemonSet, key: ObjectKey(namespace: "shop", name: "agent"))
        set.tree.set("u1", at: ["metadata", "uid"])
        set.tree["spec"] = [
            "revisionHistoryLimit": .integer(limit), "selector": ["matchLabels": ["app": "agent"]],
            "template": [
                "metadata": ["labels": ["app": "agent"]],
                "spec": ["containers": [["name": "main", "image": .string(image)]]],
            ],
        ]
        return set
    }

    static func history(_ set: KubeObject, _ revisions: [KubeObject], live: Set<String> = []) -> RevisionHistory {
        RevisionHistory(set, revisions: revisions, hashLabel: "hash", live: live)
    }

    @Test func eachTemplateIsKeptOnceAndComesBackUnderANewNumber() throws {
        let first = Self.history(Self.set("web:1"), [])
        let one = try #require(first.creations.first)
        #expect(RevisionHistory.number(one) == 1)
        #expect(one.name == first.current)
        #expect(one.labels["app"] == "agent" && one.labels["hash"] != nil)
        let two = try #require(Self.history(Self.set("web:2"), [one]).creations.first)
        #expect(RevisionHistory.number(two) == 2)
        let back = Self.history(Self.set("web:1"), [one, two])
        #expect(back.creations.isEmpty)
        #expect(back.renumbered.map(RevisionHistory.number) == [3])
        #expect(back.renumbered.map(\.name) == [one.name])
        #expect(Self.history(Self.set("web:2"), [one, two]).renumbered.isEmpty)
    }

    @Test func aRevisionGivesTheTemplateBack() throws {
        let old = Self.set("web:1")
        let revision = try #require(Self.history(old, []).creations.first)
        #expect(revision.tree.value(at: "data", "spec", "template", "$patch") == "replace")
        let restored = RevisionHistory.restored(Self.set("web:2"), revision)
        #expect(PodTemplate(of: restored) == PodTemplate(of: old))
    }

    @Test func whatIsOldAndUnusedIsCut() {
        var revisions: [KubeObject] = []
        for number in 1...5 {
            revisions += Self.history(Self.set("web:\(number)"), revisions).creations
        }
        let names = revisions.map(\.name)
        let history = Self.history(Self.set("web:5", limit: 2), revisions, live: [names[0]])
        #expect(history.deletions.map(\.name) == [names[1]])
        #expect(Self.history(Self.set("web:5", limit: 0), revisions).deletions.count == 4)
    }
}
