internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

/// A reconciler that does what a closure says.
struct ClosureReconciler: Reconciling {
    let body: @Sendable (ObjectKey) async throws -> ReconcileOutcome
    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome { try await body(key) }
}

@Suite struct ControllerTests {
    private static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "shop", name: name) }

    @Test("every object listed and every change of interest is reconciled")
    func watches() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let store = ObjectStore(.init(name: "pods"))
            let writer = try store.claimWriter()
            let seen = Record<String>()
            let controller = Controller(
                .init(name: "test"),
                reconciler: ClosureReconciler { key in
                    seen.append(key.name)
                    return .done
                },
                environment: environment
            )
            controller.watch(store, where: .specChanged)
            try await withBackground {
                await controller.run()
            } _: {
                writer.stage([pod("a", version: 1, generation: 1), pod("b", version: 2, generation: 1)])
                writer.commitReplacement(at: ResourceVersion("2"))
                await clock.settle()
                #expect(Set(seen.take()) == ["a", "b"])
                writer.apply(pod("a", version: 3, generation: 1))
                await clock.settle()
                #expect(seen.take() == [])
                writer.apply(pod("a", version: 4, generation: 2))
                writer.remove(pod("b", version: 5, generation: 1))
                await clock.settle()
                #expect(Set(seen.take()) == ["a", "b"])
            }
        }
    }

    @Test("a fresh event goes before the many of a list")
    func priorities() async throws {
        try await withVirtualTime { clock in
            let store = ObjectStore(.init(name: "pods"))
            let writer = try store.claimWriter()
            let order = Record<String>()
            let controller = Controller(
                .init(name: "test", workers: 1),
                reconciler: ClosureReconciler { key in
                    order.append(key.name)
                    return .done
                },
                environment: testEnvironment(clock)
            )
            controller.watch(store)
            writer.stage((0..<5).map { pod("p\($0)", version: 1) })
            writer.commitReplacement(at: ResourceVersion("1"))
            writer.apply(pod("fresh", version: 2))
            try await withBackground {
                await controller.run()
            } _: {
                await clock.settle()
                #expect(order.all == ["fresh", "p0", "p1", "p2", "p3", "p4"])
            }
        }
    }

    @Test("failing keys back off, others keep going, and nothing is tried in a hot loop")
    func backoff() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let attempts = Record<(String, Duration)>()
            let controller = Controller(
                .init(name: "test", workers: 1),
                reconciler: ClosureReconciler { key in
                    attempts.append((key.name, environment.time.now))
                    switch key.name {
                    case "broken": throw ScriptedError(retryClass: .transient(after: nil))
                    case "throttled": throw ScriptedError(retryClass: .transient(after: .seconds(30)))
                    case "wrong": throw ScriptedError(retryClass: .invalid)
                    case "waits": throw ScriptedError(retryClass: .waiting)
                    default: return .requeue(after: .seconds(10))
                    }
                },
                environment: environment
            )
            let start = environment.wall()
            for name in ["broken", "throttled", "wrong", "waits", "well"] { controller.enqueue(Self.key(name)) }
            try await withBackground {
                await controller.run()
            } _: {
                await clock.advance(by: .seconds(61))
                let counts = Dictionary(grouping: attempts.all, by: \.0).mapValues(\.count)
                #expect(counts["wrong"] == 1)
                #expect(counts["waits"] == 7)
                #expect(counts["well"] == 7)
                #expect(counts["throttled"] == 3)
                #expect((12...16).contains(counts["broken"] ?? 0))
                controller.enqueue(Self.key("wrong"))
                await clock.settle()
                #expect(attempts.all.filter { $0.0 == "wrong" }.count == 2, "a change brings another try")
                let text = environment.metrics.prometheusText()
                #expect(
                    text.contains(
                        "controller_first_reconcile_timestamp_seconds{controller=\"test\"} \(start.seconds)\n"
                    )
                )
                #expect(text.contains("controller_runtime_terminal_reconcile_errors_total{controller=\"test\"} 2\n"))
                #expect(
                    text.contains(
                        "controller_runtime_reconcile_total{controller=\"test\",result=\"requeue_after\"} 7\n"
                    )
                )
            }
        }
    }

    @Test("success ends the row of failures")
    func recovery() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let isBroken = Cell(true)
            let times = Record<Duration>()
            let controller = Controller(
                .init(name: "test"),
                reconciler: ClosureReconciler { _ in
                    times.append(environment.time.now)
                    if isBroken.value { throw ScriptedError(retryClass: .transient(after: nil)) }
                    return .done
                },
                environment: environment
            )
            controller.enqueue(Self.key("a"))
            try await withBackground {
                await controller.run()
            } _: {
                await clock.advance(by: .seconds(10))
                isBroken.value = false
                await clock.advance(by: .seconds(20))
                isBroken.value = true
                let start = environment.time.now
                _ = times.take()
                controller.enqueue(Self.key("a"))
                await clock.advance(by: .milliseconds(12))
                #expect(times.all.first == start)
                #expect(times.count >= 2, "the first retry comes within milliseconds again")
            }
        }
    }

    @Test("as many reconciles as workers at a time, one per key")
    func workers() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let running = Cell<[ObjectKey: Int]>([:])
            let most = Cell((keys: 0, perKey: 0))
            let controller = Controller(
                .init(name: "test", workers: 3),
                reconciler: ClosureReconciler { key in
                    running.change { $0[key, default: 0] += 1 }
                    most.change { most in
                        let now = running.value
                        most.keys = max(most.keys, now.values.reduce(0, +))
                        most.perKey = max(most.perKey, now.values.max() ?? 0)
                    }
                    try await environment.time.sleep(for: .seconds(1))
                    running.change { $0[key, default: 0] -= 1 }
                    return .done
                },
                environment: environment
            )
            try await withBackground {
                await controller.run()
            } _: {
                for round in 0..<20 {
                    for name in 0..<6 { controller.enqueue(Self.key("p\(name)")) }
                    await clock.advance(by: .milliseconds(137 * (round + 1)))
                }
                #expect(most.value == (3, 1))
            }
        }
    }

    @Test("errands enqueue keys while the workers work, and end with them")
    func errands() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let log = Record<String>()
            var settings = Controller.Configuration(name: "test", workers: 1)
            settings.errands = [
                { enqueue in
                    try? await environment.time.sleep(for: .seconds(1))
                    enqueue(Self.key("found"))
                    try? await environment.time.sleep(for: .seconds(1_000))
                    log.append("errand ended@\(environment.time.now)")
                }
            ]
            let controller = Controller(
                settings,
                reconciler: ClosureReconciler { key in
                    log.append("begin \(key.name)")
                    try? await environment.time.sleep(for: .seconds(5))
                    log.append("end \(key.name)")
                    return .done
                },
                environment: environment
            )
            try await withBackground {
                await controller.run()
                log.append("returned")
            } _: {
                await clock.advance(by: .seconds(2))
                controller.stop()
                await clock.advance(by: .seconds(60))
                #expect(log.all == ["begin found", "end found", "errand ended@6.0 seconds", "returned"])
            }
        }
    }

    @Test("stopping lets what is in flight finish, and starts nothing more")
    func graceful() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock)
            let log = Record<String>()
            let controller = Controller(
                .init(name: "test", workers: 1),
                reconciler: ClosureReconciler { key in
                    log.append("begin \(key.name)")
                    do {
                        try await environment.time.sleep(for: .seconds(5))
                    } catch {
                        log.append("cancelled \(key.name)")
                    }
                    log.append("end \(key.name)")
                    return .requeue(after: .seconds(1))
                },
                environment: environment
            )
            controller.enqueue(Self.key("a"))
            controller.enqueue(Self.key("b"))
            try await withBackground {
                await controller.run()
                log.append("returned@\(environment.time.now)")
            } _: {
                await clock.advance(by: .seconds(2))
                controller.stop()
                await clock.advance(by: .seconds(60))
                #expect(log.all == ["begin a", "end a", "returned@5.0 seconds"])
            }
        }
    }
}
