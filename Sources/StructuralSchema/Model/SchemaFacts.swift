package import DataTree

/// Everything one level of an OpenAPI v3 schema states, as plain values (`JSONSchemaProps` of apiextensions/v1).
package struct SchemaFacts: Sendable {
    /// The JSON type named by `type`.
    package enum ValueType: String, Sendable, Hashable {
        case object, array, string, integer, number, boolean
    }

    /// What `additionalProperties` says.
    package enum AdditionalProperties: Sendable {
        /// Absent or false: only named properties.
        case none
        /// True: any value under any key.
        case anything
        /// Values of one schema under any key.
        case schema(SchemaNode)
    }

    /// How the elements of a list are told apart (`x-kubernetes-list-type`).
    package enum ListType: Sendable, Hashable {
        /// The list is one value.
        case atomic
        /// Unique scalars.
        case set
        /// Objects identified by the values of `keys`.
        case map(keys: [String])
    }

    /// The JSON type, nil where the schema names none (int-or-string, preserve-unknown-fields, inside `anyOf`).
    package var type: ValueType?
    /// A refinement of the type, such as `date-time` or `int32`.
    package var format: String?
    /// A sentence or more for people.
    package var summary: String?
    /// Short title, rarely used.
    package var title: String?
    /// Whether `null` is a value of its own.
    package var isNullable = false
    /// The value that an absent field takes.
    package var defaultValue: Tree?
    /// Numeric, length and count limits, `enum` and `pattern`.
    package var limits = ValueLimits()
    /// Named fields in order.
    package var properties: [SchemaProperty] = []
    /// Names that must be present.
    package var required: [String] = []
    /// What is allowed beside ``properties``.
    package var additional: AdditionalProperties = .none
    /// The schema of list elements.
    package var items: SchemaNode?
    /// `allOf`, `anyOf`, `oneOf`, `not`.
    package var combinations = SchemaCombinations()
    /// CEL rules of this level.
    package var rules: [ValidationRule] = []
    /// Kubernetes' own extensions.
    package var extensions = SchemaExtensions()

    /// Makes facts that accept anything.
    package init() {}
}

/// One named field of an object schema.
package struct SchemaProperty: Sendable {
    /// The key.
    package var name: String
    /// The schema of the value.
    package var schema: SchemaNode

    /// Makes a field.
    package init(name: String, schema: SchemaNode) {
        self.name = name
        self.schema = schema
    }
}

/// Schemas combined by logic; they add constraints but, in a structural schema, no structure.
package struct SchemaCombinations: Sendable {
    /// All must accept.
    package var allOf: [SchemaNode] = []
    /// At least one must accept.
    package var anyOf: [SchemaNode] = []
    /// Exactly one must accept.
    package var oneOf: [SchemaNode] = []
    /// Must refuse.
    package var not: SchemaNode?

    /// Makes an empty combination.
    package init() {}

    /// Whether nothing is combined.
    package var isEmpty: Bool { allOf.isEmpty && anyOf.isEmpty && oneOf.isEmpty && not == nil }
}

/// The `x-kubernetes-…` extensions of one schema level.
package struct SchemaExtensions: Sendable {
    /// Keep fields that the schema does not name.
    package var preservesUnknownFields = false
    /// Accept an integer or a string.
    package var isIntOrString = false
    /// The object is a whole Kubernetes object with `apiVersion`, `kind` and `metadata`.
    package var isEmbeddedResource = false
    /// `x-kubernetes-list-type`, nil where absent, which means atomic.
    package var listType: SchemaFacts.ListType?
    /// Whether `x-kubernetes-map-type` is `atomic`.
    package var isAtomicMap = false
    /// `x-kubernetes-patch-merge-key` of native kinds.
    package var patchMergeKey: String?
    /// `x-kubernetes-patch-strategy` of native kinds, split at commas.
    package var patchStrategies: [String] = []
    /// The name of the shared definition this node stands for in OpenAPI, nil for an inline schema.
    package var definitionName: String?

    /// Makes extensions that say nothing.
    package init() {}
}

/// A CEL rule (`x-kubernetes-validations`).
package struct ValidationRule: Sendable, Hashable {
    /// The expression; `self` is the value at the level of the rule.
    package var rule: String
    /// What to say when the rule fails.
    package var message: String?
    /// An expression that makes the message.
    package var messageExpression: String?
    /// The reason class reported: `FieldValueInvalid`, `FieldValueForbidden`, `FieldValueRequired`, `FieldValueDuplicate`.
    package var reason: String?
    /// A path below the level to report instead of the level itself.
    package var fieldPath: String?
    /// Whether a transition rule also runs when there is no old value.
    package var hasOptionalOldSelf = false

    /// Makes a rule of its expression.
    package init(rule: String) {
        self.rule = rule
    }
}
