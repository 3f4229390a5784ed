internal import KubeAPI
internal import MeshBase

/// Following changes once everything has been read.
extension WatchMachine {
    /// How often in a row a server may refuse to watch from a version before everything is read again.
    private static let refusalLimit = 3

    var malformed: Reaction { Reaction(effects: [.report(.malformed)], next: .read) }

    mutating func watched(_ signal: WatchSignal, random: RandomSource) -> Reaction {
        switch signal {
        case .opened:
            return Reaction(effects: [], next: .read)
        case .added(let object), .modified(let object):
            guard !object.name.isEmpty else { return malformed }
            progress(to: object.resourceVersion.map(ResourceVersion.init))
            return Reaction(effects: [.apply(object)], next: .read)
        case .deleted(let object):
            guard !object.name.isEmpty else { return malformed }
            progress(to: object.resourceVersion.map(ResourceVersion.init))
            return Reaction(effects: [.remove(object)], next: .read)
        case .bookmark(let version, _):
            guard !version.text.isEmpty else { return malformed }
            progress(to: version)
            return Reaction(effects: [.advance(version)], next: .read)
        case .failed(let problem):
            return watchBroke(problem, random: random)
        }
    }

    mutating func watchEnded(after lived: Duration, random: RandomSource) -> Reaction {
        if case .watching(madeProgress: false) = phase, lived < configuration.shortestWatch {
            return watchBroke(
                WatchProblem(.unreachable, message: "the server ended the watch after \(lived)"),
                random: random
            )
        }
        failures = 0
        refusals = 0
        return handle(.waited, random: random)
    }

    mutating func watchBroke(_ problem: WatchProblem, after lived: Duration? = nil, random: RandomSource) -> Reaction {
        // A watch of quiet objects tells nothing for minutes; that it was open is enough for an end to be the first failure.
        if let lived, lived >= configuration.shortestWatch { (failures, refusals) = (0, 0) }
        switch problem.kind {
        case .expired:
            // The first time at once; again and again without progress in between, with a wait.
            position = nil
            guard failures > 0 else {
                failures = 1
                return fullList(cause: "expired")
            }
            return backOff(problem, random: random)
        case .unsupported, .notServed, .refused, .forbidden:
            refusals += 1
            if refusals >= Self.refusalLimit {
                refusals = 0
                position = nil
            }
            return backOff(problem, random: random)
        case .unreachable, .notConnected:
            return backOff(problem, random: random)
        }
    }

    mutating func backOff(_ problem: WatchProblem, random: RandomSource) -> Reaction {
        failures += 1
        let rule =
            switch problem.kind {
            case .notConnected: configuration.reconnects
            case .notServed: configuration.absences
            default: configuration.retries
            }
        let own = rule.delay(afterFailures: failures - 1, random: random)
        let wait = max(own, min(problem.retryAfter ?? .zero, .seconds(300)))
        let report = Effect.report(.problem(problem, failures: failures, wait: wait))
        if problem.kind == .notServed { return Reaction(effects: [report], next: .awaitKind(wait)) }
        return Reaction(effects: [report], next: .wait(wait, isDemanded: problem.retryAfter != nil))
    }

    private mutating func progress(to version: ResourceVersion?) {
        phase = .watching(madeProgress: true)
        failures = 0
        refusals = 0
        guard let version else { return }
        position = position?.later(version) ?? version
        latest = latest?.later(version) ?? version
    }
}
