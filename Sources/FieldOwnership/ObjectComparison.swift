internal import DataTree
package import KubeAPI

/// Compares a desired object with the live one on the fields we own.
///
/// No schema is needed: the field set that the API server keeps for us says which lists are merged by key, which by value, and
/// which values are atomic. Fields of others are not looked at, and neither are defaults.
package struct ObjectComparison: Sendable {
    /// The name under which we apply.
    package let manager: String

    /// Makes a comparison.
    package init(manager: String) {
        self.manager = manager
    }

    /// What an apply of `desired` would change; empty when it would change nothing.
    ///
    /// - Parameters:
    ///   - desired: what would be applied, without nulls and empty lists.
    ///   - live: the object as the API server shows it, managed fields included.
    /// - Returns: the differences in the order of the fields.
    package func differences(desired: KubeObject, live: KubeObject) -> [FieldDifference] {
        let owned = ObjectOwnership(live).applied(by: manager)?.fields ?? .object(TreeObject())
        var walk = Walk()
        walk.object(Self.comparable(desired.tree), live.tree, owned: owned, at: .root)
        return walk.found
    }

    /// The tree without what identifies the object: the API server keeps no ownership of that.
    private static func comparable(_ tree: Tree) -> Tree {
        var tree = tree
        for field in ["apiVersion", "kind"] { tree[field] = nil }
        for field in ["name", "namespace", "uid", "resourceVersion"] { tree.set(nil, at: ["metadata", field]) }
        if tree["metadata"]?.object?.isEmpty == true { tree["metadata"] = nil }
        return tree
    }
}

/// One pass over three trees at a time: what is desired, what is there, and what we own.
private struct Walk {
    var found: [FieldDifference] = []

    /// Compares at a field that we should own.
    mutating func value(_ desired: Tree, _ live: Tree?, owned: Tree?, at place: FieldPlace) {
        guard let owned, let children = owned.object else {
            unowned(desired, live, at: place)
            return
        }
        switch desired {
        case .object(let wanted) where !wanted.isEmpty && !OwnershipRecord.isLeaf(children):
            object(desired, live ?? .object(TreeObject()), owned: owned, at: place)
        case .array(let wanted) where !OwnershipRecord.isLeaf(children):
            list(wanted, live?.array ?? [], owned: children, at: place)
        default:
            leaf(desired, live, children, at: place)
        }
    }

    mutating func object(_ desired: Tree, _ live: Tree, owned: Tree, at place: FieldPlace) {
        let children = owned.object ?? TreeObject()
        for entry in desired.object?.entries ?? [] where entry.key != "status" || !place.steps.isEmpty {
            value(
                entry.value,
                live[entry.key],
                owned: children["f:\(entry.key)"],
                at: place.appending(.field(entry.key))
            )
        }
        for entry in children.entries {
            guard case .field(let name)? = FieldStep(fieldsV1: entry.key), desired[name] == nil else { continue }
            surplus(live[name], at: place.appending(.field(name)))
        }
    }

    private mutating func list(_ desired: [Tree], _ live: [Tree], owned: TreeObject, at place: FieldPlace) {
        let steps = owned.entries.compactMap { entry in
            FieldStep(fieldsV1: entry.key).map { (step: $0, fields: entry.value) }
        }
        var used: Set<FieldStep> = []
        for (index, element) in desired.enumerated() {
            let match =
                steps.first { !used.contains($0.step) && $0.step.leads(to: element) }
                ?? steps.first { $0.step == .index(index) }
            guard let match else {
                unowned(
                    element,
                    live.first { ValueComparison.holds($0, element, at: place) },
                    at: place.appending(.index(index))
                )
                continue
            }
            used.insert(match.step)
            let present =
                match.step == .index(index) ? live.dropFirst(index).first : live.first(where: match.step.leads)
            value(element, present, owned: match.fields, at: place.appending(match.step))
        }
        for (step, _) in steps where !used.contains(step) {
            surplus(live.first(where: step.leads), at: place.appending(step))
        }
    }

    private mutating func leaf(_ desired: Tree, _ live: Tree?, _ owned: TreeObject, at place: FieldPlace) {
        if !ValueComparison.holds(live, desired, at: place) || (live == nil && desired.object != nil) {
            found.append(
                FieldDifference(place: place, kind: live == nil ? .missing : .changed, desired: desired, live: live)
            )
        } else if desired.object?.isEmpty == true || desired.array == nil && desired.object == nil {
            for entry in owned.entries {
                guard let step = FieldStep(fieldsV1: entry.key) else { continue }
                surplus(nil, at: place.appending(step))
            }
        }
    }

    /// Objects that are written and owned as one value (`x-kubernetes-map-type: atomic`): who adds to one of ours takes all of it, and
    /// what it selects is something else then.
    private static let whole: Set<String> = [
        "selector", "namespaceSelector", "objectSelector", "podSelector", "labelSelector", "nodeSelector",
    ]

    /// A desired value none of which is ours: reported leaf by leaf where objects allow it.
    private mutating func unowned(_ desired: Tree, _ live: Tree?, at place: FieldPlace) {
        let isWhole =
            place.fieldNames.last.map(Self.whole.contains) ?? false && !place.fieldNames.contains("properties")
        if case .object(let wanted) = desired, !wanted.isEmpty, live?.object != nil, !isWhole {
            for entry in wanted.entries {
                unowned(entry.value, live?[entry.key], at: place.appending(.field(entry.key)))
            }
            return
        }
        let isSame =
            ValueComparison.holds(live, desired, at: place)
            && (!isWhole || ValueComparison.holds(desired, live ?? .null, at: place))
        let kind: FieldDifference.Kind = live == nil ? .missing : isSame ? .unclaimed : .changed
        found.append(FieldDifference(place: place, kind: kind, desired: desired, live: live))
    }

    private mutating func surplus(_ live: Tree?, at place: FieldPlace) {
        found.append(FieldDifference(place: place, kind: .surplus, live: live))
    }
}
