internal import KubeAPI
public import KubeClient
internal import Logging
internal import MeshBase
internal import Synchronization

/// Lets one process of several lead, by a lease that the leader renews.
///
/// The rules are those of ``LeaderElectionMachine``. ``run(_:)`` waits for the lease, runs the work, and returns or throws when the
/// work ends or the lease is lost; call it once. ``fence`` is open exactly while leadership is provable: give it to a
/// ``FencedTransport`` through which the work writes.
public final class LeaderElector: Sendable {
    /// Says whether writes may begin.
    public let fence: LeadershipFence
    private let client: ClusterClient
    private let environment: RuntimeEnvironment
    private let configuration: LeaderElectionMachine.Configuration
    private let machine: Mutex<LeaderElectionMachine>
    private let isLeader: Gauge
    private let logger: Logger
    /// What was told last, so that the same is not told with every try.
    private let told = Mutex(Told())

    private struct Told {
        /// The answer of the API server to the last try, when it was a refusal that does not pass by itself.
        var refusal: String?
        /// How often in a row a try failed.
        var failures = 0
        /// Who holds the lease.
        var holder: String?
    }

    /// Makes a candidate that does nothing until ``run(_:)``; `client` must not write through the fence.
    public init(
        client: ClusterClient,
        configuration: LeaderElectionMachine.Configuration,
        environment: RuntimeEnvironment
    ) {
        self.client = client
        self.configuration = configuration
        self.environment = environment
        self.fence = LeadershipFence(time: environment.time)
        self.machine = Mutex(LeaderElectionMachine(configuration: configuration))
        self.isLeader = environment.metrics.gauge(
            "leader_election_master_status",
            help: "Whether this process leads.",
            labels: ["name": configuration.lease.name]
        )
        var logger = environment.logger
        logger[metadataKey: "lease"] = "\(configuration.lease)"
        logger[metadataKey: "identity"] = "\(configuration.identity)"
        self.logger = logger
    }

    /// Whether this process provably leads now.
    public var leads: Bool { fence.isOpen }

    /// Who was last seen holding the lease; empty when nobody was.
    public var holder: String { machine.withLock { $0.holder } }

    /// Why the lease can be neither read nor written until somebody changes something; nil where it can, or may soon.
    public var obstacle: String? { told.withLock(\.refusal) }

    /// Waits for the lease, then runs `work` while renewing it, then gives the lease back.
    ///
    /// The lease is given back when `work` returns or throws. When the task is cancelled, so is `work`; giving back is then
    /// tried, but a transport may refuse to send for a cancelled task, and others wait for the lease to run out. To stop
    /// with the lease given back, let `work` return.
    ///
    /// - Throws: what `work` throws; ``LeadershipError`` with code `lost` when the lease could not be renewed in time, after
    ///   `work` was cancelled and has ended; `CancellationError` when cancelled before the lease was won.
    public func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await acquire()
        logger.info("leading")
        let outcome = await lead(work)
        shutFence()
        switch outcome {
        case .ended(let result):
            await giveBack()
            logger.info("no longer leading, work has ended")
            try result.get()
        case .lost:
            logger.warning("no longer leading, the lease could not be renewed in time")
            throw LeadershipError(
                .lost,
                "lease \(configuration.lease) was not renewed within \(configuration.renewDeadline)"
            )
        }
    }

    private enum Outcome: Sendable {
        case ended(Result<Void, any Error>)
        case lost
    }

    private func lead(_ work: @escaping @Sendable () async throws -> Void) async -> Outcome {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                do {
                    try await work()
                    return .ended(.success(()))
                } catch {
                    return .ended(.failure(error))
                }
            }
            group.addTask { await self.renew() ? nil : .lost }
            var outcomes: [Outcome] = []
            while let outcome = await group.next() {
                if let outcome { outcomes.append(outcome) }
                group.cancelAll()
            }
            // A lease lost while the work was ending is lost all the same.
            for case .lost in outcomes { return .lost }
            return outcomes.first ?? .ended(.failure(CancellationError()))
        }
    }

    // MARK: The lease

    private func acquire() async throws {
        while true {
            await attempt(until: environment.time.now + configuration.renewDeadline)
            if fence.isOpen { return }
            let jitter = 1 + 1.2 * environment.random.unit()
            try await environment.time.sleep(for: configuration.retryPeriod * jitter)
        }
    }

    /// Renews until the task is cancelled (true) or the lease is lost (false).
    private func renew() async -> Bool {
        while true {
            guard let until = machine.withLock({ $0.leadsUntil }), environment.time.now < until else {
                shutFence()
                return false
            }
            let next = min(environment.time.now + configuration.retryPeriod, until)
            do { try await environment.time.sleep(until: next) } catch { return true }
            await attempt(until: until)
            if Task.isCancelled { return true }
        }
    }

    /// Tries once to get or keep the lease, giving up at `deadline`.
    private func attempt(until deadline: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await self.exchange()
                    self.tellSuccess()
                } catch {
                    self.machine.withLock { $0.failed() }
                    self.tell(error)
                }
            }
            group.addTask { try? await self.environment.time.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
        publish()
    }

    private func exchange() async throws {
        var step = machine.withLock { $0.begin(now: environment.time.now, wall: environment.wall()) }
        if case .read = step {
            let lease = try await client.find(.leases, configuration.lease)
            step = machine.withLock { $0.read(lease, now: environment.time.now, wall: environment.wall()) }
        }
        let startedAt = environment.time.now
        let written: KubeObject
        switch step {
        case .create(let lease): written = try await create(lease)
        case .update(let lease): written = try await client.update(.leases, lease)
        case .heldBy, .read: return
        }
        machine.withLock { $0.wrote(written, startedAt: startedAt, now: environment.time.now) }
    }

    /// Makes the lease, and first its namespace where that is missing.
    private func create(_ lease: KubeObject) async throws(KubeError) -> KubeObject {
        do throws(KubeError) {
            return try await client.create(.leases, lease)
        } catch  where error.code == .notFound {
            guard let name = configuration.lease.namespace else { throw error }
            let namespace = KubeObject(kind: APIResource.namespaces.kind, key: ObjectKey(name: name))
            do throws(KubeError) {
                _ = try await client.create(.namespaces, namespace)
            } catch  where error.code == .alreadyExists {
                logger.debug("namespace of the lease is there", metadata: ["name": "\(name)"])
            }
            return try await client.create(.leases, lease)
        }
    }

    /// Warns of a refusal once, and of tries that go on failing.
    private func tell(_ error: any Error) {
        guard !Task.isCancelled, !(error is CancellationError) else { return }
        let refusals: Set<KubeError.Code> = [.forbidden, .unauthorized, .notFound, .invalid]
        let refusal = (error as? KubeError).flatMap { refusals.contains($0.code) ? $0.message : nil }
            .map { "the lease \(configuration.lease) cannot be used: \($0)" }
        let (isNew, failures) = told.withLock { told in
            defer { told.refusal = refusal ?? told.refusal }
            told.failures += 1
            return (refusal != nil && refusal != told.refusal, told.failures)
        }
        logger.log(
            level: isNew || FailurePace.isTold(failures) ? .warning : .debug,
            "lease not written, nothing is done without it",
            metadata: ["error": "\(error)", "failures": "\(failures)"]
        )
    }

    /// Says who holds the lease, when that changes.
    private func tellSuccess() {
        let holder = machine.withLock { $0.holder }
        let isNew = told.withLock { told in
            defer { told = Told(holder: holder) }
            return told.holder != holder
        }
        guard isNew, !holder.isEmpty, holder != configuration.identity else { return }
        logger.info("waiting for the lease", metadata: ["holder": "\(holder)"])
    }

    private func publish() {
        let until = machine.withLock { $0.leadsUntil }
        fence.open(until: until, margin: configuration.leaseDuration - configuration.renewDeadline)
        isLeader.set(fence.isOpen ? 1 : 0)
    }

    private func shutFence() {
        fence.open(until: nil, margin: .zero)
        isLeader.set(0)
    }

    private func giveBack() async {
        guard let lease = machine.withLock({ $0.release(wall: environment.wall()) }) else { return }
        do {
            _ = try await client.update(.leases, lease)
        } catch {
            logger.debug("lease not given back", metadata: ["error": "\(error)"])
        }
    }
}
