package import DataTree
package import KubeAPI

/// A desired field that cannot stand beside one that somebody else set.
package struct FieldClash: Sendable, Hashable {
    /// The field that is desired.
    package let ours: FieldPlace
    /// The field that is there, is not desired, and excludes ours.
    package let theirs: FieldPlace

    /// Names two fields.
    package init(ours: FieldPlace, theirs: FieldPlace) {
        (self.ours, self.theirs) = (ours, theirs)
    }

    /// Names a field that takes the effect from the object as it is desired, and stands in the way of no single field: where it has to
    /// stay, nothing of ours is left out.
    package init(alone theirs: FieldPlace) {
        self.init(ours: theirs, theirs: theirs)
    }
}

/// Finds fields that exclude each other: the members of unions, and what their discriminators rule out.
///
/// Server-side apply leaves fields of others alone, so that an apply of our member beside another one is refused (422), for ever, or makes
/// no difference. Which fields exclude each other is what the API server validates (`pkg/apis/core/validation`,
/// `pkg/apis/apps/validation`, `pkg/apis/policy/validation` and `pkg/apis/admissionregistration/validation` of Kubernetes).
package enum ExclusiveFields {
    /// Fields of a webhook that narrow down what it is asked about (`MutatingWebhook` of admissionregistration/v1).
    package static let narrowing = ["matchConditions", "namespaceSelector", "objectSelector"]

    /// Whether a value is neither false nor empty.
    package static func saysSomething(_ value: Tree) -> Bool {
        value.bool != false && value.array?.isEmpty != true && value.object?.isEmpty != true
    }

    /// What in `live` excludes something of `desired`, in the order of the fields.
    package static func clashes(desired: KubeObject, live: KubeObject) -> [FieldClash] {
        var search = Search()
        switch desired.kind.kind {
        case "Deployment", "DaemonSet":
            search.workload(desired.tree, live.tree)
            search.alone("paused", desired.tree["spec"], live.tree["spec"], at: FieldPlace(fields: "spec"))
        case "Service": search.service(desired.tree["spec"], live.tree["spec"])
        // A controller gathers the rules of a role that aggregates others, and takes all others out.
        case "ClusterRole": search.alone("aggregationRule", desired.tree, live.tree, at: .root)
        case "ConfigMap": search.data(desired.tree, live.tree)
        case "PodDisruptionBudget":
            let place = FieldPlace(fields: "spec")
            search.oneOf(["minAvailable", "maxUnavailable"], desired.tree["spec"], live.tree["spec"], at: place)
        case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
            search.each("webhooks", desired.tree, live.tree, at: .root) { search, desired, live, place in
                let (mine, other) = (desired["clientConfig"], live["clientConfig"])
                search.oneOf(["service", "url"], mine, other, at: place.appending(.field("clientConfig")))
                for name in narrowing { search.alone(name, desired, live, at: place) }
            }
        default: break
        }
        return search.found
    }

    private struct Search {
        var found: [FieldClash] = []

        // MARK: Workloads

        mutating func workload(_ desired: Tree, _ live: Tree) {
            for name in ["strategy", "updateStrategy"] {
                strategy(
                    desired.value(at: "spec", name),
                    live.value(at: "spec", name),
                    at: FieldPlace(fields: "spec", name)
                )
            }
            guard let pod = desired.value(at: "spec", "template", "spec"),
                let other = live.value(at: "spec", "template", "spec")
            else { return }
            let place = FieldPlace(fields: "spec", "template", "spec")
            for list in ["initContainers", "containers"] {
                each(list, pod, other, at: place) { $0.container($1, $2, at: $3) }
            }
            each("volumes", pod, other, at: place) { search, desired, live, place in
                let sources = ((desired.object?.keys ?? []) + (live.object?.keys ?? [])).filter { $0 != "name" }
                search.oneOf(sources, desired, live, at: place)
            }
        }

        /// A strategy without a type gets `RollingUpdate` where nobody set another.
        private mutating func strategy(_ desired: Tree?, _ live: Tree?, at place: FieldPlace) {
            guard let desired, let live else { return }
            let rolling = "rollingUpdate"
            let isOtherType = live["type"].map { $0.string != "RollingUpdate" } ?? false
            if desired[rolling] != nil, desired["type"] == nil, isOtherType {
                clash(rolling, "type", at: place)
            } else if desired["type"]?.string == "Recreate", desired[rolling] == nil, live[rolling] != nil {
                clash("type", rolling, at: place)
            }
        }

        private mutating func container(_ desired: Tree, _ live: Tree, at place: FieldPlace) {
            for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
                let probe = place.appending(.field(name))
                oneOf(["exec", "httpGet", "tcpSocket", "grpc"], desired[name], live[name], at: probe)
            }
            for name in ["postStart", "preStop"] {
                let (mine, other) = (desired.value(at: "lifecycle", name), live.value(at: "lifecycle", name))
                let hook = place.appending(.field("lifecycle")).appending(.field(name))
                oneOf(["exec", "httpGet", "tcpSocket", "sleep"], mine, other, at: hook)
            }
            each("env", desired, live, at: place) { search, desired, live, place in
                search.oneOf(["value", "valueFrom"], desired, live, at: place)
                let sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]
                let (mine, other) = (desired["valueFrom"], live["valueFrom"])
                search.oneOf(sources, mine, other, at: place.appending(.field("valueFrom")))
            }
            limits(desired["resources"], live["resources"], at: place.appending(.field("resources")))
        }

        /// A request may not be above the limit.
        private mutating func limits(_ desired: Tree?, _ live: Tree?, at place: FieldPlace) {
            for entry in desired?["requests"]?.object?.entries ?? [] {
                guard desired?["limits"]?[entry.key] == nil, let limit = live?["limits"]?[entry.key],
                    let most = Quantity(limit), let asked = Quantity(entry.value), most < asked
                else { continue }
                let name = FieldStep.field(entry.key)
                found.append(
                    FieldClash(
                        ours: place.appending(.field("requests")).appending(name),
                        theirs: place.appending(.field("limits")).appending(name)
                    )
                )
            }
        }

        // MARK: Others

        /// A Service of the type `ExternalName` chooses no pods.
        mutating func service(_ desired: Tree?, _ live: Tree?) {
            guard desired?["selector"] != nil, desired?["type"] == nil, live?["type"]?.string == "ExternalName" else {
                return
            }
            let place = FieldPlace(fields: "spec")
            clash("selector", "type", at: place)
            if live?["externalName"] != nil { clash("selector", "externalName", at: place) }
        }

        /// A key stands in the texts of a ConfigMap or among its bytes.
        mutating func data(_ desired: Tree, _ live: Tree) {
            for (mine, other) in [("data", "binaryData"), ("binaryData", "data")] {
                for key in desired[mine]?.object?.keys ?? []
                where live[other]?[key] != nil && desired[other]?[key] == nil {
                    found.append(
                        FieldClash(ours: FieldPlace(fields: mine, key), theirs: FieldPlace(fields: other, key))
                    )
                }
            }
        }

        // MARK: Unions

        /// Of `members` an object has one at a time.
        mutating func oneOf(_ members: [String], _ desired: Tree?, _ live: Tree?, at place: FieldPlace) {
            guard let desired, let live, let mine = members.first(where: { desired[$0] != nil }) else { return }
            var seen: Set<String> = []
            for name in members where desired[name] == nil && live[name] != nil && seen.insert(name).inserted {
                clash(mine, name, at: place)
            }
        }

        /// A field that says nothing where it is empty, and that is not desired.
        mutating func alone(_ name: String, _ desired: Tree?, _ live: Tree?, at place: FieldPlace) {
            guard desired?[name] == nil, let value = live?[name], saysSomething(value) else { return }
            found.append(FieldClash(alone: place.appending(.field(name))))
        }

        private mutating func clash(_ mine: String, _ other: String, at place: FieldPlace) {
            found.append(
                FieldClash(ours: place.appending(.field(mine)), theirs: place.appending(.field(other)))
            )
        }

        /// Goes through the elements of a list that have the same name on both sides.
        mutating func each(
            _ list: String,
            _ desired: Tree,
            _ live: Tree,
            at place: FieldPlace,
            _ look: (inout Search, Tree, Tree, FieldPlace) -> Void
        ) {
            let present = live[list]?.array ?? []
            for element in desired[list]?.array ?? [] {
                guard let name = element["name"], let other = present.first(where: { $0["name"] == name }) else {
                    continue
                }
                look(&self, element, other, place.appending(.field(list)).appending(.key(["name": name])))
            }
        }
    }
}

/// Takes fields over from those who own them, so that the next apply removes them.
///
/// An apply removes what its manager applied before and applies no longer, unless somebody else owns it too. What an apply may not remove is
/// therefore written into our record first: a patch of `metadata.managedFields` alone, which changes nothing else, so that workloads are not
/// rolled twice (Kubernetes documentation, "Server-Side Apply", "Transferring ownership").
package enum FieldTakeover {
    /// The patch of `live` after which the fields at `places` are those of `manager` alone, based on its version.
    package static func patch(_ places: [FieldPlace], of live: KubeObject, for manager: String) -> Tree {
        let taken = FieldSet(places.map { FieldPath($0.steps) })
        var entries: [Tree] = []
        var isRecorded = false
        for tree in live.tree.value(at: "metadata", "managedFields")?.array ?? [] {
            guard var entry = try? ManagedFieldsEntry(tree) else {
                entries.append(tree)
                continue
            }
            if entry.manager == manager, entry.operation == .apply, entry.subresource.isEmpty {
                entry.fields = entry.fields.union(taken)
                isRecorded = true
            } else {
                entry.fields = entry.fields.recursiveDifference(taken)
            }
            if !entry.fields.isEmpty { entries.append(entry.tree) }
        }
        if !isRecorded {
            var entry = ManagedFieldsEntry(manager: manager, operation: .apply, apiVersion: live.kind.apiVersion)
            entry.fields = taken
            entries.append(entry.tree)
        }
        var patch: Tree = ["metadata": ["managedFields": .array(entries)]]
        patch.set(live.resourceVersion.map { .string($0) }, at: ["metadata", "resourceVersion"])
        patch.set(live.uid.map { .string($0) }, at: ["metadata", "uid"])
        return patch
    }
}
