internal import KubeRuntime
internal import MeshTestKit
internal import Testing

@Suite struct WorkQueueTests {
    @Test("delayed keys come at their time, waiting workers get them at once")
    func delays() async throws {
        try await withVirtualTime { clock in
            let time = MonotonicTime(clock)
            let queue = WorkQueue<String>(time: time)
            let taken = Record<String>()
            try await withBackground {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await queue.run() }
                    group.addTask {
                        while let item = await queue.next() {
                            taken.append("\(item.key)@\(time.now)")
                            queue.finish(item.key)
                        }
                    }
                }
            } _: {
                queue.add("late", after: .seconds(30))
                queue.add("soon", after: .seconds(5))
                queue.add("now")
                await clock.settle()
                #expect(taken.take() == ["now@0.0 seconds"])
                queue.add("late", after: .seconds(10))
                queue.add("soon", after: .seconds(20))
                await clock.advance(by: .seconds(60))
                #expect(taken.take() == ["soon@5.0 seconds", "late@10.0 seconds"])
                #expect(queue.counts == (0, 0, 0))
            }
        }
    }

    @Test("two workers never have the same key, and a change during work is not lost")
    func oneAtATime() async throws {
        try await withVirtualTime { clock in
            let time = MonotonicTime(clock)
            let queue = WorkQueue<String>(time: time)
            let running = Cell<[String: Int]>([:])
            let most = Cell(0)
            let runs = Record<String>()
            try await withBackground {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await queue.run() }
                    for _ in 0..<3 {
                        group.addTask {
                            while let item = await queue.next() {
                                let count = running.change { running -> Int in
                                    running[item.key, default: 0] += 1
                                    return running[item.key, default: 0]
                                }
                                most.change { $0 = max($0, count) }
                                runs.append(item.key)
                                try? await time.sleep(for: .seconds(10))
                                running.change { $0[item.key, default: 0] -= 1 }
                                queue.finish(item.key)
                            }
                        }
                    }
                }
            } _: {
                queue.add("a")
                queue.add("b")
                await clock.advance(by: .seconds(1))
                queue.add("a")
                queue.add("a")
                await clock.advance(by: .seconds(60))
                #expect(runs.all.sorted() == ["a", "a", "b"])
                #expect(most.value == 1)
            }
        }
    }

    @Test("closing lets workers finish and ends everything", arguments: [WorkQueue<Int>.Closing.drain, .finishRunning])
    func closing(mode: WorkQueue<Int>.Closing) async throws {
        try await withVirtualTime { clock in
            let time = MonotonicTime(clock)
            let queue = WorkQueue<Int>(time: time)
            let finished = Record<Int>()
            for key in 0..<4 { queue.add(key) }
            queue.add(9, after: .seconds(3))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.run() }
                group.addTask {
                    while let item = await queue.next() {
                        try? await time.sleep(for: .seconds(1))
                        finished.append(item.key)
                        queue.finish(item.key)
                    }
                }
                await clock.advance(by: .milliseconds(500))
                queue.close(mode)
                queue.add(77)
                await clock.advance(by: .seconds(20))
                await group.waitForAll()
            }
            #expect(finished.all == (mode == .drain ? [0, 1, 2, 3] : [0]))
        }
    }

    @Test("a cancelled worker gets nothing and leaves nothing behind")
    func cancellation() async throws {
        try await withVirtualTime { clock in
            let queue = WorkQueue<Int>(time: MonotonicTime(clock))
            try await withBackground {
                #expect(await queue.next() == nil)
            } _: {
                await clock.settle()
            }
            queue.add(1)
            #expect(await queue.next()?.key == 1)
        }
    }

    @Test("metrics tell adds, retries and times")
    func metrics() async throws {
        try await withVirtualTime { clock in
            let registry = MetricsRegistry()
            let queue = WorkQueue<Int>(
                time: MonotonicTime(clock),
                metrics: WorkQueueMetrics(registry: registry, name: "mesh")
            )
            queue.add(1)
            await clock.advance(by: .seconds(2))
            let item = try #require(await queue.next())
            #expect(item.waited == .seconds(2))
            await clock.advance(by: .seconds(3))
            #expect(queue.longestRun == .seconds(3))
            _ = queue.recordFailure(of: 1)
            queue.finish(1)
            let text = registry.prometheusText()
            #expect(text.contains("workqueue_adds_total{name=\"mesh\"} 1\n"))
            #expect(text.contains("workqueue_retries_total{name=\"mesh\"} 1\n"))
            #expect(text.contains("workqueue_queue_duration_seconds_sum{name=\"mesh\"} 2\n"))
            #expect(text.contains("workqueue_work_duration_seconds_sum{name=\"mesh\"} 3\n"))
        }
    }
}
