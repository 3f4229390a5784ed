internal import DataTree
internal import KubeAPI

/// A number of pods, or a percentage of them (`IntOrString` where Kubernetes rolls out and evicts).
struct PodAmount {
    let tree: Tree
    let path: String

    init(_ tree: Tree?, _ path: String) {
        self.tree = tree ?? 0
        self.path = path
    }

    /// The value as it is shown in messages.
    var shown: String { tree.jsonText(.compact) }

    private var percent: String.SubSequence? {
        guard let text = tree.string, text.hasSuffix("%") else { return nil }
        let digits = text.dropLast()
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? digits : nil
    }

    /// The number without its sign of percent; 0 for a text that is none.
    var number: Int64 {
        if let percent { return Int64(percent) ?? .max }
        return tree.integer ?? tree.string.flatMap { Int64($0) } ?? 0
    }

    /// What is wrong with its form.
    var issues: [FaultCause] {
        if tree.string == nil { return NativeRules.nonNegative(tree, path) }
        if percent != nil { return [] }
        let why =
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
            + "regex used for validation is '[0-9]+%')"
        return [.invalid(path, shown, why)]
    }

    /// What is wrong with more than all pods.
    var excess: [FaultCause] {
        percent != nil && number > 100 ? [.invalid(path, shown, "must not be greater than 100%")] : []
    }
}
