internal import DataTree

/// Parts of pods that several workloads share.
enum PodParts {
    /// An environment variable with a value.
    static func env(_ name: String, _ value: String) -> Tree { ["name": .string(name), "value": .string(value)] }

    /// An environment variable read from a field of the pod.
    static func env(_ name: String, field: String, version: String? = "v1") -> Tree {
        let reference = fields([("apiVersion", version.map { .string($0) }), ("fieldPath", .string(field))])
        return ["name": .string(name), "valueFrom": ["fieldRef": reference]]
    }

    /// An environment variable read from a resource limit of the container.
    static func env(_ name: String, limit: String) -> Tree {
        let reference: Tree = ["divisor": "1", "resource": .string("limits.\(limit)")]
        return ["name": .string(name), "valueFrom": ["resourceFieldRef": reference]]
    }

    /// Variables of an object in values, ordered by name.
    static func env(_ object: Tree) -> [Tree] {
        object.sortedEntries.map { env($0.key, $0.value.printed) }
    }

    /// A mount.
    static func mount(_ name: String, _ path: String, readOnly: Bool = false) -> Tree {
        fields([("name", .string(name)), ("mountPath", .string(path)), ("readOnly", when(readOnly, true))])
    }

    /// A volume of a Secret that may be missing.
    static func optionalSecret(_ name: String, _ secret: String) -> Tree {
        ["name": .string(name), "secret": ["optional": true, "secretName": .string(secret)]]
    }

    /// A volume of a ConfigMap that may be missing.
    static func optionalConfigMap(_ name: String, _ map: String) -> Tree {
        ["name": .string(name), "configMap": ["name": .string(map), "optional": true]]
    }

    /// An empty volume.
    static func emptyDirectory(_ name: String, inMemory: Bool = false) -> Tree {
        ["name": .string(name), "emptyDir": inMemory ? ["medium": "Memory"] : [:]]
    }

    /// A volume with a token of the pod's account.
    static func token(_ audience: String) -> Tree {
        let token: Tree = ["audience": .string(audience), "expirationSeconds": 43200, "path": "istio-token"]
        return ["name": "istio-token", "projected": ["sources": [["serviceAccountToken": token]]]]
    }

    /// Limits and requests without those that are empty; nil where nothing is left.
    static func resources(_ values: Tree, or fallback: Tree) -> Tree? {
        let source = values.or(fallback)
        var result = TreeObject()
        for part in ["limits", "requests"] {
            let entries = source.at(part).object?.entries.filter { $0.value.isSet } ?? []
            if !entries.isEmpty {
                result[part] = .object(TreeObject(entries.map { (key: $0.key, value: $0.value.plain) }))
            }
        }
        return .object(result)
    }

    /// An image from registry, name and tag; a name with a `/` is taken as it is.
    static func image(_ image: String, hub: String, tag: String, variant: String) -> Tree {
        if image.contains("/") { return .string(image) }
        return .string("\(hub)/\(image):\(tag)" + (variant.isEmpty ? "" : "-\(variant)"))
    }

    /// The security context of a container without privileges.
    static func restricted(runsAsNonRoot: Bool, seccomp: Tree = .null) -> Tree {
        fields([
            ("allowPrivilegeEscalation", false), ("capabilities", ["drop": ["ALL"]]),
            ("privileged", when(!runsAsNonRoot, false)), ("readOnlyRootFilesystem", true),
            ("runAsNonRoot", when(runsAsNonRoot, true)), ("seccompProfile", seccomp.ifSet),
        ])
    }
}
