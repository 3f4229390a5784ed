internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import SandboxStore
internal import Testing

/// Watchers against an API server with true semantics.
@Suite struct SandboxWatchTests {
    @Test("a store equals the server's state, by stream and by pages", arguments: [true, false])
    func follows(streaming: Bool) async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let store = ObjectStore(.init(name: "configmaps", indexes: [.namespace, .label("app")]))
            let watcher = try world.watcher(
                .configMaps,
                into: store,
                configuration: .init(machine: .init(pageSize: 3, prefersStreaming: streaming))
            )
            for index in 0..<10 { try await world.put("c\(index)", labels: ["app": "v\(index % 2)"]) }
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(store.objects() == (try await world.live()))
                #expect(store.objects(.label("app"), "v1").count == 5)
                try await world.put("c1", data: ["a": "1"], labels: ["app": "v0"])
                try await world.delete("c2")
                try await world.put("new")
                await clock.advance(by: .seconds(1))
                #expect(store.objects() == (try await world.live()))
                #expect(store.objects(.label("app"), "v1").count == 4)
                let audit = world.transport.audit.filter { $0.path.hasSuffix("/configmaps") }
                #expect(
                    audit.count == (streaming ? 2 : 5),
                    "a stream of what is there and a watch, or four pages and a watch"
                )
            }
        }
    }

    @Test("a selection sees objects come and go as their labels change")
    func selection() async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let store = ObjectStore(.init(name: "configmaps"))
            let selection = Selection(labels: LabelSelector(matching: ["app": "web"]))
            let watcher = try world.watcher(.configMaps, into: store, selection: selection)
            try await world.put("a", labels: ["app": "web"])
            try await world.put("b", labels: ["app": "db"])
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(store.objects().map(\.name) == ["a"])
                try await world.put("a", labels: ["app": "db"])
                try await world.put("b", labels: ["app": "web"])
                await clock.advance(by: .seconds(1))
                #expect(store.objects().map(\.name) == ["b"])
            }
        }
    }

    @Test("after compaction the version is too old, and everything is read again")
    func compaction() async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock)
            let store = ObjectStore(.init(name: "configmaps"))
            let watcher = try world.watcher(.configMaps, into: store)
            try await world.put("a")
            let isDown = Cell(false)
            world.transport.faults = TransportFaults { _, _, _ in
                isDown.value ? .failBefore(TransportError(.connectionFailed, "down")) : .pass
            }
            world.transport.faults.rewrite = { _, lines in isDown.value ? [] : lines }
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(store.objects().map(\.name) == ["a"])
                isDown.value = true
                try await world.put("b")
                try await world.delete("a")
                await clock.advance(by: .seconds(70))
                #expect(store.objects().map(\.name) == ["a"])
                world.core.storage.compact()
                isDown.value = false
                await clock.advance(by: .seconds(60))
                #expect(store.objects() == (try await world.live()))
                let lists = world.transport.audit.count { $0.query.contains("sendInitialEvents=true") }
                #expect(lists == 2, "at the start and after the version was too old")
            }
        }
    }

    @Test(
        "events lost, doubled, swapped and repeated from long ago: right in the end, and never back",
        .tags(.fault, .property),
        arguments: propertySeeds(12)
    )
    func faults(seed: UInt64) async throws {
        try await withVirtualTime { clock in
            let world = await SandboxWorld(clock, seed: seed)
            let store = ObjectStore(.init(name: "configmaps"))
            let watcher = try world.watcher(.configMaps, into: store)
            let regressions = Record<ObjectKey>()
            store.subscribe { delivery in
                for case .updated(let old, let new) in delivery.changes {
                    let (old, new) = (
                        ResourceVersion(old.resourceVersion ?? ""), ResourceVersion(new.resourceVersion ?? "")
                    )
                    if new.isOlder(than: old) { regressions.append(delivery.changes[0].key) }
                }
            }
            let random = Cell(SeededRandom(seed: seed))
            let history = Cell<[[UInt8]]>([])
            world.transport.faults = TransportFaults { _, _, _ in
                random.change { $0.oneIn(10) } ? .failBefore(TransportError(.connectionLost, "reset")) : .pass
            }
            world.transport.faults.rewrite = { _, lines in
                history.change { $0 += lines }
                return random.change { random in
                    var result: [[UInt8]] = []
                    for line in lines where !random.oneIn(6) {
                        result.append(line)
                        if random.oneIn(4) { result.append(line) }
                        let isBookmark = String(decoding: line.prefix(40), as: UTF8.self).contains("BOOKMARK")
                        if random.oneIn(4), !isBookmark, let old = history.value.randomElement(using: &random),
                            !String(decoding: old.prefix(40), as: UTF8.self).contains("BOOKMARK")
                        {
                            result.append(old)
                        }
                        if random.oneIn(3), result.count > 1, !isBookmark {
                            result.swapAt(result.count - 1, result.count - 2)
                        }
                    }
                    return result
                }
            }
            try await withBackground {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await watcher.run() }
                    group.addTask { try? await world.tick() }
                }
            } _: {
                for round in 0..<60 {
                    let name = "c\(random.change { $0.int(below: 5) })"
                    if random.change({ $0.oneIn(3) }) {
                        try? await world.delete(name)
                    } else {
                        try await world.put(name, data: ["round": "\(round)"])
                    }
                    await clock.advance(by: .seconds(random.change { $0.int(below: 12) }))
                }
                world.transport.faults = .none
                await clock.advance(by: .seconds(700))
                #expect(store.objects() == (try await world.live()), "seed \(seed)")
                #expect(regressions.count == 0, "seed \(seed)")
            }
        }
    }
}
