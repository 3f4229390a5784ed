public import KubeAPI
internal import KubeClient
internal import Logging
internal import MeshBase
internal import Synchronization

/// Keeps one ``ObjectStore`` equal to what its source has, until its task is cancelled.
///
/// It carries out what ``WatchMachine`` decides. Connections that seem alive but carry nothing (half-open ones) are found by
/// silence: a watch that tells nothing, not even a bookmark, for ``Configuration/silenceLimit`` is opened anew from where
/// it was. Every ``Configuration/listInterval`` everything is read anew, which heals what a faulty server never told.
public final class Watcher: Sendable {
    /// Settings of a watcher.
    public struct Configuration: Sendable, Hashable {
        /// The settings of the rules.
        public var machine: WatchMachine.Configuration
        /// How long a watch may be silent, at most 60 s.
        public var silenceLimit: Duration
        /// How long the server is asked to keep a watch open; up to half as long again, at random.
        public var watchLimit: Duration
        /// How often everything is read anew, at the latest; up to a tenth earlier, at random.
        ///
        /// Nil for never.
        ///
        /// It costs one list; what a server failed to tell stays unknown for that long.
        public var listInterval: Duration?

        /// The longest silence that may be configured.
        public static let longestSilence: Duration = .seconds(60)

        /// Makes settings.
        public init(
            machine: WatchMachine.Configuration = .init(),
            silenceLimit: Duration = Self.longestSilence,
            watchLimit: Duration = .seconds(290),
            listInterval: Duration? = .seconds(600)
        ) {
            self.machine = machine
            self.silenceLimit = min(max(silenceLimit, .milliseconds(1)), Self.longestSilence)
            self.watchLimit = watchLimit
            self.listInterval = listInterval
        }

        /// The same, reading in pages: for kinds of which there are so few that a page or two hold them all.
        ///
        /// A stream of initial objects spares the server and us a copy of everything, but costs a connection that ends with it.
        public var paged: Configuration {
            var copy = self
            copy.machine.prefersStreaming = false
            return copy
        }

        /// The same, for a kind that is served, or is going to be soon: it is looked for as after any failure.
        public var expected: Configuration {
            var copy = self
            copy.machine.absences = copy.machine.retries
            return copy
        }

        /// The same, asking for a small page first, which most kinds of most clusters fit into.
        public var smallFirst: Configuration {
            var copy = self
            copy.machine.firstPage = ListOptions.smallPage
            return copy
        }
    }

    private struct State {
        var machine: WatchMachine
        /// When something last arrived.
        var lastSignal = Duration.zero
        /// When the other side last told anything.
        var lastContact = Duration.zero
        /// When everything is to be read anew; nil while that is under way or never.
        var listDue: Duration?
        /// How often the kind's definition had been seen when the server was asked last.
        var arrivals = 0
        /// Whether there was no answer the last time.
        var isUnanswered = false
    }

    /// How a watch came to an end.
    private enum WatchEnd: Sendable {
        /// The machine said what to do next.
        case decided(WatchMachine.Next)
        /// The machine is to be told.
        case event(WatchMachine.Event)
        /// The task was cancelled.
        case cancelled
    }

    /// How often in a row reading may be forbidden before the store says so: permissions just given take a moment to work.
    private static let patience = 3

    /// The store this watcher writes.
    public let store: ObjectStore
    private let configuration: Configuration
    private let source: any ObjectSource
    private let writer: StoreWriter
    private let environment: RuntimeEnvironment
    private let metrics: WatcherMetrics
    private let logger: Logger
    private let state: Mutex<State>

    /// Makes a watcher that does nothing until ``run()``.
    ///
    /// - Throws: ``StoreError`` when `store` has a writer already.
    public init(
        source: any ObjectSource,
        store: ObjectStore,
        configuration: Configuration = Configuration(),
        environment: RuntimeEnvironment
    ) throws(StoreError) {
        self.source = source
        self.store = store
        self.writer = try store.claimWriter()
        self.configuration = configuration
        self.environment = environment
        self.metrics = WatcherMetrics(registry: environment.metrics, store: store)
        var logger = environment.logger
        logger[metadataKey: "store"] = "\(store.configuration.name)"
        self.logger = logger
        let now = environment.time.now
        self.state = Mutex(
            State(machine: WatchMachine(configuration: configuration.machine), lastSignal: now, lastContact: now)
        )
        environment.metrics.gauge(
            "kube_watch_seconds_since_contact",
            help: "Seconds since a list or a watch last told anything.",
            labels: ["store": store.configuration.name]
        ) { [weak self] in
            self?.sinceContact.inSeconds ?? 0
        }
    }

    /// The kind it watches, nil where its source has none.
    public var resource: APIResource? { source.resource }

    /// How long ago the other side last told anything, be it only a bookmark; since the start before that.
    public var sinceContact: Duration {
        let now = environment.time.now
        return state.withLock { now - $0.lastContact }
    }

    /// Lists and watches until the task is cancelled.
    ///
    /// Call it once.
    public func run() async {
        var next = perform(state.withLock { $0.machine.start() })
        while !Task.isCancelled {
            switch next {
            case .list(let continuation, let limit):
                next = await list(continuation: continuation, limit: limit)
            case .watch(let start):
                next = await watch(start)
            case .wait(let duration, isDemanded: true):
                try? await environment.time.sleep(for: duration)
                next = step(.waited)
            case .wait(let duration, isDemanded: false):
                await environment.reachability.wait(atMost: duration, random: environment.random)
                next = step(.waited)
            case .awaitKind(let duration):
                next = step(await hasArrived(within: duration) ? .kindArrived : .waited)
            case .read:
                // Only an open watch can be read; without one the machine is asked again.
                next = step(.waited)
            }
        }
    }

    private func hasArrived(within duration: Duration) async -> Bool {
        guard let resource = source.resource else {
            try? await environment.time.sleep(for: duration)
            return false
        }
        let count = state.withLock(\.arrivals)
        return await environment.arrivals.wait(for: resource, since: count, atMost: duration, on: environment.time)
    }

    /// Remembers, before the server is asked, how often the kind's definition was seen.
    private func noteArrivals() {
        let arrivals = source.resource.map { environment.arrivals.count(of: $0) } ?? 0
        state.withLock { $0.arrivals = arrivals }
    }

    // MARK: Lists

    private func list(continuation: String?, limit: Int?) async -> WatchMachine.Next {
        noteArrivals()
        do {
            return step(.page(try await source.list(continuation: continuation, limit: limit)))
        } catch {
            return step(.listFailed(Self.problem(error)))
        }
    }

    // MARK: Watches

    private func watch(_ start: WatchStart) async -> WatchMachine.Next {
        let opened = environment.time.now
        noteArrivals()
        state.withLock { $0.lastSignal = opened }
        let ends = await withTaskGroup(of: WatchEnd.self) { group in
            group.addTask { await self.receive(start, since: opened) }
            group.addTask { await self.watchSilence() }
            var ends: [WatchEnd] = []
            while let end = await group.next() {
                ends.append(end)
                group.cancelAll()
            }
            return ends
        }
        for case .decided(let next) in ends { return next }
        for case .event(let event) in ends { return step(event) }
        return .wait(.zero)
    }

    private func receive(_ start: WatchStart, since opened: Duration) async -> WatchEnd {
        let decided = Mutex<WatchMachine.Next?>(nil)
        let answered = Mutex<Duration?>(nil)
        let limit = configuration.watchLimit * (1 + 0.5 * environment.random.unit())
        do {
            try await source.watch(start, limit: limit) { signal in
                if signal == .opened { answered.withLock { $0 = self.environment.time.now } }
                let next = self.step(.signal(signal))
                if case .read = next { return .more }
                decided.withLock { $0 = next }
                return .stop
            }
            if let next = decided.withLock(\.self) { return .decided(next) }
            return Task.isCancelled ? .cancelled : .event(.ended(after: environment.time.now - opened))
        } catch {
            if let next = decided.withLock(\.self) { return .decided(next) }
            let lived = answered.withLock(\.self).map { environment.time.now - $0 }
            return Task.isCancelled ? .cancelled : .event(.broken(Self.problem(error), after: lived))
        }
    }

    /// Returns when the open watch has been silent for too long, or when a full list is due.
    private func watchSilence() async -> WatchEnd {
        while true {
            let (silentAt, listDue) = state.withLock { ($0.lastSignal + configuration.silenceLimit, $0.listDue) }
            let now = environment.time.now
            if now >= silentAt {
                metrics.silent()
                logger.debug("watch is silent", metadata: ["limit": "\(configuration.silenceLimit)"])
                return .event(.silent)
            }
            if let listDue, now >= listDue {
                return .event(.listDue)
            }
            do {
                try await environment.time.sleep(until: listDue.map { min($0, silentAt) } ?? silentAt)
            } catch {
                return .cancelled
            }
        }
    }

    // MARK: Steps

    private func step(_ event: WatchMachine.Event) -> WatchMachine.Next {
        let now = environment.time.now
        if case .signal(let signal) = event {
            metrics.received(signal)
            if signal == .opened { store.setObstacle(nil) }
        }
        let (reaction, isBack) = state.withLock { state in
            var isBack = state.isUnanswered
            switch event {
            case .signal: (state.lastSignal, state.lastContact) = (now, now)
            case .page: state.lastContact = now
            default: isBack = false
            }
            if isBack { state.isUnanswered = false }
            return (state.machine.handle(event, random: environment.random), isBack)
        }
        if isBack { tellAnswer() }
        return perform(reaction)
    }

    private func perform(_ reaction: WatchMachine.Reaction) -> WatchMachine.Next {
        for effect in reaction.effects {
            switch effect {
            case .beginReplacement: writer.beginReplacement()
            case .stage(let objects): writer.stage(objects)
            case .unstage(let object): writer.unstage(object)
            case .commit(let version, let trust): commit(version, trust)
            case .apply(let object): writer.apply(object)
            case .remove(let object): writer.remove(object)
            case .advance(let version): writer.advance(to: version)
            case .report(let report): tell(report)
            }
        }
        return reaction.next
    }

    private func commit(_ version: ResourceVersion, _ trust: StoreWriter.Trust) {
        let changes = writer.commitReplacement(at: version, trust: trust)
        let now = environment.time.now
        let share = 1 - 0.1 * environment.random.unit()
        state.withLock { $0.listDue = configuration.listInterval.map { now + $0 * share } }
        logger.debug(
            "list is in",
            metadata: ["version": "\(version)", "objects": "\(store.count)", "changes": "\(changes.count)"]
        )
    }

    private func tell(_ report: WatchMachine.Report) {
        switch report {
        case .listing(let cause):
            state.withLock { $0.listDue = nil }
            metrics.listed()
            logger.debug("list begins", metadata: ["cause": "\(cause)"])
        case .problem(let problem, let failures, let wait):
            metrics.failed()
            switch problem.kind {
            case .forbidden where failures >= Self.patience: store.setObstacle(problem)
            // Who is told what there is, or is not, may ask: a kind that is not served never opens a watch that would say so.
            case .notServed, .expired: store.setObstacle(nil)
            default: break
            }
            // A cache that grows old unnoticed is worth a warning.
            // A kind that may be missing counts as read when it is.
            let isWorrying = FailurePace.isTold(failures) && (problem.kind != .notServed || !store.isSynced)
            if isUnanswered(problem) { return tellOutage(problem, failures, wait) }
            logger.log(
                level: isWorrying ? .warning : .debug,
                "watch failed",
                metadata: ["problem": "\(problem)", "failures": "\(failures)", "wait": "\(wait)"]
            )
        case .staleList(let version, let seen):
            logger.debug("list refused as too old", metadata: ["version": "\(version)", "seen": "\(seen)"])
        case .malformed:
            metrics.failed()
            logger.debug("event names no object")
        }
    }

    private func isUnanswered(_ problem: WatchProblem) -> Bool {
        problem.kind == .unreachable || problem.kind == .notConnected
    }

    /// Tells of an API server that does not answer: the first watch to do so speaks for all.
    private func tellOutage(_ problem: WatchProblem, _ failures: Int, _ wait: Duration) {
        state.withLock { $0.isUnanswered = true }
        let name = store.configuration.name
        let watches = environment.outage.failed(name, failures: failures, now: environment.time.now)
        logger.debug(
            "watch failed",
            metadata: ["problem": "\(problem)", "failures": "\(failures)", "wait": "\(wait)"]
        )
        guard let watches else { return }
        environment.logger.warning(
            "watches get no answer",
            metadata: ["watches": "\(watches)", "problem": "\(problem)", "failures": "\(failures)", "wait": "\(wait)"]
        )
    }

    /// Tells of the end of an outage.
    private func tellAnswer() {
        guard let end = environment.outage.answered(store.configuration.name, now: environment.time.now) else { return }
        environment.logger.info(
            "watches are answered again",
            metadata: ["watches": "\(end.watches)", "after": "\(end.lasted)"]
        )
    }

    private static func problem(_ error: any Error) -> WatchProblem {
        error as? WatchProblem ?? WatchProblem(.unreachable, message: "\(error)")
    }
}
