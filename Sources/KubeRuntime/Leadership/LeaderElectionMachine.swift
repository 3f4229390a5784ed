public import KubeAPI
public import MeshBase

/// The rules of electing a leader by a lease, as a value without clock or client.
///
/// Nobody's clock is compared with anybody else's: a lease counts as held for as long as *this* process has seen it unchanged
/// for less than its duration, by its own monotonic time. A leader counts as leader until ``Configuration/renewDeadline``
/// after it *began* its last successful write, while others wait ``Configuration/leaseDuration`` from when they *saw* that
/// write, which is later; the difference between the two is the safety margin.
public struct LeaderElectionMachine: Sendable {
    /// Settings of an election.
    public struct Configuration: Sendable, Hashable {
        /// The namespace and name of the lease.
        public var lease: ObjectKey
        /// The name of this candidate, unique among all processes that ever run.
        public var identity: String
        /// How long others wait without seeing a renewal.
        public var leaseDuration: Duration
        /// How long after its last renewal a leader stops; less than ``leaseDuration``.
        public var renewDeadline: Duration
        /// How often a leader renews and a candidate looks.
        public var retryPeriod: Duration

        /// Makes settings with the values of Kubernetes' own components; values out of order are moved into it.
        public init(
            lease: ObjectKey,
            identity: String,
            leaseDuration: Duration = .seconds(15),
            renewDeadline: Duration = .seconds(10),
            retryPeriod: Duration = .seconds(2)
        ) {
            self.lease = lease
            self.identity = identity
            self.leaseDuration = max(leaseDuration, .seconds(1))
            self.renewDeadline = min(renewDeadline, self.leaseDuration * 0.9)
            self.retryPeriod = min(retryPeriod, self.renewDeadline / 2)
        }
    }

    /// What an attempt to get or keep the lease does next.
    public enum Step: Sendable, Hashable {
        /// Read the lease.
        case read
        /// Create the lease.
        case create(KubeObject)
        /// Replace the lease, which carries the version that was read.
        case update(KubeObject)
        /// Nothing: somebody else holds it.
        case heldBy(String)
    }

    /// The settings.
    public let configuration: Configuration
    /// The lease as last read or written, nil when there was none.
    private var observed: KubeObject?
    /// When this process first saw the lease as it is.
    private var observedAt = Duration.zero
    private var isFresh = false
    /// When the last successful renewal began; nil when not leading.
    private var renewedAt: Duration?

    /// Makes a machine that has seen nothing.
    public init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Until when this process may act as leader, nil when it may not.
    public var leadsUntil: Duration? { renewedAt.map { $0 + configuration.renewDeadline } }

    /// Whether this process may act as leader at `now`.
    public func leads(at now: Duration) -> Bool { leadsUntil.map { now < $0 } ?? false }

    /// Who held the lease when it was last seen; empty when nobody.
    public var holder: String { observed.map { LeaseRecord($0).holder } ?? "" }

    /// Begins an attempt: a leader that knows the latest version writes at once, anyone else reads first.
    public func begin(now: Duration, wall: Timestamp) -> Step {
        guard isFresh, leads(at: now), let observed else { return .read }
        return claim(observed, wall: wall)
    }

    /// Takes in what a read gave, nil when there is no lease.
    public mutating func read(_ lease: KubeObject?, now: Duration, wall: Timestamp) -> Step {
        guard let lease else {
            observed = nil
            isFresh = false
            return .create(newLease(wall: wall))
        }
        observe(lease, now: now)
        let record = LeaseRecord(lease)
        let isHeldByOther = !record.holder.isEmpty && record.holder != configuration.identity
        if isHeldByOther {
            renewedAt = nil
            if now < observedAt + max(record.duration, .seconds(1)) { return .heldBy(record.holder) }
        }
        return claim(lease, wall: wall)
    }

    /// Takes in that a write begun at `startedAt` succeeded and gave `lease`.
    public mutating func wrote(_ lease: KubeObject, startedAt: Duration, now: Duration) {
        observe(lease, now: now)
        isFresh = true
        let isMine = LeaseRecord(lease).holder == configuration.identity
        renewedAt = isMine ? startedAt : nil
    }

    /// Takes in that a write or a read failed: what is known may be old.
    public mutating func failed() {
        isFresh = false
    }

    /// Gives up leading; the lease to write so that others need not wait, nil when this process does not hold it.
    public mutating func release(wall: Timestamp) -> KubeObject? {
        renewedAt = nil
        guard isFresh, var lease = observed else { return nil }
        var record = LeaseRecord(lease)
        guard record.holder == configuration.identity else { return nil }
        record.holder = ""
        record.duration = .seconds(1)
        record.renewed = wall
        record.write(to: &lease)
        isFresh = false
        return lease
    }

    private mutating func observe(_ lease: KubeObject, now: Duration) {
        let isSame =
            observed.map { LeaseRecord($0) == LeaseRecord(lease) && $0.resourceVersion == lease.resourceVersion }
            ?? false
        if !isSame { observedAt = now }
        observed = lease
        isFresh = true
    }

    private func newLease(wall: Timestamp) -> KubeObject {
        var lease = KubeObject(kind: LeaseRecord.resource.kind, key: configuration.lease)
        LeaseRecord(
            holder: configuration.identity,
            duration: configuration.leaseDuration,
            acquired: wall,
            renewed: wall,
            transitions: 0
        ).write(to: &lease)
        return lease
    }

    private func claim(_ lease: KubeObject, wall: Timestamp) -> Step {
        var record = LeaseRecord(lease)
        if record.holder != configuration.identity {
            record.acquired = wall
            record.transitions = record.transitions < .max ? record.transitions + 1 : .max
        }
        record.holder = configuration.identity
        record.duration = configuration.leaseDuration
        record.renewed = wall
        var claimed = lease
        record.write(to: &claimed)
        return .update(claimed)
    }
}
