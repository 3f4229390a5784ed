internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct EventAggregatorTests {
    private static let random = RandomSource.seeded(1)
    private static let wall = Timestamp(seconds: 1_700_000_000)

    private static func note(_ name: String = "mesh", _ text: String = "All is well", reason: String = "Ready")
        -> EventNote
    {
        EventNote(
            regarding: EventSubject(
                kind: GroupVersionKind(group: "meshoperator.io", version: "v1alpha1", kind: "MeshOperator"),
                key: ObjectKey(name: name),
                uid: "u-1"
            ),
            severity: .normal,
            reason: reason,
            action: "Reconcile",
            note: text
        )
    }

    private static func aggregator(limit: Int = 1_000, perReason: Int = 200) -> EventAggregator {
        EventAggregator(
            configuration: .init(
                controller: "meshoperator.io/operator",
                instance: "pod-1",
                notesPerReason: perReason,
                limit: limit
            )
        )
    }

    private static func wall(_ now: Duration) -> Timestamp { wall.advanced(by: now) }

    @Test("the first note becomes an event with every field the API wants")
    func first() throws {
        var aggregator = Self.aggregator()
        aggregator.record(Self.note(), now: .zero, wall: Self.wall, random: Self.random)
        let write = try #require(aggregator.next(now: .zero).write)
        guard case .create(let event) = write.kind else {
            Issue.record("not created")
            return
        }
        #expect(event.namespace == "default")
        #expect(event.name.hasPrefix("mesh."))
        var rest = event.tree
        rest.set(nil, at: ["metadata"])
        #expect(
            rest == [
                "apiVersion": "events.k8s.io/v1", "kind": "Event", "eventTime": "2023-11-14T22:13:20.000000Z",
                "reportingController": "meshoperator.io/operator", "reportingInstance": "pod-1", "type": "Normal",
                "reason": "Ready", "action": "Reconcile", "note": "All is well",
                "regarding": [
                    "apiVersion": "meshoperator.io/v1alpha1", "kind": "MeshOperator", "name": "mesh", "uid": "u-1",
                ],
            ]
        )
    }

    @Test("equal notes become a count, written once per interval")
    func series() throws {
        var aggregator = Self.aggregator()
        aggregator.record(Self.note(), now: .zero, wall: Self.wall, random: Self.random)
        let created = try #require(aggregator.next(now: .zero).write)
        aggregator.finished(created, .done, now: .zero, random: Self.random)
        for second in 1...5 {
            aggregator.record(
                Self.note(),
                now: .seconds(second),
                wall: Self.wall(.seconds(second)),
                random: Self.random
            )
        }
        let early = aggregator.next(now: .seconds(5))
        #expect(early.write == nil)
        #expect(early.retryAt == .seconds(61))
        let write = try #require(aggregator.next(now: .seconds(61)).write)
        guard case .patch(let key, let patch) = write.kind, case .create(let event) = created.kind else {
            Issue.record("not patched")
            return
        }
        #expect(key == event.key)
        #expect(patch == ["series": ["count": 6, "lastObservedTime": "2023-11-14T22:13:25.000000Z"]])
        aggregator.record(Self.note(), now: .seconds(61), wall: Self.wall(.seconds(61)), random: Self.random)
        aggregator.finished(write, .done, now: .seconds(61), random: Self.random)
        let next = try #require(aggregator.next(now: .seconds(121)).write)
        #expect(next.kind == .patch(key, ["series": ["count": 7, "lastObservedTime": "2023-11-14T22:14:21.000000Z"]]))
        aggregator.finished(next, .done, now: .seconds(121), random: Self.random)
        #expect(aggregator.isIdle)
    }

    @Test("after a long pause the same note is a new event")
    func newSeries() throws {
        var aggregator = Self.aggregator()
        var names: Set<String> = []
        for time in [Duration.zero, .seconds(360)] {
            aggregator.record(Self.note(), now: time, wall: Self.wall(time), random: Self.random)
            let write = try #require(aggregator.next(now: time).write)
            if case .create(let event) = write.kind { names.insert(event.name) }
            aggregator.finished(write, .done, now: time, random: Self.random)
        }
        #expect(names.count == 2)
    }

    @Test("other texts, reasons and objects are other events")
    func distinct() {
        var aggregator = Self.aggregator()
        for note in [Self.note(), Self.note("mesh", "Else"), Self.note("mesh", reason: "Else"), Self.note("other")] {
            aggregator.record(note, now: .zero, wall: Self.wall, random: Self.random)
        }
        var created = 0
        while let write = aggregator.next(now: .zero).write {
            if case .create = write.kind { created += 1 }
            aggregator.finished(write, .done, now: .zero, random: Self.random)
        }
        #expect(created == 4)
    }

    @Test("a flood of one reason about an object is cut; its other reasons and other objects are heard")
    func flood() {
        var aggregator = Self.aggregator(perReason: 10)
        var first = 0
        for index in 0..<1_000 {
            let note = Self.note("loud", "\(index)", reason: "Obstructed")
            let receipt = aggregator.record(note, now: .zero, wall: Self.wall, random: Self.random)
            if receipt == .dropped(isFirst: true) { first += 1 }
        }
        for note in [Self.note("loud", reason: "RollingBack"), Self.note("quiet", reason: "Obstructed")] {
            #expect(aggregator.record(note, now: .zero, wall: Self.wall, random: Self.random) == .taken)
        }
        #expect(aggregator.dropped == 990)
        #expect(first == 1, "a drop is worth a line in the log once")
        var heard: [String: Int] = [:]
        var now = Duration.zero
        while true {
            let step = aggregator.next(now: now)
            guard let write = step.write else {
                guard let retryAt = step.retryAt else { break }
                now = retryAt
                continue
            }
            heard["\(write.note.regarding.key.name) \(write.note.reason)", default: 0] += 1
            aggregator.finished(write, .done, now: now, random: Self.random)
        }
        #expect(heard == ["loud Obstructed": 10, "loud RollingBack": 1, "quiet Obstructed": 1])
        let later = Self.note("loud", "later", reason: "Obstructed")
        #expect(aggregator.record(later, now: .seconds(11), wall: Self.wall, random: Self.random) == .taken)
        #expect(aggregator.next(now: .seconds(11)).write != nil)
    }

    @Test("three rollouts of 64 steps, one right after the other, tell every step")
    func rollouts() {
        var aggregator = Self.aggregator()
        for index in 0..<(3 * 64) {
            for reason in ["StepStarted", "Holding", "GatePassed"] {
                let note = Self.note("reviews", "step \(index)", reason: reason)
                let receipt = aggregator.record(note, now: .seconds(index), wall: Self.wall, random: Self.random)
                #expect(receipt == .taken)
            }
        }
        #expect(aggregator.dropped == 0)
    }

    @Test("what is dropped after a long time is told in the log anew")
    func silence() {
        var aggregator = Self.aggregator(perReason: 1)
        var receipts: [EventAggregator.Receipt] = []
        for second in [0, 1, 2, 3_601, 3_602, 7_300, 7_301] {
            let note = Self.note("loud", "\(second)")
            receipts.append(
                aggregator.record(note, now: .seconds(second), wall: Self.wall, random: Self.random)
            )
        }
        let drops: [EventAggregator.Receipt] = receipts.filter { $0 != .taken }
        #expect(
            drops == [
                .dropped(isFirst: true), .dropped(isFirst: false), .dropped(isFirst: true), .dropped(isFirst: true),
            ]
        )
    }

    @Test("writes keep to the rate")
    func rate() {
        var aggregator = Self.aggregator()
        for index in 0..<200 {
            aggregator.record(Self.note("m\(index)"), now: .zero, wall: Self.wall, random: Self.random)
        }
        var now = Duration.zero
        var written = 0
        while now <= .seconds(10) {
            let step = aggregator.next(now: now)
            if let write = step.write {
                written += 1
                aggregator.finished(write, .done, now: now, random: Self.random)
            } else if let retryAt = step.retryAt {
                #expect(retryAt > now)
                now = retryAt
            } else {
                break
            }
        }
        #expect((74...76).contains(written), "25 at once and 5 a second, got \(written)")
    }

    @Test("memory is bounded: what waits is not forgotten, what is written is")
    func bounded() {
        var aggregator = Self.aggregator(limit: 3)
        for index in 0..<5 {
            aggregator.record(Self.note("m\(index)"), now: .zero, wall: Self.wall, random: Self.random)
        }
        #expect(aggregator.dropped == 2)
        while let write = aggregator.next(now: .zero).write {
            aggregator.finished(write, .done, now: .zero, random: Self.random)
        }
        aggregator.record(Self.note("m9"), now: .seconds(1), wall: Self.wall, random: Self.random)
        #expect(aggregator.dropped == 2)
        #expect(aggregator.next(now: .seconds(1)).write != nil)
    }

    @Test("failures: later again, with patience but not for ever; refusals are final; what is gone is made anew")
    func failures() throws {
        var aggregator = Self.aggregator()
        aggregator.record(Self.note(), now: .zero, wall: Self.wall, random: Self.random)
        var now = Duration.zero
        var attempts = 0
        while true {
            let step = aggregator.next(now: now)
            if let write = step.write {
                attempts += 1
                aggregator.finished(write, .failed(retryAfter: .seconds(3)), now: now, random: Self.random)
            } else if let retryAt = step.retryAt {
                #expect(retryAt >= now + .seconds(3))
                now = retryAt
            } else {
                break
            }
        }
        #expect(attempts == 8)
        #expect(aggregator.dropped == 1)

        aggregator.record(Self.note(), now: now, wall: Self.wall, random: Self.random)
        let write = try #require(aggregator.next(now: now).write)
        aggregator.finished(write, .done, now: now, random: Self.random)
        aggregator.record(Self.note(), now: now, wall: Self.wall, random: Self.random)
        let patch = try #require(aggregator.next(now: now + .seconds(60)).write)
        aggregator.finished(patch, .gone, now: now + .seconds(60), random: Self.random)
        guard case .create(let event)? = aggregator.next(now: now + .seconds(60)).write?.kind else {
            Issue.record("not made anew")
            return
        }
        #expect(event.tree.value(at: "series", "count") == 2)
        aggregator.finished(patch, .refused, now: now + .seconds(60), random: Self.random)
        #expect(aggregator.isIdle)
    }

    @Test("texts are cut to what the API takes, between characters")
    func lengths() {
        let note = EventNote(
            regarding: EventSubject(
                kind: .pod,
                key: ObjectKey(namespace: "a", name: String(repeating: "n", count: 253)),
                uid: nil
            ),
            severity: .warning,
            reason: String(repeating: "R", count: 500),
            action: "",
            note: String(repeating: "é", count: 2_000)
        )
        #expect(note.reason.utf8.count <= 128)
        #expect(note.action == note.reason)
        #expect(note.note.utf8.count <= 1_024)
        #expect(note.note.hasSuffix("é…"))
        var aggregator = Self.aggregator()
        aggregator.record(note, now: .zero, wall: Self.wall, random: Self.random)
        guard case .create(let event)? = aggregator.next(now: .zero).write?.kind else { return }
        #expect(event.name.utf8.count <= 253)
        #expect(event.namespace == "a")
    }
}
