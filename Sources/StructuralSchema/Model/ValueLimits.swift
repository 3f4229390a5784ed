package import DataTree
package import PatternMatching

/// Limits on a single value: ranges, lengths, counts, allowed values.
package struct ValueLimits: Sendable {
    /// Smallest number.
    package var minimum: Double?
    /// Largest number.
    package var maximum: Double?
    /// Whether ``minimum`` itself is refused.
    package var excludesMinimum = false
    /// Whether ``maximum`` itself is refused.
    package var excludesMaximum = false
    /// The number must be a multiple of this.
    package var multipleOf: Double?
    /// Fewest characters (Unicode scalars) of a string.
    package var minLength: Int64?
    /// Most characters (Unicode scalars) of a string.
    package var maxLength: Int64?
    /// An expression that must match somewhere in the string.
    package var pattern: Pattern?
    /// Fewest elements.
    package var minItems: Int64?
    /// Most elements.
    package var maxItems: Int64?
    /// Whether equal elements are refused.
    package var hasUniqueItems = false
    /// Fewest keys of an object.
    package var minProperties: Int64?
    /// Most keys of an object.
    package var maxProperties: Int64?
    /// The only values allowed; empty means any.
    package var allowed: [Tree] = []

    /// Makes limits that accept anything.
    package init() {}
}
