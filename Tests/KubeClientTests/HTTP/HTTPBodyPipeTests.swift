internal import KubeClient
internal import MeshTestKit
internal import Synchronization
internal import Testing

@Suite struct HTTPBodyPipeTests {
    @Test func carriesInOrder() async throws {
        let pipe = HTTPBodyPipe()
        let body = pipe.body
        #expect(pipe.offer([1]) == .taken)
        #expect(pipe.offer([]) == .taken)
        #expect(pipe.offer([2, 3]) == .taken)
        pipe.finish()
        pipe.finish(TransportError(.closed, "late"))
        #expect(pipe.offer([4]) == .refused)
        #expect(try await body.collect(limit: 10) == [1, 2, 3])
        #expect(try await body.collect(limit: 10) == [])
    }

    @Test func saysWhenItIsFullAndWhenThereIsRoom() async throws {
        let rooms = Mutex(0)
        let pipe = HTTPBodyPipe(capacity: 10, onRoom: { rooms.withLock { $0 += 1 } })
        var pieces = pipe.body.makeAsyncIterator()
        #expect(pipe.offer([UInt8](repeating: 0, count: 6)) == .taken)
        #expect(pipe.offer([UInt8](repeating: 0, count: 6)) == .takenAndFull)
        #expect(pipe.bufferedBytes == 12)
        _ = try await pieces.next()
        #expect(rooms.withLock { $0 } == 0)
        _ = try await pieces.next()
        #expect(rooms.withLock { $0 } == 1)
        #expect(pipe.offer([1]) == .taken)
    }

    @Test func errorsComeAfterWhatWasSent() async throws {
        let pipe = HTTPBodyPipe()
        var pieces = pipe.body.makeAsyncIterator()
        _ = pipe.offer([1])
        pipe.finish(TransportError(.connectionLost, "gone"))
        #expect(try await pieces.next() == [1])
        await #expect(throws: TransportError(.connectionLost, "gone")) { _ = try await pieces.next() }
    }

    @Test func abandonedOnce() async throws {
        let count = Mutex(0)
        let pipe = HTTPBodyPipe(onAbandon: { count.withLock { $0 += 1 } })
        do {
            let body = pipe.body
            let copy = body
            _ = pipe.offer([1])
            var pieces = copy.makeAsyncIterator()
            _ = try await pieces.next()
            #expect(count.withLock { $0 } == 0)
        }
        #expect(count.withLock { $0 } == 1)
        #expect(pipe.offer([1]) == .refused)
        await #expect(throws: TransportError.self) { try await pipe.write([1]) }
    }

    @Test func endedIsNotAbandoned() {
        let count = Mutex(0)
        let pipe = HTTPBodyPipe(onAbandon: { count.withLock { $0 += 1 } })
        do {
            _ = pipe.body
            let other = HTTPBodyPipe(onAbandon: { count.withLock { $0 += 1 } })
            let body = other.body
            other.finish()
            withExtendedLifetime(body) {}
        }
        #expect(count.withLock { $0 } == 1)
    }

    @Test func collectStopsAtItsLimit() async {
        let body = HTTPBody(pieces: [[1, 2], [3, 4]])
        let error = await #expect(throws: TransportError.self) { try await body.collect(limit: 3) }
        #expect(error?.code == .bodyTooLarge)
    }

    @Test func cancelledReaderAndWriter() async {
        let pipe = HTTPBodyPipe(capacity: 1)
        let body = pipe.body
        let readerCode = await withTaskGroup(of: TransportError.Code?.self) { group in
            group.addTask {
                do throws(TransportError) { _ = try await body.collect(limit: 9) } catch { return error.code }
                return nil
            }
            for _ in 0..<20 { await Task.yield() }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(readerCode == .cancelled)
        let full = HTTPBodyPipe(capacity: 1)
        let reader = full.body
        _ = full.offer([1, 2])
        let code = await withTaskGroup(of: TransportError.Code?.self) { group in
            group.addTask {
                do throws(TransportError) { try await full.write([3]) } catch { return error.code }
                return nil
            }
            for _ in 0..<20 { await Task.yield() }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(code == .cancelled)
        withExtendedLifetime(reader) {}
    }

    @Test(arguments: propertySeeds(20))
    func everyByteArrivesThroughASmallPipe(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let pieces = (0..<200).map { _ in
            [UInt8](repeating: UInt8(random.int(below: 256)), count: random.int(below: 50))
        }
        let pipe = HTTPBodyPipe(capacity: 1 + random.int(below: 100))
        let body = pipe.body
        let received = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                for piece in pieces { try await pipe.write(piece) }
                pipe.finish()
                return []
            }
            group.addTask { try await body.collect(limit: 100_000) }
            var all: [UInt8] = []
            for try await part in group { all += part }
            return all
        }
        #expect(received == Array(pieces.joined()), "seed \(seed)")
    }
}
