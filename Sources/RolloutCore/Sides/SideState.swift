internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// One side of a rollout as it is: its workload, or its pods.
struct SideState: Sendable, Hashable {
    /// The bounds an autoscaler sets.
    struct Bounds: Sendable, Hashable {
        /// Its name.
        var name: String
        /// The least replicas.
        var least: Int
        /// The most replicas.
        var most: Int
    }

    /// Its version.
    let version: String
    /// What runs it.
    let kind: MeshRolloutSpec.WorkloadKind
    /// Its workload; nil where there is none.
    var object: KubeObject?
    /// How many replicas are wanted.
    var wanted = 0
    /// How many of the present template are ready.
    var ready = 0
    /// How many are ready of whatever template, also where the workload's controller has not seen the last change yet.
    var readyNow = 0
    /// Whether the workload's controller has brought its present template everywhere.
    var isCurrent = true
    /// Whether the workload's controller has seen its last change.
    var isSeen = true
    /// Why it will not come up; nil while it may.
    var failure: String?
    /// The first of its pods that does not come up, and why; nil where nobody looked, or all do.
    var podTrouble: String?
    /// What its autoscaler allows; nil where there is none.
    var bounds: Bounds?

    /// A side without anything.
    init(version: String, kind: MeshRolloutSpec.WorkloadKind) {
        self.version = version
        self.kind = kind
    }

    /// Whether there is anything that is to run.
    var isWanted: Bool { wanted > 0 && object?.isDeleting != true }

    /// Its name, for people.
    var title: String { object.map { "\(kind.rawValue) \($0.name)" } ?? "version \(version)" }

    /// Why it does not come up, as its pods tell, else its controller; nil while it may.
    var trouble: String? { podTrouble ?? failure }

    /// `2/3`.
    var text: String { "\(ready)/\(wanted)" }

    /// What would be released with it: its version, and a digest of its pod template where there is one.
    var identity: String {
        guard let template = object?.tree.value(at: "spec", "template") else { return version }
        return "\(version)+\(TextDigest.of(Self.plain(template)))"
    }

    /// A template without what says nothing of the application: what restarts and scaling leave in it, and the labels by which a
    /// person or an upgrade of the mesh chooses how pods get their sidecar.
    static func plain(_ template: Tree) -> Tree {
        var result = template
        for group in ["labels", "annotations"] {
            for entry in template.value(at: "metadata", group)?.object?.entries ?? [] where isMeshs(entry.key) {
                result.set(nil, at: ["metadata", group, entry.key])
            }
            if result.value(at: "metadata", group)?.object?.isEmpty == true {
                result.set(nil, at: ["metadata", group])
            }
        }
        result.set(nil, at: ["metadata", "creationTimestamp"])
        result.set(nil, at: parkingPath)
        if result.value(at: "spec", "nodeSelector")?.object?.isEmpty == true {
            result.set(nil, at: ["spec", "nodeSelector"])
        }
        return result
    }

    /// Whether a label or annotation of a pod template is about the mesh or a restart, never about the version of the application.
    static func isMeshs(_ key: String) -> Bool {
        key.hasPrefix(MeshNames.group) || key == restartedAt || injectionKeys.contains(key)
    }

    /// `template` with the labels and annotations of the mesh and of restarts that `other` has, and no others of that kind.
    static func keepingMesh(of other: Tree, in template: Tree) -> Tree {
        var result = template
        for group in ["labels", "annotations"] {
            let keys = [template, other].flatMap { $0.value(at: "metadata", group)?.object?.keys ?? [] }
            for key in Set(keys).sorted() where isMeshs(key) {
                result.set(other.value(at: "metadata", group, key), at: ["metadata", group, key])
            }
            if result.value(at: "metadata", group)?.object?.isEmpty == true {
                result.set(nil, at: ["metadata", group])
            }
        }
        return result
    }

    /// Istio's labels for injection (Istio's reference: Resource Labels); some were annotations once.
    private static let injectionKeys: Set<String> = [
        MeshNames.Label.revision, "sidecar.istio.io/inject", "istio.io/dataplane-mode",
    ]
    private static let restartedAt = "kubectl.kubernetes.io/restartedAt"
    /// Where the template of a DaemonSet says that it is taken off all nodes.
    static let parkingPath = ["spec", "nodeSelector", RolloutNames.parking]
}

/// What a workload itself says of whether its pods run, and get its template.
extension SideState {
    private var template: Tree? { object?.tree.value(at: "spec", "template") }

    /// What the node selector says that takes a DaemonSet off all nodes; nil where none does.
    var parking: String? {
        guard kind == .daemonSet else { return nil }
        return template?.value(at: "spec", "nodeSelector", RolloutNames.parking)?.string
    }

    /// Whether a DaemonSet was taken off all nodes with another template than it has now, which is therefore to be released.
    var isParkedWithOther: Bool {
        guard let parking, let template, parking.utf8.count == TextDigest.length else { return false }
        return parking.allSatisfy(\.isHexDigit) && parking != TextDigest.of(Self.plain(template))
    }

    /// Why its controller does not bring a new template to all pods by itself, and the remedy; nil where it does.
    var templateHold: String? {
        let spec = object?.tree["spec"]
        let isStateful = kind == .statefulSet
        if isStateful || kind == .daemonSet, spec?.value(at: "updateStrategy", "type")?.string == "OnDelete" {
            return "its spec.updateStrategy.type is OnDelete; make it RollingUpdate"
        }
        let partition = spec?.value(at: "updateStrategy", "rollingUpdate", "partition")?.integer ?? 0
        if isStateful, partition > 0 {
            return "its spec.updateStrategy.rollingUpdate.partition is \(partition); make it 0"
        }
        guard kind == .deployment, spec?["paused"]?.bool == true else { return nil }
        return "its spec.paused is true; take it off"
    }
}

extension SideState {
    /// Reads a workload.
    init(version: String, kind: MeshRolloutSpec.WorkloadKind, workload: KubeObject) {
        self.init(version: version, kind: kind)
        object = workload
        let status = workload.tree["status"]
        func count(_ field: String) -> Int { Int(clamping: max(0, status?[field]?.integer ?? 0)) }
        let seen = status?["observedGeneration"]?.integer ?? 0
        isSeen = seen >= workload.generation ?? 0
        let updated: Int
        switch kind {
        case .daemonSet:
            wanted = parking == nil ? count("desiredNumberScheduled") : 0
            updated = count("updatedNumberScheduled")
            ready = count("numberReady")
        default:
            wanted = Int(clamping: max(0, workload.tree.value(at: "spec", "replicas")?.integer ?? 1))
            updated = kind == .statefulSet && Self.isSettled(status) ? wanted : count("updatedReplicas")
            ready = count("readyReplicas")
        }
        readyNow = ready
        isCurrent = isSeen && updated >= wanted
        // Pods of an earlier template do not count.
        if !isCurrent { ready = isSeen ? min(ready, updated) : 0 }
        failure = Self.failure(workload)
    }

    /// Reads pods.
    init(version: String, pods: [KubeObject]) {
        self.init(version: version, kind: .pods)
        let living = pods.filter { pod in
            let phase = pod.tree.value(at: "status", "phase")?.string
            return !pod.isDeleting && phase != "Succeeded" && phase != "Failed"
        }
        wanted = living.count
        ready = living.filter { $0.conditions.isTrue("Ready") }.count
        readyNow = ready
    }

    /// Takes in the autoscaler that looks after the workload.
    mutating func take(_ scalers: [KubeObject]) {
        guard let object else { return }
        for scaler in scalers {
            let target = scaler.tree.value(at: "spec", "scaleTargetRef")
            guard target?["kind"]?.string == kind.rawValue, target?["name"]?.string == object.name else { continue }
            let least = scaler.tree.value(at: "spec", "minReplicas")?.integer ?? 1
            let most = scaler.tree.value(at: "spec", "maxReplicas")?.integer ?? least
            bounds = Bounds(name: scaler.name, least: Int(clamping: least), most: Int(clamping: most))
        }
    }

    private static func isSettled(_ status: Tree?) -> Bool {
        guard let update = status?["updateRevision"]?.string else { return false }
        return update == status?["currentRevision"]?.string
    }

    private static func failure(_ workload: KubeObject) -> String? {
        for condition in workload.conditions {
            let isStuck = condition.type == "Progressing" && condition.reason == "ProgressDeadlineExceeded"
            let isRefused = condition.type == "ReplicaFailure" && condition.status == .isTrue
            guard isStuck && condition.status == .isFalse || isRefused else { continue }
            return "\(workload.kind.kind) \(workload.name): \(condition.reason): \(condition.message)"
        }
        return nil
    }
}
