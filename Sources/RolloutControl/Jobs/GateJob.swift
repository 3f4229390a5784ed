internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// The Job that answers a metric at one step: its name, what is created, and what its state means.
///
/// The name follows from resource, metric, step and attempt, so that an operator that died and came back finds the Job instead of running
/// it again.
struct GateJob: Sendable, Hashable {
    let metric: AnalysisMetric
    let question: GateQuestion
    private let spec: Tree

    /// How long a Job may take if nothing else is said.
    private static let defaultTimeout = Duration.seconds(600)
    /// How long a finished Job is kept, in seconds.
    private static let keptSeconds: Int64 = 86_400
    /// Marks the Job as the one of this question.
    private static let identityKey = "meshoperator.io/rollout-job"

    init(_ metric: AnalysisMetric, spec: Tree, _ question: GateQuestion) {
        self.metric = metric
        self.question = question
        self.spec = spec
    }

    /// The Job's key.
    var key: ObjectKey {
        let start = "\(question.key.name)-\(metric.name)-\(question.step)".prefix(52)
        var name = String(start.map { $0 == "." ? "-" : $0 })
        while name.hasSuffix("-") { name.removeLast() }
        return ObjectKey(
            namespace: question.key.namespace ?? question.defaultNamespace,
            name: "\(name)-\(Self.hash(identity))"
        )
    }

    /// The Job as it is created.
    var object: KubeObject {
        let timeout = metric.timeout ?? Self.defaultTimeout
        var spec = spec.object == nil ? Tree.object(TreeObject()) : spec
        if spec["activeDeadlineSeconds"] == nil {
            spec["activeDeadlineSeconds"] = .integer(max(1, min(timeout.components.seconds, 31_536_000)))
        }
        if spec["ttlSecondsAfterFinished"] == nil { spec["ttlSecondsAfterFinished"] = .integer(Self.keptSeconds) }
        if spec.value(at: "template", "spec", "restartPolicy") == nil {
            spec.set("Never", at: ["template", "spec", "restartPolicy"])
        }
        var tree: Tree = ["apiVersion": "batch/v1", "kind": "Job", "metadata": [:], "spec": spec]
        tree.set(.string(key.name), at: ["metadata", "name"])
        tree.set(key.namespace.map { .string($0) }, at: ["metadata", "namespace"])
        tree.set([MeshNames.Label.managedBy: .string(MeshNames.Label.managedByValue)], at: ["metadata", "labels"])
        tree.set([Self.identityKey: .string(identity)], at: ["metadata", "annotations"])
        var object = KubeObject(tree)
        if let owner = question.owner { object.ownerReferences = [owner] }
        return object
    }

    /// Whether a Job was made for an analysis of an object, and has not ended.
    static func runs(_ job: KubeObject, for subject: GateSubject) -> Bool {
        guard !job.isDeleting, job.annotations[identityKey] != nil,
            job.ownerReferences.contains(where: { $0.uid == subject.uid })
        else { return false }
        return !job.conditions.contains { $0.status == .isTrue && ["Complete", "Failed"].contains($0.type) }
    }

    /// What the state of the Job means.
    func reading(_ job: KubeObject, taken: Timestamp) -> GateReading {
        let name = "Job \(key)"
        guard job.tree.value(at: "metadata", "annotations", Self.identityKey)?.string == identity else {
            return GateReading(.unavailable, "\(name) is somebody else's; delete it", taken: taken)
        }
        for condition in job.tree.value(at: "status", "conditions")?.array ?? []
        where condition["status"]?.string == "True" {
            switch condition["type"]?.string {
            case "Complete", "SuccessCriteriaMet": return GateReading(.passed, "\(name) succeeded", taken: taken)
            case "Failed", "FailureTarget":
                let words = [condition["reason"]?.string, condition["message"]?.string].compactMap(\.self)
                let why = words.isEmpty ? "" : ": \(RolloutText.fit(words.joined(separator: ": "), limit: 300))"
                return GateReading(.failed, "\(name) failed\(why)", taken: taken)
            default: continue
            }
        }
        let made = job.tree.value(at: "metadata", "creationTimestamp")?.string.flatMap { Timestamp(rfc3339: $0) }
        let limit = (metric.timeout ?? Self.defaultTimeout) + .seconds(60)
        if let made, made + limit <= taken {
            return GateReading(.failed, "\(name) has not ended within \(GoDuration.text(limit))", taken: taken)
        }
        let isSuspended = job.tree.value(at: "spec", "suspend")?.bool == true
        let suspended = "is suspended (spec.suspend); unset it, or delete the Job to have it made anew"
        let state = isSuspended ? suspended : "runs"
        return GateReading(.inconclusive, "\(name) \(state)", taken: taken)
    }

    /// What tells this Job from all others.
    private var identity: String {
        [question.kind, "\(question.key)", metric.name, "\(question.step)", question.attempt].joined(separator: " ")
    }

    /// FNV-1a, 64 bits, in ten digits and letters: short enough for a name; the annotation tells what it cannot.
    private static func hash(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 36)
        return String((String(repeating: "0", count: 13) + digits).suffix(10))
    }
}
