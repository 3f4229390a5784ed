internal import KubeAPI
internal import MeshBase

/// Reading everything: in pages or as a stream.
extension WatchMachine {
    /// How often a stream may fail before pages are read instead.
    private static let streamFailureLimit = 2
    /// How often a list may expire between pages before it is read in one piece.
    private static let expiredPageLimit = 2

    private var pageLimit: Int? {
        expiredPages < Self.expiredPageLimit ? configuration.pageSize : nil
    }

    mutating func fullList(cause: String) -> Reaction {
        let report = Effect.report(.listing(cause: cause))
        let firstPage = hasMany || expiredPages > 0 ? nil : configuration.firstPage
        if firstPage == nil, mayStream {
            phase = .streaming(isOpen: false)
            return Reaction(effects: [report, .beginReplacement], next: .watch(.initialEvents))
        }
        phase = .listing
        let limit = firstPage ?? pageLimit
        return Reaction(effects: [report, .beginReplacement], next: .list(continuation: nil, limit: limit))
    }

    private var mayStream: Bool { canStream && streamFailures < Self.streamFailureLimit }

    mutating func fullListFailed(_ problem: WatchProblem, random: RandomSource) -> Reaction {
        if case .listing = phase, problem.kind == .expired { expiredPages += 1 }
        phase = .listing
        position = nil
        return backOff(problem, random: random)
    }

    mutating func pageArrived(_ page: ListPage, random: RandomSource) -> Reaction {
        let stage = Effect.stage(page.objects)
        if let continuation = page.continuation {
            let isNews = configuration.firstPage != nil && !hasMany
            hasMany = true
            if isNews, mayStream { return fullList(cause: "many objects") }
            return Reaction(effects: [stage], next: .list(continuation: continuation, limit: pageLimit))
        }
        guard let version = page.version else {
            return fullListFailed(WatchProblem(.refused, message: "the list has no resourceVersion"), random: random)
        }
        // A stream that failed twice gets one more chance at the next full list.
        streamFailures = min(streamFailures, Self.streamFailureLimit - 1)
        var reaction = commit(version, random: random)
        reaction.effects.insert(stage, at: 0)
        return reaction
    }

    mutating func streamed(_ signal: WatchSignal, random: RandomSource) -> Reaction {
        switch signal {
        case .opened:
            phase = .streaming(isOpen: true)
            return Reaction(effects: [], next: .read)
        case .added(let object), .modified(let object):
            return object.name.isEmpty ? malformed : Reaction(effects: [.stage([object])], next: .read)
        case .deleted(let object):
            return object.name.isEmpty ? malformed : Reaction(effects: [.unstage(object)], next: .read)
        case .bookmark(let version, endsInitialEvents: true):
            guard !version.text.isEmpty else {
                return streamBroke("the end of the initial objects has no resourceVersion", random: random)
            }
            streamFailures = 0
            return commit(version, random: random)
        case .bookmark(_, endsInitialEvents: false):
            return Reaction(effects: [], next: .read)
        case .failed(let problem):
            return streamBroke(problem, isOpen: true, random: random)
        }
    }

    mutating func streamBroke(_ message: String, random: RandomSource) -> Reaction {
        streamBroke(WatchProblem(.unreachable, message: message), isOpen: true, random: random)
    }

    mutating func streamBroke(_ problem: WatchProblem, isOpen: Bool, random: RandomSource) -> Reaction {
        if problem.kind == .unsupported {
            canStream = false
            return fullList(cause: "no streaming")
        }
        // Who may not watch may be allowed to list.
        if isOpen || problem.kind == .forbidden { streamFailures += 1 }
        return fullListFailed(problem, random: random)
    }

    /// Publishes what is staged, unless it is older than what was seen.
    private mutating func commit(_ version: ResourceVersion, random: RandomSource) -> Reaction {
        var trust = StoreWriter.Trust.keepNewer
        if let latest, version.isOlder(than: latest) {
            guard staleLists >= configuration.staleListLimit else {
                staleLists += 1
                let problem = WatchProblem(
                    .refused,
                    message: "the list is of version \(version), but \(latest) was seen before"
                )
                var reaction = fullListFailed(problem, random: random)
                reaction.effects.insert(.report(.staleList(version, seen: latest)), at: 0)
                return reaction
            }
            trust = .replaceAll
        }
        staleLists = 0
        expiredPages = 0
        latest = version
        position = version
        phase = .watching(madeProgress: false)
        return Reaction(effects: [.commit(version, trust)], next: .watch(.after(version)))
    }
}
