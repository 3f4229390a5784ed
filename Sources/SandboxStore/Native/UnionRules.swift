internal import DataTree

/// What is wrong with unions: objects of which one member at a time may be set (`pkg/apis/core/validation` of Kubernetes).
enum UnionRules {
    /// The issues of a probe, or of what is done after a start and before a stop.
    static func handler(_ handler: Tree?, at path: String) -> [FaultCause] {
        guard let handler, handler != .null else { return [] }
        let set = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"].filter { handler.has($0) }
        if set.isEmpty { return [.required(path, "must specify a handler type")] }
        return set.dropFirst().map { .forbidden("\(path).\($0)", "may not specify more than 1 handler type") }
    }

    /// The issues of what a volume is made of.
    static func volume(_ volume: Tree, at path: String) -> [FaultCause] {
        let set = sources.filter { volume.has($0.name) }
        if set.isEmpty, volume.object?.keys.allSatisfy({ $0 == "name" }) == true {
            return [.required(path, "must specify a volume type")]
        }
        let more = set.dropFirst().map { source -> FaultCause in
            .forbidden("\(path).\(source.shown)", "may not specify more than 1 volume type")
        }
        let parts = volume.value(at: "projected", "sources")?.array ?? []
        return more
            + parts.enumerated().filter { $0.element.object?.entries.filter { !$0.value.isNull }.count ?? 0 > 1 }.map {
                let place = "\(path).projected.sources[\($0.offset)]"
                return .forbidden(place, "may not specify more than 1 volume type per source")
            }
    }

    /// The issues of where an environment variable has its value from.
    static func variable(_ variable: Tree, at path: String) -> [FaultCause] {
        guard let from = variable["valueFrom"], from != .null else { return [] }
        let names = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]
        let count = names.filter { from.has($0) }.count
        let text =
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        func issue(_ detail: String) -> [FaultCause] { [.invalid("\(path).valueFrom", "\"\"", detail)] }
        if count == 0 { return issue(text) }
        if variable["value"]?.string?.isEmpty == false {
            return issue("may not be specified when `value` is not empty")
        }
        return count > 1 ? issue("may not have more than one field specified at a time") : []
    }

    /// The issues of the ConfigMaps and Secrets that a container takes variables from.
    static func variables(_ list: Tree?, at path: String) -> [FaultCause] {
        (list?.array ?? []).flatMap { source -> [FaultCause] in
            let count = ["configMapRef", "secretRef"].filter { source.has($0) }.count
            if count == 0 { return [.invalid(path, "\"\"", "must specify one of: `configMapRef` or `secretRef`")] }
            return count > 1 ? [.invalid(path, "\"\"", "may not have more than one field specified at a time")] : []
        }
    }

    /// The sources of volumes in the order in which kube-apiserver looks at them, and as it names them where it complains.
    private static let sources: [(name: String, shown: String)] = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
        "glusterfs",
        "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc", "flexVolume",
        "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos",
        "projected", "scaleIO", "csi", "ephemeral", "image",
    ].map { name in
        // These two are misspelt there.
        switch name {
        case "cephfs": (name, "cephFS")
        case "downwardAPI": (name, "downwarAPI")
        default: (name, name)
        }
    }
}
