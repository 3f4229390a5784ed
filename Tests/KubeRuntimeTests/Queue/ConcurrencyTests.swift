internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

/// The agents on real threads, many at once.
@Suite struct ConcurrencyTests {
    @Test("many producers and workers: every key is worked on after its last change, one worker at a time")
    func queue() async {
        let queue = WorkQueue<Int>(time: MonotonicTime(ContinuousClock()))
        let wanted = Cell<[Int: Int]>([:])
        let seen = Cell<[Int: Int]>([:])
        let running = Cell<Set<Int>>([])
        let clashes = Cell(0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            for _ in 0..<4 {
                group.addTask {
                    while let item = await queue.next() {
                        if !running.change({ $0.insert(item.key).inserted }) { clashes.change { $0 += 1 } }
                        let version = wanted.value[item.key] ?? 0
                        await Task.yield()
                        seen.change { $0[item.key] = version }
                        running.change { _ = $0.remove(item.key) }
                        queue.finish(item.key)
                    }
                }
            }
            await withTaskGroup(of: Void.self) { producers in
                for producer in 0..<4 {
                    producers.addTask {
                        for round in 0..<2_000 {
                            let key = (round * 7 + producer) % 50
                            wanted.change { $0[key, default: 0] += 1 }
                            queue.add(key, after: round % 9 == 0 ? .microseconds(50) : .zero, priority: round % 3)
                            if round % 16 == 0 { await Task.yield() }
                        }
                    }
                }
            }
            while queue.counts != (0, 0, 0) { await Task.yield() }
            queue.close(.drain)
        }
        #expect(clashes.value == 0)
        #expect(seen.value == wanted.value)
    }

    @Test("readers see whole lists while they are replaced")
    func store() async throws {
        let store = ObjectStore(.init(name: "pods", indexes: [.label("generation")]))
        let writer = try store.claimWriter()
        let torn = Cell(0)
        let isDone = Cell(false)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    while !isDone.value {
                        let generations = Set(store.objects().map { $0.labels["generation"] ?? "" })
                        if generations.count > 1 { torn.change { $0 += 1 } }
                        if store.values(of: .label("generation")).count > 1 { torn.change { $0 += 1 } }
                        await Task.yield()
                    }
                }
            }
            for generation in 1...200 {
                writer.beginReplacement()
                for name in 0..<20 {
                    writer.stage([
                        pod("p\(name)", version: generation * 100 + name, labels: ["generation": "\(generation)"])
                    ])
                    if name == 10 { await Task.yield() }
                }
                writer.commitReplacement(at: ResourceVersion("\(generation * 100 + 50)"))
            }
            isDone.value = true
        }
        #expect(torn.value == 0)
        #expect(store.count == 20)
    }

    @Test("counters lose nothing")
    func metrics() async {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for value in 0..<1_000 {
                        registry.counter("hits_total", help: "h", labels: ["w": "\(worker % 2)"]).increment()
                        registry.histogram("seconds", help: "h").observe(Double(value % 3))
                    }
                }
            }
        }
        #expect(registry.counter("hits_total", help: "h", labels: ["w": "0"]).value == 2_000)
        #expect(registry.histogram("seconds", help: "h").count == 4_000)
    }
}
