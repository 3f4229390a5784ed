internal import DataTree
internal import KubeAPI
internal import MeshBase

/// A value as text, with everything that is in it, private properties included: the same for equal values.
package enum CanonicalText {
    /// The text of a value.
    ///
    /// - Parameters:
    ///   - value: a value of structs, enums, collections and texts; of classes nothing is told.
    ///   - names: the names of properties that are left out, wherever they are.
    /// - Returns: the text; sets and dictionaries in the order of the texts of their elements.
    package static func of(_ value: Any, leavingOut names: Set<String> = []) -> String {
        switch value {
        case let text as String: return "\"\(text)\""
        case let number as Int: return "\(number)"
        case let flag as Bool: return "\(flag)"
        case let time as Timestamp: return time.rfc3339Micro
        case let duration as Duration: return "\(duration)"
        case let tree as Tree: return tree.jsonText(.canonical)
        case let object as KubeObject:
            var tree = object.tree
            tree.set(nil, at: ["metadata", "resourceVersion"])
            return tree.jsonText(.canonical)
        case let id as ResourceID: return id.description
        default: return composed(value, names)
        }
    }

    private static func composed(_ value: Any, _ names: Set<String>) -> String {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional {
            return mirror.children.first.map { of($0.value, leavingOut: names) } ?? "nil"
        }
        if mirror.children.isEmpty { return "\(value)" }
        var parts: [String] = []
        for child in mirror.children {
            if let label = child.label, names.contains(label) { continue }
            let text = of(child.value, leavingOut: names)
            let isNamed = mirror.displayStyle == .struct || mirror.displayStyle == .enum
            parts.append(isNamed ? "\(child.label ?? ""): \(text)" : text)
        }
        switch mirror.displayStyle {
        case .set, .dictionary: parts.sort()
        default: break
        }
        return "(\(parts.joined(separator: ", ")))"
    }
}
