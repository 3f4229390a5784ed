internal import DataTree
internal import KubeAPI

/// A Deployment with its ReplicaSets, sorted into the present one and old ones.
struct DeploymentView: Sendable {
    /// The deployment.
    let deployment: KubeObject
    /// The ReplicaSet of the present template, nil before it is made.
    let current: KubeObject?
    /// The other ReplicaSets, oldest revision first.
    let old: [KubeObject]
    /// How many replicas are wanted.
    let wanted: Int64
    /// How many replicas there may be above that.
    let maxSurge: Int64
    /// How many of them may be missing.
    let maxUnavailable: Int64

    /// How many replicas the deployment wanted when a ReplicaSet was last scaled.
    static let desiredAnnotation = "deployment.kubernetes.io/desired-replicas"
    /// How many there could be at most then.
    static let maximumAnnotation = "deployment.kubernetes.io/max-replicas"

    /// Looks at a deployment.
    init(_ deployment: KubeObject, sets: [KubeObject]) {
        let template = PodTemplate(of: deployment).withoutHash
        let sorted = sets.sorted { left, right in
            let (mine, theirs) = (Self.revision(left), Self.revision(right))
            return mine == theirs ? left.name < right.name : mine < theirs
        }
        let current = sorted.last { PodTemplate(of: $0).withoutHash == template }
        self.deployment = deployment
        self.current = current
        self.old = sorted.filter { $0.uid != current?.uid }
        self.wanted = deployment.wantedReplicas
        (maxSurge, maxUnavailable) = Self.bounds(deployment)
    }

    /// All ReplicaSets.
    var all: [KubeObject] { old + (current.map { [$0] } ?? []) }
    /// Whether old pods must be gone before new ones are made.
    var isRecreate: Bool { deployment.tree.value(at: "spec", "strategy", "type")?.string == "Recreate" }
    /// How many replicas all ReplicaSets together ask for.
    var totalWanted: Int64 { all.reduce(0) { $0 + $1.wantedReplicas } }
    /// What ReplicaSets are told about the whole when they are scaled.
    var sizeAnnotations: [String: String] {
        [Self.desiredAnnotation: String(wanted), Self.maximumAnnotation: String(wanted + maxSurge)]
    }
    /// Whether the number of replicas was changed since ReplicaSets were last scaled.
    var isResized: Bool {
        all.contains { set in
            let known = set.annotations[Self.desiredAnnotation]
            return set.wantedReplicas > 0 && known != nil && known != String(wanted)
        }
    }
    /// Whether the present ReplicaSet does all the work, so that others are not needed.
    var isSaturated: Bool {
        guard let current else { return false }
        return current.wantedReplicas == wanted && current.annotations[Self.desiredAnnotation] == String(wanted)
            && current.statusCount("availableReplicas") == wanted
    }
    /// How many pods serve.
    var available: Int64 { total("availableReplicas") }

    /// Whether a ReplicaSet knows the size of the whole.
    func isKnown(by set: KubeObject) -> Bool {
        sizeAnnotations.allSatisfy { set.annotations[$0.key] == $0.value }
    }

    /// The sum of a number over the statuses of all ReplicaSets.
    func total(_ field: String) -> Int64 { all.reduce(0) { $0 + $1.statusCount(field) } }

    /// The revision written on a ReplicaSet, 0 where there is none.
    static func revision(_ set: KubeObject) -> Int64 {
        set.annotations[DeploymentPlan.revisionAnnotation].flatMap { Int64($0) } ?? 0
    }

    private static func bounds(_ deployment: KubeObject) -> (surge: Int64, unavailable: Int64) {
        let rolling = deployment.tree.value(at: "spec", "strategy", "rollingUpdate")
        let wanted = deployment.wantedReplicas
        func value(_ field: String, _ rounding: IntOrString.Rounding) -> Int64 {
            let setting = rolling?[field].flatMap(IntOrString.init) ?? .string("25%")
            return Count.clamped(setting.scaled(of: wanted, rounding: rounding) ?? 0)
        }
        if deployment.tree.value(at: "spec", "strategy", "type")?.string == "Recreate" { return (0, wanted) }
        let surge = value("maxSurge", .up)
        var unavailable = value("maxUnavailable", .down)
        // With neither, nothing could ever move.
        if surge == 0, unavailable == 0 { unavailable = 1 }
        return (surge, min(unavailable, wanted))
    }

    /// The ReplicaSet to make for the present template, with as many replicas as may be added at once.
    func newReplicaSet(revision: Int64) -> KubeObject {
        let template = PodTemplate(of: deployment)
        let hash = template.hash(salt: deployment.statusCount("collisionCount"))
        var set = KubeObject(
            kind: .replicaSet,
            key: ObjectKey(namespace: deployment.namespace, name: "\(deployment.name)-\(hash)")
        )
        var templateTree = template.tree
        templateTree.set(.string(hash), at: ["metadata", "labels", PodTemplate.hashLabel])
        var selector = deployment.tree.value(at: "spec", "selector") ?? [:]
        selector.set(.string(hash), at: ["matchLabels", PodTemplate.hashLabel])
        let labels = templateTree.value(at: "metadata", "labels")
        set.tree.set(labels, at: ["metadata", "labels"])
        var annotations = deployment.annotations
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
        annotations[DeploymentPlan.revisionAnnotation] = String(revision)
        annotations.merge(sizeAnnotations) { $1 }
        set.annotations = annotations
        set.ownerReferences = deployment.ownerReference().map { [$0] } ?? []
        set.tree["spec"] = [
            "replicas": .integer(firstSize), "selector": selector, "template": templateTree,
        ]
        if deployment.minReadySeconds > 0 {
            set.tree.set(.integer(deployment.minReadySeconds), at: ["spec", "minReadySeconds"])
        }
        return set
    }

    private var firstSize: Int64 {
        if isRecreate {
            return old.allSatisfy { $0.wantedReplicas == 0 && $0.statusCount("replicas") == 0 } ? wanted : 0
        }
        return max(0, min(wanted, wanted + maxSurge - totalWanted))
    }
}
