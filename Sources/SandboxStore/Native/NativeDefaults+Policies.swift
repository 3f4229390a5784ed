internal import DataTree

/// Defaults of kinds that set policies for others.
extension NativeDefaults {
    /// The rules of an autoscaler's `behavior`; once one is given, both directions are filled in.
    static func scaling(_ behavior: inout Tree) {
        behavior.fill("scaleUp", [:])
        behavior.fill("scaleDown", [:])
        let everything: Tree = ["type": "Percent", "value": 100, "periodSeconds": 15]
        behavior.edit("scaleUp") { rules in
            rules.fill("stabilizationWindowSeconds", 0)
            rules.fill("selectPolicy", "Max")
            rules.fill("policies", [["type": "Pods", "value": 4, "periodSeconds": 15], everything])
        }
        behavior.edit("scaleDown") { rules in
            rules.fill("selectPolicy", "Max")
            rules.fill("policies", [everything])
        }
    }

    /// An item of a LimitRange: containers that say nothing get the largest limit, and requests equal to limits.
    static func limit(_ item: inout Tree) {
        guard item["type"] == "Container" else { return }
        inherit("default", from: item["max"], &item)
        inherit("defaultRequest", from: item["default"], &item)
        inherit("defaultRequest", from: item["min"], &item)
    }

    private static func inherit(_ field: String, from source: Tree?, _ item: inout Tree) {
        guard let values = source?.object, !values.isEmpty else { return }
        item.fill(field, [:])
        item.edit(field) { target in
            for entry in values { target.fill(entry.key, entry.value) }
        }
    }

    /// What a ValidatingAdmissionPolicy, or a binding, applies to.
    static func matching(_ resources: inout Tree) {
        resources.fill("namespaceSelector", [:])
        resources.fill("objectSelector", [:])
        resources.fill("matchPolicy", "Equivalent")
        for list in ["resourceRules", "excludeResourceRules"] {
            resources.editEach(list) { $0.fill("scope", "*") }
        }
    }

    /// A ReplicationController without selector and labels takes them from its template.
    static func replicationController(_ object: inout Tree) {
        let labels = object.value(at: "spec", "template", "metadata", "labels")
        guard let labels, labels.object?.isEmpty == false else { return }
        if object.value(at: "spec", "selector")?.object?.isEmpty ?? true {
            object.set(labels, at: ["spec", "selector"])
        }
        if object.value(at: "metadata", "labels")?.object?.isEmpty ?? true {
            object.set(labels, at: ["metadata", "labels"])
        }
    }
}
