package import KubeClient
package import KubeRuntime
internal import Logging

/// How long a start waits for an API server that does not answer yet, as while its machine or a rolling control plane comes up.
///
/// Waited for is what nobody answered, and what a server or a load balancer before it answers while it comes up (429 and 5xx). Any other
/// answer, and a certificate that is not trusted, end the wait: time does not mend them.
package struct StartPatience: Sendable, Hashable {
    /// What to do about a request that failed.
    package enum Verdict: Sendable, Hashable {
        /// Ask again after ``pause``; and whether to tell that.
        case wait(isTold: Bool)
        /// End with the error.
        case giveUp
    }

    /// How long to wait in all, from the first request on; zero not to wait.
    package let limit: Duration

    /// Makes a patience that ends after `limit`.
    package init(limit: Duration) {
        self.limit = limit
    }

    /// The time between two requests.
    static let pause = Duration.seconds(1)
    /// The time between two lines in the log.
    static let interval = Duration.seconds(10)

    /// Decides about a failure.
    ///
    /// - Parameters:
    ///   - error: what came back.
    ///   - elapsed: the time since the start.
    ///   - told: when the wait was told last, as time since the start; nil for never.
    /// - Returns: what to do.
    package func verdict(_ error: KubeError, elapsed: Duration, told: Duration?) -> Verdict {
        guard Self.mayPass(error), elapsed + Self.pause <= limit else { return .giveUp }
        return .wait(isTold: told.map { elapsed - $0 >= Self.interval } ?? true)
    }

    /// What waiting takes from outside.
    struct Surroundings: Sendable {
        /// The time since some moment.
        var now: @Sendable () -> Duration
        /// Lets time go by.
        var pause: @Sendable (Duration) async throws -> Void
        /// Tells that it is waited, since when, and for what.
        var tell: @Sendable (Duration, KubeError) -> Void
    }

    /// Asks until there is an answer, the patience is over or the start is to end.
    ///
    /// - Parameters:
    ///   - surroundings: time, and somebody to tell.
    ///   - isEnding: whether the start is to end, asked before each request.
    ///   - question: the request.
    /// - Throws: what the last request threw; `CancellationError` when the task is cancelled.
    func ask(
        in surroundings: Surroundings,
        isEnding: @Sendable () -> Bool,
        _ question: () async throws(KubeError) -> Void
    ) async throws {
        let began = surroundings.now()
        var told: Duration?
        while !isEnding() {
            do {
                return try await question()
            } catch {
                let elapsed = surroundings.now() - began
                guard case .wait(let isTold) = verdict(error, elapsed: elapsed, told: told) else { throw error }
                if isTold {
                    told = elapsed
                    surroundings.tell(elapsed, error)
                }
            }
            try await surroundings.pause(Self.pause)
        }
    }

    private static func mayPass(_ error: KubeError) -> Bool {
        switch (error.cause as? TransportError)?.code {
        case .connectionFailed, .connectionLost, .timedOut: return true
        case nil: break
        default: return false
        }
        return switch error.code {
        case .serverFailure, .unavailable, .throttled: true
        default: false
        }
    }
}

extension StartPatience {
    /// Asks as the other one does, in the time of a program and with lines in its log.
    package func ask(
        in environment: RuntimeEnvironment,
        isEnding: @Sendable () -> Bool,
        _ question: () async throws(KubeError) -> Void
    ) async throws {
        let surroundings = Surroundings(
            now: { [time = environment.time] in time.now },
            pause: { [time = environment.time] in try await time.sleep(for: $0) },
            tell: { [logger = environment.logger, limit] elapsed, error in
                logger.warning(
                    "API server does not answer, waiting for it",
                    metadata: ["elapsed": "\(elapsed)", "limit": "\(limit)", "problem": "\(error.message)"]
                )
            }
        )
        try await ask(in: surroundings, isEnding: isEnding, question)
    }
}
