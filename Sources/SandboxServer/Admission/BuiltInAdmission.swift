internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// The admission that every cluster has: what pods get that their authors leave out.
struct BuiltInAdmission: AdmissionPlugin {
    private static let tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

    private let reader: ClusterReader
    private let admitsServiceAccounts: Bool

    /// Makes the plugin.
    init(reader: ClusterReader, admitsServiceAccounts: Bool = true) {
        self.reader = reader
        self.admitsServiceAccounts = admitsServiceAccounts
    }

    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {
        guard var pod = object, attributes.operation == .create, attributes.subresource.isEmpty,
            attributes.kind.group.isEmpty, attributes.kind.kind == "Pod"
        else { return }
        try await completePod(&pod, attributes)
        object = pod
    }

    private func completePod(_ pod: inout Tree, _ attributes: AdmissionAttributes) async throws(APIFault) {
        var spec = pod["spec"] ?? [:]
        if admitsServiceAccounts {
            try await complete(account: &spec, attributes, seed: pod["metadata"]?.jsonText(.compact) ?? "")
        }
        pod["spec"] = spec
    }

    private func complete(
        account spec: inout Tree,
        _ attributes: AdmissionAttributes,
        seed: String
    ) async throws(APIFault) {
        let name = spec["serviceAccountName"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        let account: KubeObject?
        do {
            account = try await reader.get(.serviceAccounts, ObjectKey(namespace: attributes.namespace, name: name))
        } catch {
            throw APIFault.internalError("service accounts cannot be read: \(error)")
        }
        if account == nil, name != "default" {
            let namespace = attributes.namespace ?? ""
            throw APIFault.forbidden(
                GroupResource(.pods),
                attributes.refusedName,
                "error looking up service account \(namespace)/\(name): serviceaccount \"\(name)\" not found"
            )
        }
        spec["serviceAccountName"] = .string(name)
        spec["serviceAccount"] = .string(name)
        if spec["imagePullSecrets"] == nil, let secrets = account?.tree["imagePullSecrets"] {
            spec["imagePullSecrets"] = secrets
        }
        let automounts =
            spec["automountServiceAccountToken"]?.bool
            ?? account?.tree["automountServiceAccountToken"]?.bool ?? true
        if automounts { Self.mountToken(&spec, seed: attributes.name + seed) }
    }

    /// Adds the projected volume with token and CA, and mounts it in every container that mounts nothing there.
    private static func mountToken(_ spec: inout Tree, seed: String) {
        let volumes = spec["volumes"]?.array ?? []
        let present = volumes.first { $0["name"]?.string?.hasPrefix("kube-api-access-") == true }
        let suffix = PodTemplate.safeHash(Array(seed.utf8)).prefix(5)
        let name = present?["name"]?.string ?? "kube-api-access-\(suffix)"
        var isMounted = present != nil
        for field in ["initContainers", "containers"] {
            guard var containers = spec[field]?.array else { continue }
            for index in containers.indices {
                let mounts = containers[index]["volumeMounts"]?.array ?? []
                if mounts.contains(where: { $0["mountPath"]?.string == tokenPath }) { continue }
                isMounted = true
                containers[index]["volumeMounts"] = .array(
                    mounts + [["name": .string(name), "readOnly": true, "mountPath": .string(tokenPath)]]
                )
            }
            spec[field] = .array(containers)
        }
        guard isMounted, present == nil else { return }
        let sources: Tree = [
            ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
            [
                "configMap": [
                    "name": .string(NamespaceContents.authorityName), "items": [["key": "ca.crt", "path": "ca.crt"]],
                ]
            ],
            [
                "downwardAPI": [
                    "items": [
                        ["path": "namespace", "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"]]
                    ]
                ]
            ],
        ]
        let volume: Tree = ["name": .string(name), "projected": ["sources": sources, "defaultMode": 420]]
        spec["volumes"] = .array(volumes + [volume])
    }
}

extension AdmissionAttributes {
    /// Namespace and name.
    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
