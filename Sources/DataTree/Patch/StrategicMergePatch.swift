/// Strategic merge patch, the patch kind of Kubernetes that merges lists by a key its schema names.
public enum StrategicMergePatch {
    /// The value with `patch` applied as `schema` says.
    ///
    /// Knows the directives `$patch`, `$retainKeys`, `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>`.
    public static func apply(
        _ patch: Tree,
        to value: Tree,
        schema: any MergeSchema
    ) throws(PatchError) -> Tree {
        throw PatchError(code: .malformed, message: "not written yet")
    }
}
