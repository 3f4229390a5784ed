internal import DataTree
internal import KubeAPI

/// Fields of native kinds that never change once they are written.
enum ImmutableFields {
    static func issues(_ kind: String, _ new: Tree, _ old: Tree, subresource: String) -> [FaultCause] {
        switch kind {
        case "Deployment", "ReplicaSet", "DaemonSet": return selector(new, old)
        case "StatefulSet": return statefulSet(new, old)
        case "Job": return selector(new, old) + jobTemplate(new, old)
        case "Pod" where ["ephemeralcontainers", "resize"].contains(subresource): return []
        case "Pod": return pod(new, old, frozenNode: subresource != "binding")
        case "Service": return service(new, old)
        case "Secret", "ConfigMap": return data(kind, new, old)
        case "RoleBinding", "ClusterRoleBinding":
            guard new["roleRef"] != old["roleRef"] else { return [] }
            let role = new["roleRef"] ?? [:]
            let shown: Tree = [
                "APIGroup": role["apiGroup"] ?? "", "Kind": role["kind"] ?? "", "Name": role["name"] ?? "",
            ]
            let text = shown.jsonText(.compact)
            return [.invalid("roleRef", text, "cannot change roleRef")]
        case "CustomResourceDefinition": return definition(new, old)
        default: return []
        }
    }

    private static func selector(_ new: Tree, _ old: Tree) -> [FaultCause] {
        let (before, after) = (old.value(at: "spec", "selector"), new.value(at: "spec", "selector"))
        guard before != after else { return [] }
        return [.invalid("spec.selector", GoText.json(after ?? [:]), "field is immutable")]
    }

    private static func statefulSet(_ new: Tree, _ old: Tree) -> [FaultCause] {
        let mutable: Set<String> = [
            "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
        ]
        let names = Set((new["spec"]?.object?.keys ?? []) + (old["spec"]?.object?.keys ?? [])).subtracting(mutable)
        guard names.contains(where: { new["spec"]?[$0] != old["spec"]?[$0] }) else { return [] }
        return [
            .forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                    + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                    + "'minReadySeconds' are forbidden"
            )
        ]
    }

    private static func jobTemplate(_ new: Tree, _ old: Tree) -> [FaultCause] {
        guard old.value(at: "spec", "suspend") != true,
            new.value(at: "spec", "template") != old.value(at: "spec", "template")
        else { return [] }
        return [.invalid("spec.template", "core.PodTemplateSpec{…}", "field is immutable")]
    }

    private static func pod(_ new: Tree, _ old: Tree, frozenNode: Bool) -> [FaultCause] {
        func frozen(_ tree: Tree) -> Tree {
            var spec = tree["spec"] ?? [:]
            if !frozenNode { spec["nodeName"] = nil }
            for field in ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"] {
                spec[field] = nil
            }
            for list in ["containers", "initContainers", "ephemeralContainers"] {
                spec.editEach(list) { container in
                    container["image"] = nil
                    container["resources"] = nil
                }
            }
            if old.value(at: "spec", "schedulingGates")?.array?.isEmpty == false {
                for field in ["schedulingGates", "nodeSelector", "affinity"] { spec[field] = nil }
            }
            return spec
        }
        guard frozen(new) != frozen(old) else { return [] }
        let difference = TreeDiff.text(frozen(old), frozen(new))
        return [
            .forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,"
                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions "
                    + "to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
                    + "previously negative)\n" + difference
            )
        ]
    }

    private static func service(_ new: Tree, _ old: Tree) -> [FaultCause] {
        let (before, after) = (old.value(at: "spec", "clusterIP")?.string, new.value(at: "spec", "clusterIP")?.string)
        let wasExternal = old.value(at: "spec", "type") == "ExternalName"
        let isExternal = new.value(at: "spec", "type") == "ExternalName"
        guard let before, !before.isEmpty, before != after, !wasExternal, !isExternal else { return [] }
        let text = "[]string{\"\(after ?? "")\"}"
        return [.invalid("spec.clusterIPs[0]", text, "may not change once set")]
    }

    private static func data(_ kind: String, _ new: Tree, _ old: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        if kind == "Secret", new["type"] != old["type"] {
            issues.append(.invalid("type", MetadataRules.quoted(new["type"]?.string ?? ""), "field is immutable"))
        }
        guard old["immutable"] == true else { return issues }
        if new["immutable"] != true {
            issues.append(.forbidden("immutable", "field is immutable when `immutable` is set"))
        }
        for field in ["data", "binaryData"] where new[field] != old[field] {
            issues.append(.forbidden(field, "field is immutable when `immutable` is set"))
        }
        return issues
    }

    private static func definition(_ new: Tree, _ old: Tree) -> [FaultCause] {
        let fields: [([String], String)] = [
            (["group"], "spec.group"), (["scope"], "spec.scope"), (["names", "kind"], "spec.names.kind"),
            (["names", "plural"], "spec.names.plural"),
        ]
        return fields.compactMap { keys, path in
            let place = TreePath((["spec"] + keys).map { .key($0) })
            let (before, after) = (old.value(at: place), new.value(at: place))
            guard before != after else { return nil }
            return .invalid(path, MetadataRules.quoted(after?.string ?? ""), "field is immutable")
        }
    }
}
