internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

/// The clock that all other tests lean on.
struct VirtualClockTests {
    /// What happened, in order.
    private final class Journal: Sendable {
        private let lines = Mutex<[String]>([])
        func note(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    @Test func wakesSleepersInOrderAndLetsEachRun() async throws {
        let journal = Journal()
        try await withVirtualTime { clock in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seconds in [3, 1, 2] {
                    group.addTask {
                        try await clock.sleep(for: .seconds(seconds))
                        journal.note("\(seconds) at \(clock.now.offset)")
                        try await clock.sleep(for: .milliseconds(500))
                        journal.note("\(seconds) again")
                    }
                }
                await clock.advance(by: .seconds(2))
                #expect(journal.all == ["1 at 1.0 seconds", "1 again", "2 at 2.0 seconds"])
                #expect(clock.sleeperCount == 2)
                await clock.advance(by: .seconds(10))
                #expect(journal.all.count == 6)
                #expect(clock.now.offset == .seconds(12))
                try await group.waitForAll()
            }
        }
    }

    @Test func ticksThatFollowEachOtherAreAllSeen() async throws {
        let journal = Journal()
        try await withVirtualTime { clock in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while (try? await clock.sleep(for: .seconds(1))) != nil { journal.note("tick") }
                }
                await clock.advance(by: .seconds(100))
                #expect(journal.all.count == 100)
                group.cancelAll()
            }
            #expect(clock.sleeperCount == 0)
        }
    }

    @Test func aCancelledSleepThrows() async throws {
        try await withVirtualTime { clock in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        try await clock.sleep(for: .seconds(1))
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                await clock.settle()
                #expect(clock.sleeperCount == 1)
                group.cancelAll()
                #expect(await group.next() == true)
                #expect(clock.sleeperCount == 0)
            }
        }
    }

    @Test func sleepingUntilThePastDoesNotSleep() async throws {
        let clock = VirtualClock()
        await clock.advance(by: .seconds(5))
        try await clock.sleep(until: .init(offset: .seconds(5)))
        #expect(clock.now.offset == .seconds(5))
        #expect(await clock.advanceToNextSleeper() == false)
    }

    @Test func theWallClockMovesWithIt() async {
        let clock = VirtualClock()
        let wall = clock.wallClock()
        let before = wall()
        await clock.advance(by: .milliseconds(1_500))
        #expect(wall() - before == .milliseconds(1_500))
    }

    @Test func worksWithoutAnExecutorOfItsOwn() async throws {
        let clock = VirtualClock()
        let journal = Journal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await clock.sleep(for: .seconds(1))
                journal.note("woken")
            }
            while clock.sleeperCount == 0 { await Task.yield() }
            #expect(await clock.advanceToNextSleeper())
            try await group.waitForAll()
        }
        #expect(journal.all == ["woken"])
    }
}
