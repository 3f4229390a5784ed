internal import KubeRuntime
internal import Testing

@Suite(.timeLimit(.minutes(1))) struct LatchTests {
    @Test func letsAllGoOnWhoWaitAndAllWhoComeLater() async {
        let latch = Latch()
        #expect(!latch.isOpen)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { await latch.wait() } }
            await Task.yield()
            latch.open()
            await group.waitForAll()
        }
        #expect(latch.isOpen)
        await latch.wait()
    }

    @Test func letsACancelledTaskGoOnAndNobodyElse() async {
        let latch = Latch()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await latch.wait()
                return latch.isOpen
            }
            await Task.yield()
            group.cancelAll()
            #expect(await group.next() == false)
        }
        #expect(!latch.isOpen)
    }
}
