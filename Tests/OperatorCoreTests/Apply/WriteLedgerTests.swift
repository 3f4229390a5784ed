internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import Testing

@testable internal import OperatorCore

@Suite struct WriteLedgerTests {
    private static let kind = GroupVersionKind(group: "", version: "v1", kind: "ConfigMap")
    private static let id = ResourceID(object("a", 1))

    private static func object(_ uid: String, _ version: Int) -> KubeObject {
        var object = KubeObject(kind: kind, key: ObjectKey(namespace: "shop", name: "x"))
        object.tree.set(.string(uid), at: ["metadata", "uid"])
        object.resourceVersion = "\(version)"
        return object
    }

    private static func latest(_ ledger: WriteLedger, _ cached: KubeObject?, at version: Int) -> KubeObject? {
        ledger.latest(id, cached: cached, version: ResourceVersion("\(version)"), now: .zero)
    }

    @Test(
        "What is gone stays gone for caches that lag behind, whatever they show of the time before",
        arguments: [
            // (uid known, shown by the cache, whether it is there)
            ("a", ("a", 10), false), ("a", ("a", 9), false), ("a", ("a", 11), false), (nil, ("a", 10), false),
            (nil, ("a", 9), false), ("a", ("older", 3), false), ("a", ("newer", 12), true), (nil, ("newer", 12), true),
        ] as [(String?, (String, Int), Bool)]
    )
    func gone(uid: String?, shown: (String, Int), isThere: Bool) {
        let ledger = WriteLedger()
        ledger.noteAbsence(Self.id, uid: uid, version: "10")
        let cached = Self.object(shown.0, shown.1)
        #expect(Self.latest(ledger, cached, at: max(shown.1, 9)) == (isThere ? cached : nil))
    }

    @Test("A cache that lacks an object may still be told of it before it is told of its end")
    func toldLate() {
        let ledger = WriteLedger()
        ledger.noteAbsence(Self.id, uid: "a", version: "10")
        #expect(Self.latest(ledger, nil, at: 5) == nil)
        #expect(Self.latest(ledger, Self.object("a", 8), at: 8) == nil)
        #expect(Self.latest(ledger, Self.object("a", 10), at: 10) == nil)
        #expect(Self.latest(ledger, nil, at: 11) == nil)
        let next = Self.object("b", 12)
        #expect(Self.latest(ledger, next, at: 12) == next)
    }

    @Test func theNewerOfCacheAndAnswerCounts() {
        let ledger = WriteLedger()
        ledger.note(Self.object("a", 10))
        #expect(Self.latest(ledger, Self.object("a", 4), at: 4)?.resourceVersion == "10")
        #expect(Self.latest(ledger, nil, at: 11) == nil)
    }
}
