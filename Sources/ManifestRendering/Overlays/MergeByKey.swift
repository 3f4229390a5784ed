internal import DataTree

/// Merges settings into the kinds rendering makes as a strategic merge patch does, the order of list elements included.
enum MergeByKey {
    /// The object with the patch merged: objects by field, the lists Kubernetes merges by their key, all else replaced.
    ///
    /// A null removes.
    static func apply(_ patch: Tree, to value: Tree) -> Tree {
        merge(patch, into: value, list: nil, depth: 0)
    }

    private static func merge(_ patch: Tree, into value: Tree, list parent: String?, depth: Int) -> Tree {
        guard depth < 64, case .object(let changes) = patch else { return patch }
        if changes["$patch"] == "replace" { return without(patch) }
        var result = value.object ?? TreeObject()
        for change in changes where change.key != "$patch" {
            if change.value.isNull {
                result[change.key] = nil
            } else if let key = mergeKey(of: change.key, in: parent), case .array(let items) = change.value {
                let old = result[change.key]?.array ?? []
                result[change.key] = .array(mergeList(items, into: old, key: key, name: change.key, depth: depth))
            } else {
                let old = result[change.key] ?? .null
                let name = change.value.object != nil && change.key == "spec" ? parent : nil
                result[change.key] = merge(change.value, into: old, list: name, depth: depth + 1)
            }
        }
        return .object(result)
    }

    /// The field by which elements of a list are told apart, nil for lists that are replaced (Kubernetes API reference,
    /// "patch strategy: merge").
    private static func mergeKey(of field: String, in parent: String?) -> String? {
        switch field {
        case "containers", "initContainers", "env", "volumes", "imagePullSecrets": "name"
        case "volumeMounts": "mountPath"
        case "ports": parent == nil ? "port" : "containerPort"
        case "topologySpreadConstraints": "topologyKey"
        case "hostAliases": "ip"
        default: nil
        }
    }

    private static func mergeList(_ changes: [Tree], into old: [Tree], key: String, name: String, depth: Int) -> [Tree]
    {
        func position(_ item: Tree, _ list: [Tree]) -> Int? {
            list.firstIndex { $0[key] != nil && $0[key] == item[key] }
        }
        var kept = old
        var patched: [Tree] = []
        for change in changes {
            let index = position(change, kept)
            let before = index.map { kept[$0] } ?? .null
            if let index { kept.remove(at: index) }
            if change["$patch"] == "delete" { continue }
            patched.append(merge(change, into: before, list: name, depth: depth + 1))
        }
        // Elements that only the patch has come before the first that it does not touch.
        var result: [Tree] = []
        var (left, right) = (kept[...], patched[...])
        while let keptItem = left.first, let patchItem = right.first {
            if let mine = position(keptItem, old), let theirs = position(patchItem, old), mine < theirs {
                result.append(left.removeFirst())
            } else {
                result.append(right.removeFirst())
            }
        }
        return result + left + right
    }

    private static func without(_ patch: Tree) -> Tree {
        var result = patch
        result["$patch"] = nil
        return result
    }
}
