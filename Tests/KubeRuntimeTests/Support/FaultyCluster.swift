internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Synchronization

/// An API server for one kind that keeps a history, and that can be told to misbehave.
final class FaultyCluster: ObjectSource {
    /// How it misbehaves.
    struct Faults: Sendable {
        /// One in so many lists fails; 0 for none.
        var listFailure = 0
        /// One in so many lists is that of an earlier version.
        var staleList = 0
        /// One in so many pages finds that its list has expired.
        var pageExpiry = 0
        /// One in so many watches cannot be opened.
        var openFailure = 0
        /// One in so many events breaks the connection instead.
        var breaks = 0
        /// One in so many events is never told.
        var loss = 0
        /// One in so many events is told twice.
        var doubling = 0
        /// One in so many events swaps places with the next.
        var reordering = 0
        /// One in so many events is followed by one from long ago.
        var timeTravel = 0
        /// One in so many watches says nothing, ever.
        var halfOpen = 0
        /// One in so many watches ends with 410 though the version is there.
        var expiry = 0
    }

    enum Event: Sendable {
        case applied(KubeObject)
        case removed(KubeObject)

        var object: KubeObject {
            switch self {
            case .applied(let object), .removed(let object): object
            }
        }

        var signal: WatchSignal {
            switch self {
            case .applied(let object): .modified(object)
            case .removed(let object): .deleted(object)
            }
        }
    }

    struct State: Sendable {
        var random: SeededRandom
        var faults = Faults()
        var version = 1
        var oldest = 0
        var live: [ObjectKey: KubeObject] = [:]
        var history: [(version: Int, event: Event)] = []
        var snapshots: [Int: [KubeObject]] = [:]
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var lastWatcher = 0
        var supportsStreaming = true
        var lists = 0
        var watches = 0

        mutating func happens(_ oneIn: Int) -> Bool { oneIn > 0 && random.oneIn(oneIn) }
    }

    private let state: Mutex<State>
    private let time: MonotonicTime

    init(seed: UInt64, time: MonotonicTime, supportsStreaming: Bool = true) {
        var state = State(random: SeededRandom(seed: seed))
        state.supportsStreaming = supportsStreaming
        self.state = Mutex(state)
        self.time = time
    }

    func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

    var objects: [KubeObject] { change { $0.live.values.sorted { $0.key < $1.key } } }
    var version: Int { change { $0.version } }
    var counts: (lists: Int, watches: Int) { change { ($0.lists, $0.watches) } }
    var openWatches: Int { change { $0.watchers.count } }

    // MARK: What happens in the cluster

    func apply(_ name: String, labels: [String: String] = [:]) {
        commit { state in
            let uid = state.live[ObjectKey(namespace: "shop", name: name)]?.uid ?? "\(name)-\(state.version)"
            return .applied(pod(name, version: state.version, uid: uid, labels: labels))
        }
    }

    func delete(_ name: String) {
        commit { state in
            guard var object = state.live[ObjectKey(namespace: "shop", name: name)] else { return nil }
            object.resourceVersion = String(state.version)
            return .removed(object)
        }
    }

    func mutateAtRandom() {
        let (name, isDelete) = change { state in ("p\(state.random.int(below: 6))", state.random.oneIn(3)) }
        if isDelete { delete(name) } else { apply(name) }
    }

    /// Forgets the history.
    func compact() {
        change { state in
            state.oldest = state.version
            state.history = []
        }
    }

    private func commit(_ make: (inout State) -> Event?) {
        let watchers = change { state -> [AsyncStream<Void>.Continuation] in
            state.version += 1
            guard let event = make(&state) else { return [] }
            switch event {
            case .applied(let object): state.live[object.key] = object
            case .removed(let object): state.live[object.key] = nil
            }
            state.history.append((state.version, event))
            state.snapshots[state.version] = Array(state.live.values)
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield() }
    }

    // MARK: What it answers

    func list(continuation: String?, limit: Int?) async throws -> ListPage {
        try await time.sleep(for: .milliseconds(20))
        return try change { state -> Result<ListPage, WatchProblem> in
            state.lists += 1
            if state.happens(state.faults.listFailure) { return .failure(WatchProblem(.refused, message: "500")) }
            var version = state.version
            var offset = 0
            if let continuation {
                let parts = continuation.split(separator: "/").compactMap { Int($0) }
                guard parts.count == 2, parts[0] >= state.oldest, !state.happens(state.faults.pageExpiry) else {
                    return .failure(WatchProblem(.expired, message: "410"))
                }
                (version, offset) = (parts[0], parts[1])
            } else if state.happens(state.faults.staleList),
                let old = state.snapshots.keys.sorted().randomElement(using: &state.random)
            {
                version = old
            }
            let all = (version == state.version ? Array(state.live.values) : Self.snapshot(state, version))
                .sorted { $0.key < $1.key }
            let end = min(all.count, offset + (limit ?? all.count))
            let more = end < all.count ? "\(version)/\(end)" : nil
            return .success(
                ListPage(objects: Array(all[min(offset, end)..<end]), version: "\(version)", continuation: more)
            )
        }.get()
    }

    private static func snapshot(_ state: State, _ version: Int) -> [KubeObject] {
        state.snapshots.keys.filter { $0 <= version }.max().flatMap { state.snapshots[$0] } ?? []
    }

    func watch(
        _ start: WatchStart,
        limit: Duration,
        receive: @escaping @Sendable (WatchSignal) -> WatchAnswer
    ) async throws {
        try await time.sleep(for: .milliseconds(20))
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (id, isHalfOpen, isOpen) = change { state -> (Int, Bool, Bool) in
            state.watches += 1
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = continuation
            let isHalfOpen = state.happens(state.faults.halfOpen)
            return (state.lastWatcher, isHalfOpen, !state.happens(state.faults.openFailure))
        }
        defer { change { _ = $0.watchers.removeValue(forKey: id) } }
        guard isOpen else { throw WatchProblem(.unreachable, message: "refused") }
        guard receive(.opened) == .more else { return }
        if isHalfOpen {
            try await time.sleep(for: .seconds(100_000))
        }
        var position: Int
        switch start {
        case .initialEvents:
            guard change({ $0.supportsStreaming }) else { throw WatchProblem(.unsupported, message: "422") }
            guard let version = try sendInitial(receive) else { return }
            position = version
        case .after(let version):
            position = Int(version.text) ?? 0
        }
        continuation.yield()
        for await _ in changes {
            guard let reached = try send(after: position, receive) else { return }
            position = reached
        }
        try Task.checkCancellation()
    }

    private func sendInitial(_ receive: (WatchSignal) -> WatchAnswer) throws -> Int? {
        let (version, objects, breaksAt) = change { state -> (Int, [KubeObject], Int?) in
            let isStale = state.happens(state.faults.staleList)
            let version =
                isStale
                ? state.snapshots.keys.sorted().randomElement(using: &state.random) ?? state.version : state.version
            let objects = (version == state.version ? Array(state.live.values) : Self.snapshot(state, version))
                .sorted { $0.key < $1.key }
            return (version, objects, state.happens(state.faults.breaks) ? state.random.int(below: 3) : nil)
        }
        for (index, object) in objects.enumerated() {
            if index == breaksAt { throw WatchProblem(.unreachable, message: "died midway") }
            guard receive(.added(object)) == .more else { return nil }
        }
        return receive(.bookmark(ResourceVersion("\(version)"), endsInitialEvents: true)) == .more ? version : nil
    }

    private func send(after position: Int, _ receive: (WatchSignal) -> WatchAnswer) throws -> Int? {
        let plan = change { state -> Result<(signals: [WatchSignal?], reached: Int), WatchProblem> in
            guard position >= state.oldest, !state.happens(state.faults.expiry) else {
                return .failure(WatchProblem(.expired, message: "410"))
            }
            var signals: [WatchSignal?] = []
            for (_, event) in state.history where (Int(event.object.resourceVersion ?? "") ?? 0) > position {
                if state.happens(state.faults.breaks) { signals.append(nil) }
                if state.happens(state.faults.loss) { continue }
                signals.append(event.signal)
                if state.happens(state.faults.doubling) { signals.append(event.signal) }
                if state.happens(state.faults.reordering), signals.count > 1 {
                    signals.swapAt(signals.count - 1, signals.count - 2)
                }
                if state.happens(state.faults.timeTravel), let old = state.history.randomElement(using: &state.random) {
                    signals.append(old.event.signal)
                }
            }
            return .success((signals, state.version))
        }
        switch plan {
        case .failure(let problem):
            return receive(.failed(problem)) == .more ? position : nil
        case .success(let plan):
            for signal in plan.signals {
                guard let signal else { throw WatchProblem(.unreachable, message: "reset") }
                guard receive(signal) == .more else { return nil }
            }
            return plan.reached
        }
    }
}
