public import KubeAPI
public import MeshBase

/// The rules of keeping a store equal to a list on a server, as a value: an event goes in, effects and the next step come out.
///
/// States and their successors:
/// - *listing* (pages are staged) → *watching* when the last page is in; → *streaming* after a first page that tells of more; →
///   *listing* again after a failure.
/// - *streaming* (a watch sends the initial objects, which are staged) → *watching*, with a watch of its own from the version of
///   the bookmark that ends them, since a stream of everything and a watch ask for different connections; → *streaming* again after a failure, or *listing* when the server cannot stream.
/// - *watching* (every event is applied) → *watching* from the last version after an end, a failure or silence; →
///   *streaming* or *listing* when that version is too old (410), when a full list is due, or when the server keeps refusing.
///
/// Staged objects become visible only by ``Effect/commit(_:_:)``, so no partial list is ever published. A full list that is older
/// than what was seen is refused, ``Configuration/staleListLimit`` times in a row, and then taken for the truth: the server
/// was restored from a backup. Failures in a row back off; only progress of a watch, not a list alone, ends the row, so that a
/// server that lists well and refuses every watch is not asked in a hot loop.
public struct WatchMachine: Sendable {
    /// Settings of a watch.
    public struct Configuration: Sendable, Hashable {
        /// How many objects a page of a list may have; nil for all.
        public var pageSize: Int?
        /// How many objects are asked for first, before it is known that there are more; nil to begin with ``pageSize``, or a stream.
        ///
        /// Most kinds have few objects in most clusters. At most `ListOptions.smallPage` objects come over the connection of all
        /// other requests, so that nothing is spent on another.
        public var firstPage: Int?
        /// Whether to try a streaming list first.
        public var prefersStreaming: Bool
        /// The waits after failures.
        public var retries: Backoff
        /// The waits after connections that could not be made.
        public var reconnects: Backoff = .reconnect
        /// The waits between looks for a kind that is not served.
        public var absences: Backoff = .absence
        /// How many full lists in a row may be refused for being older than what was seen.
        public var staleListLimit: Int
        /// A watch that ends sooner without telling anything counts as a failure.
        public var shortestWatch: Duration

        /// Makes settings.
        public init(
            pageSize: Int? = 500,
            prefersStreaming: Bool = true,
            retries: Backoff = .watch,
            staleListLimit: Int = 3,
            shortestWatch: Duration = .seconds(1)
        ) {
            self.pageSize = pageSize
            self.prefersStreaming = prefersStreaming
            self.retries = retries
            self.staleListLimit = max(0, staleListLimit)
            self.shortestWatch = shortestWatch
        }
    }

    /// What happened.
    public enum Event: Sendable, Hashable {
        /// A page of a list arrived.
        case page(ListPage)
        /// A list failed.
        case listFailed(WatchProblem)
        /// An open watch told something.
        case signal(WatchSignal)
        /// The other side ended the watch after it stood for a time.
        case ended(after: Duration)
        /// The watch could not be opened, or broke.
        case broken(WatchProblem, after: Duration? = nil)
        /// Nothing arrived on an open watch for the longest time allowed.
        case silent
        /// It is time for a full list, though nothing asks for it.
        case listDue
        /// The wait that ``Next/wait(_:isDemanded:)`` or ``Next/awaitKind(_:)`` asked for is over.
        case waited
        /// The definition of the kind was seen while it was awaited.
        case kindArrived
    }

    /// What is to be done with the store at once, in order.
    public enum Effect: Sendable, Hashable {
        /// Forget staged objects and start anew.
        case beginReplacement
        /// Stage objects.
        case stage([KubeObject])
        /// Take back a staged object.
        case unstage(KubeObject)
        /// Publish what is staged.
        case commit(ResourceVersion, StoreWriter.Trust)
        /// Take in an added or modified object.
        case apply(KubeObject)
        /// Take in a deletion.
        case remove(KubeObject)
        /// Take in that a version was reached.
        case advance(ResourceVersion)
        /// Tell the log and the metrics.
        case report(Report)
    }

    /// What the driver does next.
    public enum Next: Sendable, Hashable {
        /// Read a page of at most `limit` objects; nil for all.
        case list(continuation: String?, limit: Int?)
        /// Open a watch, after closing the one that is open.
        case watch(WatchStart)
        /// Go on with the open watch.
        case read
        /// Wait, with no watch open; not longer than until the server answers again, unless it demanded the wait.
        case wait(Duration, isDemanded: Bool = false)
        /// Wait, with no watch open; not longer than until the kind's definition is seen.
        case awaitKind(Duration)
    }

    /// Something to tell the log and the metrics.
    public enum Report: Sendable, Hashable {
        /// A full list begins, and why.
        case listing(cause: String)
        /// A problem, the number of failures in a row, and the wait before the next try.
        case problem(WatchProblem, failures: Int, wait: Duration)
        /// A list was refused since it is older than what was seen.
        case staleList(ResourceVersion, seen: ResourceVersion)
        /// An event named no object.
        case malformed
    }

    /// The answer to an event.
    public struct Reaction: Sendable, Hashable {
        /// To be done at once, in order.
        public var effects: [Effect]
        /// To be done next.
        public var next: Next

        /// Makes an answer.
        public init(effects: [Effect], next: Next) {
            self.effects = effects
            self.next = next
        }
    }

    enum Phase: Sendable, Hashable {
        case listing
        case streaming(isOpen: Bool)
        case watching(madeProgress: Bool)
    }

    let configuration: Configuration
    var phase = Phase.listing
    /// Where a watch goes on; nil when only a full list can help.
    var position: ResourceVersion?
    /// The latest version ever seen.
    var latest: ResourceVersion?
    var failures = 0
    var refusals = 0
    var streamFailures = 0
    var staleLists = 0
    /// How often a list expired between two of its pages.
    var expiredPages = 0
    var canStream: Bool
    /// Whether there were more objects than ``Configuration/firstPage`` asks for.
    var hasMany = false

    /// Makes a machine that has seen nothing.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.canStream = configuration.prefersStreaming
    }

    /// The first step.
    public mutating func start() -> Reaction {
        fullList(cause: "start")
    }

    /// Takes in an event; `random` spreads waits.
    ///
    /// Events that do not fit the state, such as a page that arrives late, change nothing.
    public mutating func handle(_ event: Event, random: RandomSource) -> Reaction {
        switch (event, phase) {
        case (.page(let page), .listing): pageArrived(page, random: random)
        case (.listFailed(let problem), _): fullListFailed(problem, random: random)
        case (.signal(let signal), .streaming): streamed(signal, random: random)
        case (.signal(let signal), _): watched(signal, random: random)
        case (.ended, .streaming):
            streamBroke("the server ended it before all initial objects were sent", random: random)
        case (.ended(let lived), _): watchEnded(after: lived, random: random)
        case (.broken(let problem, _), .streaming(let isOpen)): streamBroke(problem, isOpen: isOpen, random: random)
        case (.broken(let problem, let lived), _): watchBroke(problem, after: lived, random: random)
        case (.silent, .streaming): streamBroke("nothing arrived before all initial objects were sent", random: random)
        case (.silent, _): watchSilent()
        case (.listDue, _): fullList(cause: "due")
        case (.kindArrived, _): kindArrived()
        case (.waited, _), (.page, _): goOn()
        }
    }

    /// The step after a wait: what the state asks for.
    private mutating func goOn() -> Reaction {
        if case .watching = phase, let position {
            phase = .watching(madeProgress: false)
            return Reaction(effects: [], next: .watch(.after(position)))
        }
        return fullList(cause: "retry")
    }

    private mutating func kindArrived() -> Reaction {
        (failures, refusals) = (0, 0)
        return fullList(cause: "kind arrived")
    }

    private mutating func watchSilent() -> Reaction {
        failures = 0
        return goOn()
    }
}
