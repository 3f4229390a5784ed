internal import Testing

@testable internal import KubeCurl

@Suite struct YieldingStreamsTests {
    @Test("A stream begins at once where no answer was awaited for a while")
    func quiet() {
        var streams = YieldingStreams<Int>()
        streams.note(isQuiet: true, now: .seconds(1))
        streams.add(1, now: .seconds(9))
        #expect(streams.next(.seconds(9)) == 1)
        #expect(streams.isEmpty && streams.end == nil)
    }

    @Test("A stream waits for the answers under way, and 25 ms for what follows them")
    func pause() {
        var streams = YieldingStreams<Int>()
        streams.note(isQuiet: false, now: .zero)
        streams.add(1, now: .zero)
        streams.add(2, now: .milliseconds(2))
        #expect(streams.end == .milliseconds(50))
        #expect(streams.next(.milliseconds(9)) == nil)
        streams.note(isQuiet: true, now: .milliseconds(10))
        streams.note(isQuiet: true, now: .milliseconds(20))
        #expect(streams.end == .milliseconds(35), "since it became quiet, not since it was looked at")
        #expect(streams.next(.milliseconds(34)) == nil)
        #expect(streams.next(.milliseconds(35)) == 1)
        #expect(streams.next(.milliseconds(35)) == 2)
        #expect(streams.next(.milliseconds(35)) == nil)
    }

    @Test("Each waits 50 ms at most, however busy the connection is")
    func limit() {
        var streams = YieldingStreams<Int>()
        streams.note(isQuiet: false, now: .zero)
        streams.add(1, now: .zero)
        streams.add(2, now: .milliseconds(30))
        #expect(streams.next(.milliseconds(49)) == nil)
        #expect(streams.next(.milliseconds(50)) == 1)
        #expect(streams.next(.milliseconds(79)) == nil)
        #expect(streams.remove { $0 == 3 }.isEmpty)
        #expect(streams.remove { $0 == 2 } == [2])
        #expect(streams.next(.milliseconds(80)) == nil && streams.isEmpty)
    }
}
