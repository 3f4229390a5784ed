internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import KubeRuntime

@Suite struct StatusWatchTests {
    private static let key = ObjectKey(namespace: "shop", name: "mesh")

    private static func object(_ version: Int, _ phase: String?) -> KubeObject {
        var object = KubeObject(kind: .configMap, key: key)
        object.resourceVersion = "\(version)"
        if let phase { object.tree["status"] = ["phase": .string(phase)] }
        return object
    }

    /// A change of the status from one word to another.
    private static func change(_ version: Int, _ old: String?, _ new: String?) -> StoreChange {
        .updated(old: object(version - 1, old), new: object(version, new))
    }

    @Test(
        "what this process writes wakes nobody, whether the answer or the event comes first, and however late the event is"
    )
    func own() {
        let watch = StatusWatch()
        watch.expect(["phase": "Ready"], of: Self.key)
        #expect(watch.delay(Self.change(5, nil, "Ready"), now: .zero) == nil)
        watch.note(Self.object(5, "Ready"))
        watch.expect(["phase": "Failed"], of: Self.key)
        watch.note(Self.object(8, "Failed"))
        #expect(watch.delay(Self.change(5, nil, "Ready"), now: .zero) == nil)
        #expect(watch.delay(Self.change(8, "Ready", "Failed"), now: .zero) == nil)
    }

    @Test("a change by others does; one that leaves the status as it was does not")
    func others() {
        let watch = StatusWatch()
        #expect(watch.delay(Self.change(3, "Ready", nil), now: .zero) == .zero, "before the first own write")
        watch.note(Self.object(5, "Ready"))
        #expect(watch.delay(Self.change(6, "Ready", nil), now: .zero) == .zero)
        #expect(watch.delay(Self.change(7, "Ready", "Ready"), now: .zero) == nil)
        #expect(watch.delay(.added(Self.object(8, "Odd")), now: .zero) == nil)
    }

    @Test("three times at once, then once a minute, until ten minutes have passed")
    func pace() {
        let watch = StatusWatch()
        watch.note(Self.object(1, "Ready"))
        func delay(at second: Int) -> Duration? {
            watch.delay(Self.change(second + 2, "Ready", "Odd"), now: .seconds(second))
        }
        #expect((0..<3).map { delay(at: $0) } == [.zero, .zero, .zero])
        #expect(delay(at: 3) == .seconds(59))
        #expect(delay(at: 61) == .seconds(1), "still the same time")
        #expect(delay(at: 62) == .seconds(60), "the next one")
        #expect(delay(at: 200) == .zero)
        #expect((900..<903).map { delay(at: $0) } == [.zero, .zero, .zero])
        watch.forget(Self.key)
        #expect(delay(at: 903) == .zero)
    }
}
