/// How a list is owned and merged (`x-kubernetes-list-type`).
public enum ListKind: Sendable, Hashable {
    /// As a whole.
    case atomic
    /// Each element by its value; elements are scalars and unique.
    case set
    /// Each element by the values of these fields, which are unique in combination.
    case map(keys: [String])
}

/// How an object is owned and merged (`x-kubernetes-map-type`, `x-kubernetes-struct-type`).
public enum MapKind: Sendable, Hashable {
    /// Each field by itself.
    case granular
    /// As a whole.
    case atomic
}

/// How strategic merge patch treats a field (`x-kubernetes-patch-strategy`).
public enum PatchStrategy: Sendable, Hashable {
    /// Elements of lists are merged rather than replaced.
    case merge
    /// The value is replaced as a whole, objects too.
    case replace
    /// Only the fields that the patch names in `$retainKeys` survive.
    case retainKeys
}

/// What merging needs to know about the type of a value.
///
/// Types of native kinds and schemas of custom resources both provide it. Where nothing is known, ``DeducedSchema`` applies:
/// objects are granular, lists atomic.
public protocol MergeSchema: Sendable {
    /// The schema of the value under `key` of an object, nil when nothing is known of it.
    func field(_ key: String) -> (any MergeSchema)?
    /// Whether `key` is a field that the type itself names, rather than a free key of a map.
    ///
    /// Ownership of a named field follows from that of what is below it; a free key is owned by itself.
    func isNamedField(_ key: String) -> Bool
    /// The schema of the elements of a list, nil when nothing is known of them.
    var items: (any MergeSchema)? { get }
    /// How lists of this schema are merged.
    var listKind: ListKind { get }
    /// How objects of this schema are merged.
    var mapKind: MapKind { get }
    /// The field that tells elements apart in a strategic merge patch of this list (`x-kubernetes-patch-merge-key`).
    var patchMergeKey: String? { get }
    /// How strategic merge patch treats a value of this schema; empty means that lists and scalars are replaced.
    var patchStrategies: Set<PatchStrategy> { get }
    /// The value assumed when the field is absent; used for the keys of map lists, such as `protocol: TCP`.
    var defaultValue: Tree? { get }
}

extension MergeSchema {
    /// Whatever has a schema is named.
    public func isNamedField(_ key: String) -> Bool { field(key) != nil }
    /// Nothing is assumed.
    public var defaultValue: Tree? { nil }
    /// No merge key.
    public var patchMergeKey: String? { nil }
    /// Lists and scalars are replaced.
    public var patchStrategies: Set<PatchStrategy> { [] }
}

/// The schema of a value of which nothing is known: objects granular, lists atomic, all the way down.
public struct DeducedSchema: MergeSchema {
    /// Makes the schema.
    public init() {}

    /// The same schema for every field.
    public func field(_ key: String) -> (any MergeSchema)? { self }
    /// No field is named.
    public func isNamedField(_ key: String) -> Bool { false }
    /// The same schema for every element.
    public var items: (any MergeSchema)? { self }
    /// Lists are atomic.
    public var listKind: ListKind { .atomic }
    /// Objects are granular.
    public var mapKind: MapKind { .granular }
}
