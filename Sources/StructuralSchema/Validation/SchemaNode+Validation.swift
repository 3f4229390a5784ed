package import DataTree

extension SchemaNode {
    /// Checks a value against the structure, the limits and the list types of the schema; CEL rules are not run.
    ///
    /// - Parameters:
    ///   - value: The value, already pruned and defaulted.
    ///   - old: The value it replaces; parts that are equal in both are tolerated whatever is wrong with them, and so are doubled
    ///     elements of lists once it has any.
    ///   - path: Where the value stands, for messages; empty for a whole object.
    /// - Returns: All issues, in the order of the value's fields.
    package func validate(_ value: Tree, replacing old: Tree? = nil, at path: String = "") -> [FieldIssue] {
        var validator = SchemaValidator(at: path)
        validator.validate(value, replacing: old, self)
        if let old {
            var known = ListUniqueness()
            known.check(old, self, at: path)
            guard known.issues.isEmpty else { return validator.issues }
        }
        var uniqueness = ListUniqueness()
        uniqueness.check(value, self, at: path)
        return validator.issues + uniqueness.issues
    }
}
