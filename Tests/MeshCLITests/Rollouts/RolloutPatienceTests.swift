internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshCLI
internal import MeshTestKit
internal import Synchronization
internal import Testing

@Suite("An order right after a change of the rollout", .timeLimit(.minutes(10)))
struct RolloutPatienceTests {
    /// What came of a retry that was given right after an edit, and what was told meanwhile.
    private struct Ending: Sendable {
        var outcome: Result<CommandOutcome, CommandError>
        var told: [String]
        var waited: Duration
        var annotations: [String: String]
    }

    /// What was told.
    private final class Told: Sendable {
        let texts = Mutex<[String]>([])
    }

    /// Edits a rollout that was rolled back, retries it, and has the operator see the edit after a time.
    private func retry(within limit: Duration, operatorSeesIt delay: Duration?) async throws -> Ending {
        try await withVirtualTime { clock in
            let wall = clock.wallClock(startingAt: RolloutScenes.now)
            let world = try await RolloutWorld(wall)
            let key = ObjectKey(name: "mesh")
            let before = try await world.put("mesh-rolled-back")
            let edit: Tree = ["spec": ["upgrade": ["progressDeadline": "20m"]]]
            _ = try await world.admin.patch(MeshNames.resource, key, .merge(edit))
            let told = Told()
            let patience = RolloutPatience(limit: limit, clock: clock) { text in
                told.texts.withLock { $0.append(text) }
            }
            let command = RolloutCommand(directory: world.directory, now: wall, patience: patience)
            let began = wall()
            return try await withThrowingTaskGroup(of: Ending?.self) { group in
                group.addTask {
                    let outcome: Result<CommandOutcome, CommandError>
                    do throws(CommandError) {
                        let reference = try RolloutReference("mesh")
                        outcome = .success(try await command.run(.retry, reference, .ask, confirm: nil))
                    } catch {
                        outcome = .failure(error)
                    }
                    let object = try await world.admin.get(MeshNames.resource, key)
                    return Ending(
                        outcome: outcome,
                        told: told.texts.withLock(\.self),
                        waited: wall() - began,
                        annotations: object.annotations
                    )
                }
                group.addTask {
                    await clock.settle()
                    if let delay {
                        await clock.advance(by: delay)
                        try await world.setStatus(before, before.tree["status"] ?? .null)
                    }
                    await clock.advance(by: .seconds(60))
                    return nil
                }
                var result: Ending?
                for try await ending in group { result = ending ?? result }
                return try #require(result)
            }
        }
    }

    @Test("waits for the operator to see it, says so, and is carried out then")
    func waits() async throws {
        let ending = try await retry(within: .seconds(10), operatorSeesIt: .seconds(3))
        let outcome = try ending.outcome.get()
        #expect(outcome.output.contains("starts anew"))
        #expect(ending.annotations[RolloutNames.Command.retry] != nil)
        #expect(ending.waited >= .seconds(3) && ending.waited <= .seconds(4), "\(ending.waited)")
        #expect(ending.told.count == 1 && ending.told.first?.contains("for at most 10s") == true, "\(ending.told)")
    }

    @Test("waits no longer than its time, and is refused as before", arguments: [0, 7])
    func isBounded(_ seconds: Int) async throws {
        let ending = try await retry(within: .seconds(seconds), operatorSeesIt: nil)
        guard case .failure(let error) = ending.outcome else {
            Issue.record("carried out: \(ending.outcome)")
            return
        }
        #expect(error.code == .refused && error.message.contains("has not seen the last change yet"), "\(error)")
        #expect(ending.annotations[RolloutNames.Command.retry] == nil)
        #expect(ending.waited == .seconds(seconds), "\(ending.waited)")
        #expect(ending.told.isEmpty == (seconds == 0))
    }

    @Test("waits for a retry that the operator has yet to see, before an order that comes after it is refused")
    func seesTheRetry() throws {
        let retry = RolloutNames.Command.retry
        #expect(try RolloutScenes.subject("mesh-rolled-back").isUnseen == false)
        let asked = try RolloutScenes.commanding("mesh-rolled-back", [retry: RolloutScenes.now.rfc3339])
        #expect(asked.isUnseen)
        let old = try RolloutScenes.commanding("mesh-rolled-back", [retry: "2020-01-01T00:00:00Z"])
        #expect(!old.isUnseen, "it was rolled back since")
        #expect(try RolloutScenes.commanding("mesh-holding", [retry: RolloutScenes.now.rfc3339]).isUnseen == false)
    }

    @Test("waits for nothing where it can be told at once")
    func isQuick() async throws {
        try await withVirtualTime { clock in
            let wall = clock.wallClock(startingAt: RolloutScenes.now)
            let world = try await RolloutWorld(wall)
            try await world.put("mesh-complete")
            let patience = RolloutPatience(limit: .seconds(10), clock: clock) { Issue.record("\($0)") }
            let command = RolloutCommand(directory: world.directory, now: wall, patience: patience)
            let reference = try RolloutReference("mesh")
            await #expect(throws: CommandError.self) {
                try await command.run(.retry, reference, .ask, confirm: nil)
            }
        }
    }
}
