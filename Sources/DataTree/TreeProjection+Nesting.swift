extension TreeProjection {
    /// The same rules for the value under `key` of a larger object, whose other values are kept.
    ///
    /// - Parameters:
    ///   - key: Where the value stands, for example `object` in the event of a watch.
    ///   - patterns: What a projection that names what is kept keeps of the value besides.
    /// - Returns: the rules for the larger object.
    public func under(_ key: String, keepingAlso patterns: [[String]] = []) -> TreeProjection {
        guard keeps else {
            return TreeProjection(root: Node(children: [key: root], any: nil, isEnd: false), keeps: false)
        }
        let value = Node.union(root, Node(patterns: patterns.map { $0[...] }))
        let siblings = Node(children: [:], any: nil, isEnd: true)
        return TreeProjection(root: Node(children: [key: value], any: siblings, isEnd: false), keeps: true)
    }
}

extension TreeProjection.Node {
    /// What either of two sets of patterns names.
    fileprivate static func union(_ left: TreeProjection.Node, _ right: TreeProjection.Node) -> TreeProjection.Node {
        var children: [String: TreeProjection.Node] = [:]
        for key in Set(left.children.keys).union(right.children.keys) {
            children[key] = union(left.child(key), right.child(key))
        }
        return TreeProjection.Node(
            children: children,
            any: union(left.any, right.any),
            isEnd: left.isEnd || right.isEnd
        )
    }

    private static func union(_ left: TreeProjection.Node?, _ right: TreeProjection.Node?) -> TreeProjection.Node? {
        guard let left, let right else { return left ?? right }
        return union(left, right)
    }
}
