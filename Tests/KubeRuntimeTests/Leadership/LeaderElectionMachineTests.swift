internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import Testing

@Suite struct LeaderElectionMachineTests {
    private static let key = ObjectKey(namespace: "istio-system", name: "mesh-operator")
    private static let wall = Timestamp(seconds: 1_700_000_000)

    private static func machine(_ identity: String = "me") -> LeaderElectionMachine {
        LeaderElectionMachine(configuration: .init(lease: key, identity: identity))
    }

    private static func lease(_ holder: String, version: Int, duration: Int = 15, transitions: Int64 = 0) -> KubeObject
    {
        var lease = KubeObject(kind: .lease, key: key)
        LeaseRecord(
            holder: holder,
            duration: .seconds(duration),
            acquired: wall,
            renewed: wall,
            transitions: transitions
        ).write(to: &lease)
        lease.resourceVersion = String(version)
        return lease
    }

    @Test("without a lease, one is created")
    func creates() throws {
        var machine = Self.machine()
        #expect(machine.begin(now: .zero, wall: Self.wall) == .read)
        guard case .create(let lease) = machine.read(nil, now: .zero, wall: Self.wall) else {
            Issue.record("nothing was created")
            return
        }
        #expect(lease.key == Self.key)
        #expect(
            lease.tree["spec"] == [
                "holderIdentity": "me", "leaseDurationSeconds": 15, "leaseTransitions": 0,
                "acquireTime": "2023-11-14T22:13:20.000000Z", "renewTime": "2023-11-14T22:13:20.000000Z",
            ]
        )
        #expect(!machine.leads(at: .zero), "not before the write succeeded")
        machine.wrote(lease, startedAt: .seconds(1), now: .seconds(3))
        #expect(machine.leadsUntil == .seconds(11), "counted from when the write began, not from its answer")
        #expect(machine.leads(at: .milliseconds(10_999)))
        #expect(!machine.leads(at: .seconds(11)))
    }

    @Test("a lease held by another is taken only after it was seen unchanged for its duration")
    func takeover() {
        var machine = Self.machine()
        let held = Self.lease("other", version: 5, transitions: 3)
        #expect(machine.read(held, now: .seconds(100), wall: Self.wall) == .heldBy("other"))
        #expect(machine.read(held, now: .milliseconds(114_999), wall: Self.wall) == .heldBy("other"))
        guard case .update(let claimed) = machine.read(held, now: .seconds(115), wall: Self.wall) else {
            Issue.record("the lease was not taken")
            return
        }
        let record = LeaseRecord(claimed)
        #expect(record.holder == "me")
        #expect(record.transitions == 4)
        #expect(claimed.resourceVersion == "5", "so that of two who take it, one wins")
    }

    @Test("a renewal by another starts the wait anew, whatever its clock says")
    func renewalSeen() {
        var machine = Self.machine()
        _ = machine.read(Self.lease("other", version: 5), now: .zero, wall: Self.wall)
        var renewed = Self.lease("other", version: 6)
        renewed.tree.set("1999-01-01T00:00:00.000000Z", at: ["spec", "renewTime"])
        #expect(machine.read(renewed, now: .seconds(14), wall: Self.wall) == .heldBy("other"))
        #expect(machine.read(renewed, now: .seconds(28), wall: Self.wall) == .heldBy("other"))
        #expect(machine.read(renewed, now: .seconds(29), wall: Self.wall) != .heldBy("other"))
    }

    @Test("a lease given back is taken at once; so is one of this very process")
    func free() {
        for holder in ["", "me"] {
            var machine = Self.machine()
            guard
                case .update(let claimed) = machine.read(
                    Self.lease(holder, version: 5, transitions: 7),
                    now: .zero,
                    wall: Self.wall
                )
            else {
                Issue.record("the lease of «\(holder)» was not taken")
                continue
            }
            #expect(LeaseRecord(claimed).transitions == (holder.isEmpty ? 8 : 7))
        }
    }

    @Test("a leader renews without reading, until a write fails")
    func renewal() {
        var machine = Self.machine()
        machine.wrote(Self.lease("me", version: 9), startedAt: .zero, now: .zero)
        guard case .update(let renewed) = machine.begin(now: .seconds(2), wall: Self.wall.advanced(by: .seconds(2)))
        else {
            Issue.record("not renewed")
            return
        }
        #expect(LeaseRecord(renewed).renewed == Self.wall.advanced(by: .seconds(2)))
        #expect(LeaseRecord(renewed).acquired == Self.wall)
        machine.failed()
        #expect(machine.begin(now: .seconds(4), wall: Self.wall) == .read)
        #expect(machine.leads(at: .seconds(4)), "a failed renewal does not end leadership before its time")
    }

    @Test("a leader who sees another holder leads no more, at once")
    func deposed() {
        var machine = Self.machine()
        machine.wrote(Self.lease("me", version: 9), startedAt: .zero, now: .zero)
        machine.failed()
        #expect(machine.read(Self.lease("other", version: 10), now: .seconds(1), wall: Self.wall) == .heldBy("other"))
        #expect(!machine.leads(at: .seconds(1)))
    }

    @Test("giving back empties the holder and shortens the wait")
    func release() throws {
        var machine = Self.machine()
        #expect(machine.release(wall: Self.wall) == nil)
        machine.wrote(Self.lease("me", version: 9, transitions: 2), startedAt: .zero, now: .zero)
        let lease = machine.release(wall: Self.wall)
        let released = LeaseRecord(try #require(lease))
        #expect(released.holder.isEmpty)
        #expect(released.duration == .seconds(1))
        #expect(released.transitions == 2)
        #expect(!machine.leads(at: .zero))
    }

    @Test("a lease full of nonsense is no reason to trap")
    func nonsense() {
        var lease = KubeObject(kind: .lease, key: Self.key)
        lease.tree["spec"] = [
            "holderIdentity": 7, "leaseDurationSeconds": "long", "leaseTransitions": .integer(.max),
            "renewTime": "never",
        ]
        var machine = Self.machine()
        guard case .update(let claimed) = machine.read(lease, now: .zero, wall: Self.wall) else {
            Issue.record("not taken")
            return
        }
        #expect(LeaseRecord(claimed).transitions == .max)
        lease.tree["spec"] = ["holderIdentity": "other", "leaseDurationSeconds": .integer(.max)]
        var other = Self.machine()
        #expect(other.read(lease, now: .zero, wall: Self.wall) == .heldBy("other"))
        #expect(
            other.read(lease, now: .seconds(90_000), wall: Self.wall) != .heldBy("other"),
            "nobody locks it for ever"
        )
    }

    @Test("settings out of order are put in order")
    func settings() {
        let odd = LeaderElectionMachine.Configuration(
            lease: Self.key,
            identity: "x",
            leaseDuration: .seconds(10),
            renewDeadline: .seconds(60),
            retryPeriod: .seconds(90)
        )
        #expect(odd.renewDeadline < odd.leaseDuration)
        #expect(odd.retryPeriod < odd.renewDeadline)
    }
}
