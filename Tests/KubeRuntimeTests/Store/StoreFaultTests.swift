internal import KubeAPI
internal import KubeRuntime
internal import MeshTestKit
internal import Testing

/// Events that arrive more than once, late, or in another order.
@Suite(.tags(.fault, .property)) struct StoreFaultTests {
    enum Event {
        case applied(KubeObject)
        case removed(KubeObject)
    }

    /// A history of a few names being made, changed, deleted and made anew, and what is left at its end.
    static func history(_ random: inout SeededRandom, from first: Int, count: Int) -> (
        events: [Event], end: [String: KubeObject]
    ) {
        var live: [String: KubeObject] = [:]
        var events: [Event] = []
        for version in first..<(first + count) {
            let name = "p\(random.int(below: 5))"
            if let known = live[name], random.oneIn(3) {
                var last = known
                last.resourceVersion = String(version)
                live[name] = nil
                events.append(.removed(last))
            } else {
                let object = pod(name, version: version, uid: live[name]?.uid ?? "\(name)-\(version)")
                live[name] = object
                events.append(.applied(object))
            }
        }
        return (events, live)
    }

    @Test("any order, any repetition: the end is the truth", arguments: propertySeeds(300))
    func converges(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = ObjectStore(.init(name: "pods"))
        let writer = try store.claimWriter()
        let (events, end) = Self.history(&random, from: 1, count: 40)
        var arrivals = events + events.filter { _ in random.oneIn(3) }
        arrivals.shuffle(using: &random)
        var seen: [ObjectKey: ResourceVersion] = [:]
        for event in arrivals {
            switch event {
            case .applied(let object): writer.apply(object)
            case .removed(let object): writer.remove(object)
            }
            for object in store.objects() {
                let version = ResourceVersion(object.resourceVersion ?? "")
                if let before = seen[object.key] { #expect(!version.isOlder(than: before), "seed \(seed)") }
                seen[object.key] = version
            }
        }
        #expect(store.objects() == end.values.sorted { $0.key < $1.key }, "seed \(seed)")
    }

    @Test("events from before a list, after it: nothing is revived, nothing lost", arguments: propertySeeds(200))
    func timeTravel(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = ObjectStore(.init(name: "pods", tombstoneLimit: 0))
        let writer = try store.claimWriter()
        let (before, middle) = Self.history(&random, from: 1, count: 30)
        writer.beginReplacement()
        writer.stage(Array(middle.values))
        writer.commitReplacement(at: ResourceVersion("30"))
        for event in before.shuffled(using: &random) {
            switch event {
            case .applied(let object): #expect(writer.apply(object).isEmpty, "seed \(seed)")
            case .removed(let object): #expect(writer.remove(object).isEmpty, "seed \(seed)")
            }
        }
        #expect(store.objects() == middle.values.sorted { $0.key < $1.key }, "seed \(seed)")
    }

    @Test("lost events are healed by the next list", arguments: propertySeeds(100))
    func loss(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = ObjectStore(.init(name: "pods"))
        let writer = try store.claimWriter()
        let (events, end) = Self.history(&random, from: 1, count: 40)
        for event in events where !random.oneIn(3) {
            switch event {
            case .applied(let object): writer.apply(object)
            case .removed(let object): writer.remove(object)
            }
        }
        writer.beginReplacement()
        writer.stage(Array(end.values))
        writer.commitReplacement(at: ResourceVersion("40"))
        #expect(store.objects() == end.values.sorted { $0.key < $1.key }, "seed \(seed)")
    }
}
