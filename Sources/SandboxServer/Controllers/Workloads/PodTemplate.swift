internal import DataTree
internal import KubeAPI

/// The pod template of a workload (`PodTemplateSpec` of core/v1).
struct PodTemplate: Sendable, Hashable {
    /// The label that tells the pods of one template from those of another.
    static let hashLabel = "pod-template-hash"

    /// The template as the object carries it.
    var tree: Tree

    /// Reads `spec.template` of a workload.
    init(of workload: KubeObject) {
        tree = workload.tree.value(at: "spec", "template") ?? [:]
    }

    /// The template without the label that ReplicaSets of Deployments add.
    var withoutHash: PodTemplate {
        var copy = self
        copy.tree.set(nil, at: ["metadata", "labels", Self.hashLabel])
        if copy.tree.value(at: "metadata", "labels")?.object?.isEmpty == true {
            copy.tree.set(nil, at: ["metadata", "labels"])
        }
        return copy
    }

    /// A short text that depends on the whole template and on `salt`, of letters and digits that spell no words.
    func hash(salt: Int64 = 0) -> String {
        Self.safeHash(withoutHash.tree.json(.canonical) + Array("#\(salt)".utf8))
    }

    /// A hash of bytes (32 bit FNV-1a) in letters and digits that spell no words.
    static func safeHash(_ bytes: [UInt8]) -> String {
        var value: UInt32 = 2_166_136_261
        for byte in bytes { value = (value ^ UInt32(byte)) &* 16_777_619 }
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(String(value).utf8.map { alphabet[Int($0) % alphabet.count] })
    }

    /// A pod of this template that `owner` controls.
    ///
    /// - Parameters:
    ///   - owner: the workload.
    ///   - name: the pod's name; with nil the API server makes one up that begins with the owner's.
    ///   - labels: labels on top of the template's.
    /// - Returns: the pod, to be created.
    func pod(ownedBy owner: KubeObject, name: String? = nil, labels: [String: String] = [:]) -> KubeObject {
        var metadata = tree["metadata"] ?? [:]
        metadata["namespace"] = owner.namespace.map { .string($0) }
        metadata["name"] = name.map { .string($0) }
        metadata["generateName"] = name == nil ? .string(owner.name + "-") : nil
        var pod = KubeObject(["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": tree["spec"] ?? [:]])
        if !labels.isEmpty { pod.labels = pod.labels.merging(labels) { $1 } }
        pod.ownerReferences = owner.ownerReference().map { [$0] } ?? []
        return pod
    }
}

extension KubeObject {
    /// `spec.replicas`, 1 where it is absent, never negative.
    var wantedReplicas: Int64 { count(1, "spec", "replicas") }
    /// `spec.minReadySeconds`, 0 where it is absent.
    var minReadySeconds: Int64 { count(0, "spec", "minReadySeconds") }
    /// A number in the status, 0 where it is absent, never negative.
    func statusCount(_ field: String) -> Int64 { count(0, "status", field) }
    /// The number at `path` held within what a count may be, `absent` where there is none.
    ///
    /// The API takes no others, but what an older version stored is read too.
    func count(_ absent: Int64, _ path: String...) -> Int64 {
        Count.clamped(tree.value(at: TreePath(path.map { .key($0) }))?.integer ?? absent)
    }
    /// The selector in the spec; one that cannot be read, or is absent, selects nothing.
    var podSelector: LabelSelector? {
        guard let tree = tree.value(at: "spec", "selector") else { return nil }
        return try? LabelSelector(tree)
    }
}

/// Numbers of pods and seconds, which are of 32 bits in the API: sums and products of a few always fit 64.
enum Count {
    static let range: ClosedRange<Int64> = 0...Int64(Int32.max)

    /// The number in ``range`` that is closest.
    static func clamped(_ value: Int64) -> Int64 { min(max(value, range.lowerBound), range.upperBound) }
}

extension Tree {
    /// An object of counts, leaving out zeros except for the `always` ones, as Go's `omitempty` would.
    static func counts(_ entries: [(String, Int64)], always: Set<String> = []) -> Tree {
        var result: Tree = [:]
        for (key, value) in entries where value != 0 || always.contains(key) { result[key] = .integer(value) }
        return result
    }
}
