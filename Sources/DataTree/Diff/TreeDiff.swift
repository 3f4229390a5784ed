/// Differences between two values, as text for people.
public enum TreeDiff {
    /// A unified diff of the two values written as YAML, keys sorted; empty when they are equal.
    public static func text(_ old: Tree, _ new: Tree) -> String {
        ""
    }
}
