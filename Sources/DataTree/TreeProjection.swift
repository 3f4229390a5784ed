/// What to leave out while a text is parsed, so that it never takes memory.
///
/// Patterns are keys from the root of one object; `*` stands for any key and for any element of an array.
public struct TreeProjection: Sendable, Hashable {
    final class Node: Sendable, Hashable {
        let children: [String: Node]
        let any: Node?
        /// Whether a pattern ends here.
        let isEnd: Bool

        init(patterns: [ArraySlice<String>]) {
            self.isEnd = patterns.contains(where: \.isEmpty)
            var groups: [String: [ArraySlice<String>]] = [:]
            for pattern in patterns {
                guard let first = pattern.first else { continue }
                groups[first, default: []].append(pattern.dropFirst())
            }
            let wild = groups.removeValue(forKey: "*")
            self.any = wild.map { Node(patterns: $0) }
            self.children = groups.mapValues { Node(patterns: $0 + (wild ?? [])) }
        }

        init(children: [String: Node], any: Node?, isEnd: Bool) {
            self.children = children
            self.any = any
            self.isEnd = isEnd
        }

        func child(_ key: String) -> Node? { children[key] ?? any }

        static func == (left: Node, right: Node) -> Bool {
            left === right || (left.isEnd == right.isEnd && left.any == right.any && left.children == right.children)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(isEnd)
            hasher.combine(children)
            hasher.combine(any)
        }
    }

    let root: Node
    /// Whether patterns name what is kept rather than what is left out.
    let keeps: Bool

    /// Leaves out what the patterns name, for example `["metadata", "managedFields"]`.
    public init(dropping patterns: [[String]]) {
        self.root = Node(patterns: patterns.map { $0[...] })
        self.keeps = false
    }

    /// Keeps only what the patterns name, everything below included, and the objects and arrays on the way.
    public init(keeping patterns: [[String]]) {
        self.root = Node(patterns: patterns.map { $0[...] })
        self.keeps = true
    }

    /// The same rules for each element of the list under `key`; what stands beside that list is kept.
    ///
    /// Use it to apply rules written for one object to the answer of a list request, with key `items`.
    public func forElements(of key: String) -> TreeProjection {
        let elements = Node(children: [:], any: root, isEnd: false)
        let siblings = keeps ? Node(children: [:], any: nil, isEnd: true) : nil
        return TreeProjection(root: Node(children: [key: elements], any: siblings, isEnd: false), keeps: keeps)
    }

    init(root: Node, keeps: Bool) {
        self.root = root
        self.keeps = keeps
    }
}
