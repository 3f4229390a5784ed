internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
internal import Testing

@Suite("meshctl rollout status --watch", .timeLimit(.minutes(10)))
struct RolloutWatchTests {
    /// What a terminal was sent, and how large it is.
    private final class FakeTerminal: Sendable {
        let texts = Mutex<[String]>([])
        let size: Mutex<RolloutScreen.Size?>

        init(_ size: RolloutScreen.Size?) { self.size = Mutex(size) }

        var screen: RolloutScreen {
            RolloutScreen(
                size: { self.size.withLock(\.self) },
                write: { text in self.texts.withLock { $0.append(text) } }
            )
        }

        var count: Int { texts.withLock(\.count) }
        var last: String { texts.withLock { $0.last ?? "" } }
        var all: String { texts.withLock { $0.joined() } }
    }

    private struct Scene: Sendable {
        let world: RolloutWorld
        let clock: VirtualClock
        let terminal: FakeTerminal
        let timeout: Duration?
        let format: OutputFormat?
        let waitsForNext: Bool

        func watch(_ name: String) async throws -> CommandOutcome {
            try await RolloutWatch(
                directory: world.directory,
                view: .init(screen: terminal.screen, style: .plain, format: format),
                clock: clock,
                now: clock.wallClock(startingAt: RolloutScenes.now),
                timeout: timeout,
                waitsForNext: waitsForNext
            ).run(RolloutReference(name))
        }
    }

    /// Runs a watch of `name` beside `body`, and gives how it ended.
    private func watching(
        _ name: String,
        of scene: String,
        size: RolloutScreen.Size? = .init(columns: 90, rows: 40),
        timeout: Duration? = nil,
        format: OutputFormat? = nil,
        faults: TransportFaults = .none,
        waitsForNext: Bool = false,
        _ body: @escaping @Sendable (RolloutWorld, VirtualClock, FakeTerminal) async throws -> Void
    ) async throws -> (outcome: CommandOutcome, terminal: FakeTerminal) {
        let terminal = FakeTerminal(size)
        let outcome = try await withVirtualTime { clock in
            let world = try await RolloutWorld(clock.wallClock(startingAt: RolloutScenes.now))
            try await world.put(scene)
            world.transport.faults = faults
            let scene = Scene(
                world: world,
                clock: clock,
                terminal: terminal,
                timeout: timeout,
                format: format,
                waitsForNext: waitsForNext
            )
            return try await withThrowingTaskGroup(of: CommandOutcome?.self) { group in
                group.addTask { try await scene.watch(name) }
                group.addTask {
                    await clock.settle()
                    try await body(world, clock, terminal)
                    return nil
                }
                var result: CommandOutcome?
                for try await outcome in group { result = outcome ?? result }
                return try #require(result)
            }
        }
        return (outcome, terminal)
    }

    private static func finish(_ world: RolloutWorld) async throws {
        let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
        var status = try RolloutScenes.object("mesh-complete").tree["status"] ?? .null
        status["plan"] = .null
        try await world.setStatus(object, status)
    }

    @Test("On a terminal it is drawn in place each second, and ends with the rollout")
    func terminal() async throws {
        let (outcome, terminal) = try await watching("mesh", of: "mesh-holding") { world, clock, terminal in
            let first = terminal.count
            #expect(terminal.last.contains("Hold: 3m30s left"))
            await clock.advance(by: .seconds(3))
            #expect(terminal.count == first + 3)
            #expect(terminal.last.contains("Hold: 3m27s left"))
            try await Self.finish(world)
            await clock.settle()
        }
        #expect(outcome.exitCode == 0 && outcome.output.isEmpty)
        #expect(terminal.last.contains("complete"))
        let texts = terminal.texts.withLock(\.self)
        #expect(texts.allSatisfy { $0.hasPrefix("\u{1b}[H") || $0.hasPrefix("\u{1b}[2J\u{1b}[H") })
        #expect(texts.count { $0.hasPrefix("\u{1b}[2J") } == 1)
    }

    @Test("A smaller terminal is filled and no more")
    func resize() async throws {
        _ = try await watching("mesh", of: "mesh-holding") { world, clock, terminal in
            terminal.size.withLock { $0 = .init(columns: 30, rows: 10) }
            await clock.advance(by: .seconds(1))
            let lines = terminal.last.replacing(#/\u{1b}\[[0-9]*[A-Za-z]/#, with: "").split(separator: "\n")
            #expect(lines.count == 9 && lines.allSatisfy { $0.count <= 48 }, "\(lines)")
            #expect(lines.last?.contains("more lines") == true)
            try await Self.finish(world)
        }
    }

    @Test("Elsewhere a block follows each change, and nothing follows time")
    func pipe() async throws {
        let (outcome, terminal) = try await watching("mesh", of: "mesh-holding", size: nil) { world, clock, terminal in
            #expect(terminal.count == 1)
            await clock.advance(by: .seconds(60))
            #expect(terminal.count == 1)
            let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            var status = object.tree["status"] ?? .null
            // A gate asked again with the same answer is no change worth a block.
            var gates = status.value(at: "plan", "gates")?.array ?? []
            gates[0]["taken"] = "2026-11-25T12:02:00Z"
            status.set(.array(gates), at: ["plan", "gates"])
            try await world.setStatus(object, status)
            await clock.settle()
            #expect(terminal.count == 1)
            status.set(50, at: ["plan", "weight"])
            try await world.setStatus(object, status)
            await clock.settle()
            #expect(terminal.count == 2 && terminal.last.contains("50%"))
            try await Self.finish(world)
        }
        #expect(outcome.exitCode == 0)
        #expect(!terminal.all.contains("\u{1b}"))
    }

    @Test("A rollback ends it with 1")
    func rollback() async throws {
        let (outcome, terminal) = try await watching("mesh", of: "mesh-holding", size: nil) { world, _, _ in
            let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            try await world.setStatus(object, RolloutScenes.object("mesh-rolled-back").tree["status"] ?? .null)
        }
        #expect(outcome.exitCode == 1)
        #expect(terminal.last.contains("rolled back: gate latency-p99 failed 4 times"))
    }

    @Test("A mesh that has moved is complete once its components are ready, and says which is not")
    func unready() async throws {
        let (outcome, terminal) = try await watching("mesh", of: "mesh-holding", size: nil) { world, clock, terminal in
            let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            var status = try RolloutScenes.object("mesh-complete").tree["status"] ?? .null
            status["plan"] = .null
            status["components"] = [["name": "cni", "ready": false, "message": "1 of 2 pods"]]
            try await world.setStatus(object, status)
            await clock.settle()
            #expect(terminal.all.contains("all has moved; waiting for cni: 1 of 2 pods"), "\(terminal.all)")
            #expect(!terminal.last.contains("complete"))
            let moved = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            status["components"] = [["name": "cni", "ready": true]]
            try await world.setStatus(moved, status)
        }
        #expect(outcome.exitCode == 0 && terminal.last.contains("complete"))
    }

    @Test("A component that never comes is waited for no longer than it may take, and named", arguments: [true, false])
    func neverReady(_ isTerminal: Bool) async throws {
        let size = isTerminal ? RolloutScreen.Size(columns: 90, rows: 40) : nil
        let (outcome, terminal) = try await watching("mesh", of: "mesh-holding", size: size) { world, clock, terminal in
            let object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            var status = try RolloutScenes.object("mesh-complete").tree["status"] ?? .null
            status["plan"] = .null
            status["components"] = [["name": "cni", "ready": false, "message": "1 of 2 pods"]]
            try await world.setStatus(object, status)
            await clock.settle()
            let words = terminal.all.replacing("\n", with: " ")
            #expect(words.contains("waiting for component cni: 1 of 2 pods, since 2026-"), "\(words)")
            await clock.advance(by: .seconds(400))
        }
        #expect(outcome.exitCode == 1)
        let words = "has moved, but for 5m it waits for component cni: 1 of 2 pods"
        #expect(outcome.warnings.first?.contains(words) == true, "\(outcome.warnings)")
        #expect(terminal.count > 1)
    }

    @Test("At rest it ends at once")
    func atRest() async throws {
        let (outcome, terminal) = try await watching("mesh", of: "mesh-complete", size: nil) { _, _, _ in }
        #expect(outcome.exitCode == 0)
        #expect(terminal.count == 1)
    }

    @Test("At rest it waits for the next rollout where that is asked for, and ends with it")
    func next() async throws {
        let (outcome, terminal) = try await watching("mesh", of: "mesh-complete", size: nil, waitsForNext: true) {
            world,
            clock,
            terminal in
            await clock.advance(by: .seconds(600))
            #expect(terminal.count == 1 && terminal.last.contains("complete"))
            var object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            try await world.setStatus(object, Self.status("mesh-holding", of: object))
            await clock.settle()
            #expect(terminal.count == 2 && terminal.last.contains("Hold"))
            object = try await world.admin.get(MeshNames.resource, ObjectKey(name: "mesh"))
            try await world.setStatus(object, Self.status("mesh-rolled-back", of: object))
            // The watch ended in those ten minutes; the next one is opened half a second later.
            await clock.advance(by: .seconds(30))
        }
        #expect(outcome.exitCode == 1)
        #expect(terminal.last.contains("rolled back"))
    }

    /// The status of a scene, as the operator writes it once it has seen `object`.
    private static func status(_ scene: String, of object: KubeObject) throws -> Tree {
        var status = try RolloutScenes.object(scene).tree["status"] ?? .null
        status["observedGeneration"] = .integer(object.generation ?? 0)
        return status
    }

    @Test("The time limit ends it with 3, a deletion with 1")
    func ends() async throws {
        let late = try await watching("mesh", of: "mesh-holding", timeout: .seconds(90)) { _, clock, _ in
            await clock.advance(by: .seconds(91))
        }
        #expect(late.outcome.exitCode == 3 && late.outcome.warnings == ["MeshOperator mesh is not over after 1m30s"])
        let gone = try await watching("reviews", of: "rollout-approval") { world, _, _ in
            _ = try await world.admin.delete(RolloutNames.resource, ObjectKey(namespace: "shop", name: "reviews"))
        }
        #expect(gone.outcome.exitCode == 1 && gone.outcome.warnings == ["MeshRollout shop/reviews was deleted"])
    }

    @Test("It watches: reads do not grow with time")
    func noPolling() async throws {
        _ = try await watching("mesh", of: "mesh-holding") { world, clock, _ in
            let before = world.transport.audit.count
            await clock.advance(by: .seconds(120))
            #expect(world.transport.audit.count == before)
            try await Self.finish(world)
        }
    }

    @Test("A watch that cannot be opened is told, and tried again")
    func reconnects() async throws {
        let faults = TransportFaults { request, _, _ in
            guard request.query.contains(where: { $0.name == "watch" }) else { return .pass }
            return .failBefore(TransportError(.connectionFailed, "refused"))
        }
        let (outcome, _) = try await watching("mesh", of: "mesh-holding", faults: faults) { world, clock, terminal in
            await clock.advance(by: .seconds(5))
            #expect(terminal.last.contains("cannot reach the cluster: refused"))
            world.transport.faults = .none
            try await Self.finish(world)
            await clock.advance(by: .seconds(20))
        }
        #expect(outcome.exitCode == 0)
    }

    @Test("A cluster that refuses the watch ends it with the reason")
    func refused() async throws {
        let faults = TransportFaults { request, _, _ in
            guard request.query.contains(where: { $0.name == "watch" }) else { return .pass }
            return .answer(APIResponse(status: 403, headers: [], body: .bytes(Array("{}".utf8))))
        }
        let error = try await #require(throws: CommandError.self) {
            _ = try await watching("mesh", of: "mesh-holding", faults: faults) { _, _, _ in }
        }
        #expect(error.message.contains("does not let you"))
    }

    @Test("For machines a value follows each change")
    func values() async throws {
        let (_, terminal) = try await watching("mesh", of: "mesh-holding", format: .yaml) { world, _, _ in
            try await Self.finish(world)
        }
        let documents = try YAML.documents(terminal.all)
        #expect(documents.count == 2)
        #expect(documents.last?.value(at: "status", "phase") == "Ready")
    }
}
