internal import DataTree
internal import MeshAPI

/// Applies the `k8s` block of a component to its rendered objects, fields first, overlays last.
struct KubernetesSettings {
    /// The instance whose settings they are.
    let scope: ComponentScope

    /// Where a field of the block goes.
    struct Target {
        var kind: String
        var path: [String]
        var isInContainer = false
    }

    /// The name of the objects the fields apply to.
    private var objectName: String {
        if scope.kind.isGateway { return scope.gatewayName }
        return scope.kind.workloadName + (scope.kind == .pilot && scope.revision != "default" ? scope.suffix : "")
    }

    /// What comes of rendered objects.
    struct Outcome {
        /// The objects with the settings.
        var objects: [Tree]
        /// Notes about overlays without effect.
        var warnings: [String] = []
        /// The places of overlays for which there is no object, by the warnings that say so.
        var unmatched: [String: String] = [:]
    }

    /// The objects with the settings, and notes about overlays without effect.
    ///
    /// Throws ``RenderError`` naming the field whose value cannot be merged.
    func apply(to objects: [Tree]) throws(RenderError) -> Outcome {
        let block = scope.settings.at("k8s")
        guard block.object != nil else { return Outcome(objects: objects) }
        var result = objects
        var outcome = Outcome(objects: [])
        for entry in block.sortedEntries {
            guard let target = Self.target(of: entry.key, scope.kind) else { continue }
            var value = entry.value
            if entry.key == "service", scope.kind.isGateway { value["ports"] = nil }
            if entry.key == "podDisruptionBudget", value["selector"]?.object != nil {
                // The Kubernetes API replaces this selector as a whole (patch strategy "replace").
                value.set("replace", at: ["selector", "$patch"])
            }
            let change = patch(target, value)
            let meant = result.indices.filter { matches(result[$0], kind: target.kind, name: objectName) }
            if meant.isEmpty, let need = Self.needs[entry.key] {
                let place = "\(scope.place).k8s.\(entry.key)"
                outcome.warnings.append(
                    "\(place): has no effect, since no \(target.kind) is made for \(objectName): \(need)"
                )
            }
            for index in meant {
                result[index] = try merge(change, into: result[index], field: entry.key)
                if entry.key == "podDisruptionBudget" { result[index] = Self.oneBound(result[index]) }
            }
        }
        outcome.objects = result
        try applyOverlays(to: &outcome)
        return outcome
    }

    /// What has to be so for the object of a field to be made.
    private static let needs = [
        "podDisruptionBudget": "one is where at least 2 pods are asked for, by hpaSpec.minReplicas or replicaCount",
        "hpaSpec": "one is where autoscaleEnabled is true and both its bounds are set",
    ]

    private func merge(_ change: Tree, into object: Tree, field: String) throws(RenderError) -> Tree {
        do {
            return try StrategicMergePatch.apply(change, to: object, schema: WorkloadMergeSchema.object)
        } catch {
            let place = "\(scope.place).k8s.\(field)"
            throw RenderError(
                at: place,
                "\(error.message); write it as the Kubernetes API has it",
                cause: error
            )
        }
    }

    private func matches(_ object: Tree, kind: String, name: String) -> Bool {
        object["kind"]?.string == kind && object.at("metadata.name").string == name
    }

    /// Where a field of the block of a component goes; nil for overlays and what nobody knows.
    static func target(of field: String, _ component: ComponentKind) -> Target? {
        let workload = component.workloadKind ?? ""
        let pod = ["spec", "template", "spec"]
        switch field {
        case "affinity", "nodeSelector", "priorityClassName", "tolerations", "securityContext":
            return Target(kind: workload, path: pod + [field])
        case "env", "imagePullPolicy", "readinessProbe", "resources":
            return Target(kind: workload, path: pod + [field], isInContainer: true)
        case "volumeMounts": return Target(kind: workload, path: pod + [field], isInContainer: true)
        case "volumes": return Target(kind: workload, path: pod + [field])
        case "podAnnotations": return Target(kind: workload, path: ["spec", "template", "metadata", "annotations"])
        case "replicaCount": return Target(kind: workload, path: ["spec", "replicas"])
        case "strategy": return Target(kind: workload, path: ["spec", "strategy"])
        case "hpaSpec": return Target(kind: "HorizontalPodAutoscaler", path: ["spec"])
        case "podDisruptionBudget": return Target(kind: "PodDisruptionBudget", path: ["spec"])
        case "serviceAnnotations": return Target(kind: "Service", path: ["metadata", "annotations"])
        case "service": return Target(kind: "Service", path: ["spec"])
        default: return nil
        }
    }

    private func patch(_ target: Target, _ value: Tree) -> Tree {
        var result = Tree.object(TreeObject())
        guard target.isInContainer, let field = target.path.last else {
            result.set(value, at: target.path)
            return result
        }
        var container: Tree = ["name": .string(scope.kind.containerName)]
        container[field] = value
        result.set([container], at: target.path.dropLast() + ["containers"])
        return result
    }

    /// A disruption budget may have one bound only, so a given `maxUnavailable` replaces the default `minAvailable`.
    private static func oneBound(_ budget: Tree) -> Tree {
        guard let spec = budget["spec"]?.object, spec["maxUnavailable"] != nil, spec["minAvailable"] != nil else {
            return budget
        }
        var result = budget
        result.set(.null, at: ["spec", "minAvailable"])
        return result
    }

    /// The objects an overlay is for: those of exactly its name, else the like of that in this revision of the control plane.
    private func found(_ objects: [Tree], kind: String, name: String) -> [Int] {
        let exact = objects.indices.filter { matches(objects[$0], kind: kind, name: name) }
        guard exact.isEmpty, scope.kind == .pilot else { return exact }
        return objects.indices.filter { index in
            guard objects[index]["kind"]?.string == kind else { return false }
            let like = RevisionedName(objects[index].at("metadata.name").string ?? "", of: scope.revision)
            return like?.isMeant(by: name) ?? false
        }
    }

    private func applyOverlays(to outcome: inout Outcome) throws(RenderError) {
        var issues: [SpecIssue] = []
        let overlays = scope.settings.at("k8s.overlays").elements
        for (number, overlay) in overlays.enumerated() {
            let place = "\(scope.place).k8s.overlays[\(number)]"
            let (kind, name) = (overlay.text("kind"), overlay.text("name"))
            let found = found(outcome.objects, kind: kind, name: name)
            if found.isEmpty {
                outcome.warnings.append("\(place): no \(kind) named \(name) is rendered; check kind and name")
                outcome.unmatched[outcome.warnings.last ?? ""] = place
            }
            for index in found {
                for (position, patch) in overlay.at("patches").elements.enumerated() {
                    let path = patch.text("path")
                    let value = patch["value"].flatMap { $0.isNull ? nil : $0 }
                    do {
                        let before = outcome.objects[index]
                        let after = try OverlayPatch.apply(value, at: SettingsPath(path), to: before)
                        outcome.objects[index] = after
                        let home = scope.place.appending("k8s").appending("overlays").appending(index: number)
                        let spot = home.appending("patches").appending(index: position)
                        let issue = OverlayIdentity.issue(of: patch, at: spot, before: before, after: after)
                        if let issue { issues.append(issue) }
                    } catch {
                        outcome.warnings.append(
                            "\(place): path \(path) of \(kind) \(name): \(error.message); patch left out"
                        )
                    }
                }
            }
        }
        guard issues.isEmpty else { throw RenderError(issues: Array(issues.prefix(20))) }
    }
}
