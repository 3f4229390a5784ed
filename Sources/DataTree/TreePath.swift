/// Where a value stands within a tree: keys and indexes from the root.
public struct TreePath: Sendable, Hashable {
    /// One step down.
    public enum Step: Sendable, Hashable {
        /// Into an object.
        case key(String)
        /// Into an array, counted from 0.
        case index(Int)
    }

    /// The steps from the root.
    public var steps: [Step]

    /// The root.
    public static let root = TreePath([])

    /// Makes a path of `steps`.
    public init(_ steps: [Step]) {
        self.steps = steps
    }

    /// Makes a path of keys.
    public init(keys: String...) {
        self.steps = keys.map { .key($0) }
    }

    /// The path of a key below this one.
    public func appending(_ key: String) -> TreePath { TreePath(steps + [.key(key)]) }
    /// The path of an element below this one.
    public func appending(index: Int) -> TreePath { TreePath(steps + [.index(index)]) }
}

extension TreePath: CustomStringConvertible {
    /// The path as Kubernetes writes it in errors: `spec.containers[0].image`, `metadata.labels[app.kubernetes.io/name]`.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where key.utf8.allSatisfy(Self.isPlain): text += text.isEmpty ? key : ".\(key)"
            case .key(let key): text += "[\(key)]"
            }
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "$"):
            true
        default: false
        }
    }
}

extension Tree {
    /// The value at `path`, nil where a step leads nowhere.
    public func value(at path: TreePath) -> Tree? {
        var current = self
        for step in path.steps {
            let next: Tree? =
                switch step {
                case .key(let key): current[key]
                case .index(let index): current[index]
                }
            guard let next else { return nil }
            current = next
        }
        return current
    }

    /// The value under a chain of keys, nil where one is missing.
    public func value(at keys: String...) -> Tree? {
        var current = self
        for key in keys {
            guard let next = current[key] else { return nil }
            current = next
        }
        return current
    }

    /// Sets or, with nil, removes the value under a chain of keys; objects on the way are made when a value is set.
    public mutating func set(_ value: Tree?, at keys: [String]) {
        guard let first = keys.first else {
            self = value ?? .null
            return
        }
        let rest = Array(keys.dropFirst())
        if rest.isEmpty {
            if value != nil || self[first] != nil { self[first] = value }
            return
        }
        if value == nil, self[first] == nil { return }
        var child = self[first] ?? .object(TreeObject())
        self[first] = .null
        child.set(value, at: rest)
        self[first] = child
    }
}
