internal import KubeClient
internal import MeshBase
internal import Synchronization
internal import Testing

@testable internal import OperatorStart

/// Starts without an API server.
@Suite struct StartPatienceTests {
    static func error(_ code: TransportError.Code) -> KubeError {
        KubeError(transport: TransportError(code, "no"), request: "GET /version")
    }

    @Test(arguments: [TransportError.Code.connectionFailed, .connectionLost, .timedOut])
    func waitsWithinItsLimit(_ code: TransportError.Code) {
        let patience = StartPatience(limit: .seconds(60))
        let error = Self.error(code)
        #expect(patience.verdict(error, elapsed: .zero, told: nil) == .wait(isTold: true))
        #expect(patience.verdict(error, elapsed: .seconds(9), told: .zero) == .wait(isTold: false))
        #expect(patience.verdict(error, elapsed: .seconds(10), told: .zero) == .wait(isTold: true))
        #expect(patience.verdict(error, elapsed: .seconds(59), told: .seconds(50)) == .wait(isTold: false))
        #expect(patience.verdict(error, elapsed: .milliseconds(59_001), told: .seconds(50)) == .giveUp)
        #expect(StartPatience(limit: .zero).verdict(error, elapsed: .zero, told: nil) == .giveUp)
    }

    @Test func endsAtOnceWhereTimeDoesNotHelp() {
        let patience = StartPatience(limit: .seconds(60))
        for code in [TransportError.Code.tlsFailed, .malformedAnswer, .cancelled, .closed, .credentialsUnavailable] {
            #expect(patience.verdict(Self.error(code), elapsed: .zero, told: nil) == .giveUp, "\(code)")
        }
        for status in [401, 403, 404] {
            let answer = KubeError(status: nil, httpStatus: status, request: "GET /version")
            #expect(patience.verdict(answer, elapsed: .zero, told: nil) == .giveUp, "\(status)")
        }
        for status in [429, 500, 503] {
            let answer = KubeError(status: nil, httpStatus: status, request: "GET /version")
            #expect(patience.verdict(answer, elapsed: .zero, told: nil) == .wait(isTold: true), "\(status)")
        }
    }

    /// A time in which every wait is over at once, and a server that refuses so many connections.
    private final class World: Sendable {
        private let state = Mutex((now: Duration.zero, asked: 0, told: [Duration]()))
        let late: Int

        init(late: Int) { self.late = late }

        var asked: Int { state.withLock { $0.asked } }
        var told: [Duration] { state.withLock { $0.told } }

        var surroundings: StartPatience.Surroundings {
            StartPatience.Surroundings(
                now: { self.state.withLock { $0.now } },
                pause: { pause in self.state.withLock { $0.now += pause } },
                tell: { elapsed, _ in self.state.withLock { $0.told.append(elapsed) } }
            )
        }

        func question() async throws(KubeError) {
            let asked = state.withLock { state in
                state.asked += 1
                return state.asked
            }
            if asked <= late { throw StartPatienceTests.error(.connectionFailed) }
        }
    }

    @Test("It is asked once where there is a server, and once a second where there is none yet")
    func asks() async throws {
        for late in [0, 25] {
            let world = World(late: late)
            try await StartPatience(limit: .seconds(60))
                .ask(in: world.surroundings, isEnding: { false }, world.question)
            #expect(world.asked == late + 1)
            #expect(world.told == (late == 0 ? [] : [.zero, .seconds(10), .seconds(20)]))
        }
    }

    @Test("Without a server it ends after its patience, and at once when it is told to stop")
    func ends() async throws {
        let world = World(late: .max)
        let patience = StartPatience(limit: .seconds(60))
        let error = await #expect(throws: KubeError.self) {
            try await patience.ask(in: world.surroundings, isEnding: { false }, world.question)
        }
        #expect(error?.code == .connection)
        #expect(world.asked == 61)
        try await patience.ask(in: world.surroundings, isEnding: { world.asked > 63 }, world.question)
        #expect(world.asked == 64)
        _ = await #expect(throws: KubeError.self) {
            try await StartPatience(limit: .zero).ask(in: world.surroundings, isEnding: { false }, world.question)
        }
        #expect(world.asked == 65, "without patience it asks once")
    }
}
