extension Tree {
    /// Whether both stand for the same JSON value: as `==`, but 1 and 1.0 are the same number.
    public func isEquivalent(to other: Tree) -> Bool {
        switch (self, other) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isEquivalent(to: $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.entries.allSatisfy { entry in right[entry.key]?.isEquivalent(to: entry.value) ?? false }
        case (.double(let left), _): return left == other.number
        case (_, .double(let right)): return number == right
        default: return self == other
        }
    }

    /// How many values this holds, itself included, and how deep they are nested: 0 for a scalar.
    var extent: (count: Int, height: Int) {
        var result = (count: 1, height: 0)
        func add(_ child: Tree) {
            let inner = child.extent
            result.count += inner.count
            result.height = max(result.height, inner.height + 1)
        }
        switch self {
        case .array(let elements): elements.forEach(add)
        case .object(let object): object.entries.forEach { add($0.value) }
        default: break
        }
        return result
    }
}
