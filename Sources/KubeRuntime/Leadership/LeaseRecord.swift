internal import DataTree
public import KubeAPI
public import MeshBase

/// Who holds a lease and for how long, as `coordination.k8s.io/v1 Lease` keeps it in its spec.
///
/// Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
public struct LeaseRecord: Sendable, Hashable {
    /// The kind and path of leases.
    public static let resource = APIResource(
        kind: GroupVersionKind(group: "coordination.k8s.io", version: "v1", kind: "Lease"),
        plural: "leases",
        isNamespaced: true
    )

    /// `holderIdentity`; empty when nobody holds the lease.
    public var holder: String
    /// `leaseDurationSeconds`: how long others must see no renewal before they take over.
    public var duration: Duration
    /// `acquireTime`, by the holder's clock; for people only.
    public var acquired: Timestamp?
    /// `renewTime`, by the holder's clock; others only look whether it changes.
    public var renewed: Timestamp?
    /// `leaseTransitions`: how often the holder changed.
    public var transitions: Int64

    /// Makes a record.
    public init(holder: String, duration: Duration, acquired: Timestamp?, renewed: Timestamp?, transitions: Int64) {
        self.holder = holder
        self.duration = duration
        self.acquired = acquired
        self.renewed = renewed
        self.transitions = transitions
    }

    /// Reads the spec of a lease; what is absent or of a wrong type counts as empty.
    public init(_ lease: KubeObject) {
        let spec = lease.tree["spec"]
        let seconds = min(max(spec?["leaseDurationSeconds"]?.integer ?? 0, 0), 86_400)
        self.init(
            holder: spec?["holderIdentity"]?.string ?? "",
            duration: .seconds(seconds),
            acquired: spec?["acquireTime"]?.string.flatMap(Timestamp.init(rfc3339:)),
            renewed: spec?["renewTime"]?.string.flatMap(Timestamp.init(rfc3339:)),
            transitions: max(0, spec?["leaseTransitions"]?.integer ?? 0)
        )
    }

    /// Writes the record into the spec of `lease`, leaving its other fields as they are.
    public func write(to lease: inout KubeObject) {
        let fields: [(String, Tree?)] = [
            ("holderIdentity", .string(holder)),
            ("leaseDurationSeconds", .integer(max(1, duration.components.seconds))),
            ("acquireTime", acquired.map { .string($0.rfc3339Micro) }),
            ("renewTime", renewed.map { .string($0.rfc3339Micro) }),
            ("leaseTransitions", .integer(transitions)),
        ]
        for (field, value) in fields { lease.tree.set(value, at: ["spec", field]) }
    }
}
