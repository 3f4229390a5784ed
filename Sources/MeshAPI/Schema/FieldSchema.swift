package import DataTree

/// What a field of our own resources may hold: the one source of the CRD's OpenAPI schema and of strict decoding.
///
/// Made with the static functions, refined with the modifiers, for example
/// `.integer("Share of the traffic.").within(0...100)`.
package struct FieldSchema: Sendable {
    /// The kinds of value.
    package indirect enum Shape: Sendable {
        /// An object with these fields; others are kept when `isOpen`, else refused.
        case object([Property], isOpen: Bool)
        /// An object whose keys are free and whose values are all alike.
        case map(FieldSchema)
        /// A list; `keys` name the fields that identify an element, none for a list that is replaced as a whole.
        case list(FieldSchema, keys: [String])
        /// A text of the given form.
        case string(TextForm)
        /// A whole number.
        case integer
        /// A number that may have a fraction.
        case number
        /// True or false.
        case boolean
        /// A whole number or a text, such as a port or a percentage.
        case integerOrString
        /// An amount such as `500m`, `1Gi` or `2`, not negative.
        case quantity
        /// Any value at all.
        case any
    }

    /// A field of an object.
    package struct Property: Sendable {
        /// The key.
        package var name: String
        /// What it may hold.
        package var schema: FieldSchema
        /// Whether the object is refused without it.
        package var isRequired: Bool
    }

    /// A CEL rule the API server checks, with the message shown when it does not hold.
    package struct Rule: Sendable, Hashable {
        /// The expression, over `self` and, for changes, `oldSelf`.
        package var expression: String
        /// What to tell the user.
        package var message: String
    }

    /// Lower and upper bounds, both included; of the value, its length or its count, by kind.
    package struct Bounds: Sendable, Hashable {
        /// The least allowed.
        package var least: Double?
        /// The most allowed.
        package var most: Double?
    }

    /// The kind of value.
    package var shape: Shape
    /// What it means, for people.
    package var description: String
    /// The value the API server fills in.
    package var defaultValue: Tree?
    /// The texts allowed, empty for no limit.
    package var choices: [String] = []
    /// Bounds of a number, of a text's length in characters, of a list's or a map's count.
    package var bounds = Bounds()
    /// CEL rules.
    package var rules: [Rule] = []

    /// Makes a schema of a shape.
    package init(_ shape: Shape, _ description: String) {
        self.shape = shape
        self.description = description
    }
}

extension FieldSchema {
    /// An object with fixed fields.
    package static func object(_ description: String, _ properties: [Property]) -> FieldSchema {
        FieldSchema(.object(properties, isOpen: false), description)
    }

    /// An object whose fields are not looked at.
    package static func freeObject(_ description: String) -> FieldSchema {
        FieldSchema(.object([], isOpen: true), description)
    }

    /// An object of which these fields are looked at, and others kept.
    package static func openObject(_ description: String, _ properties: [Property]) -> FieldSchema {
        FieldSchema(.object(properties, isOpen: true), description)
    }

    /// A map from free keys to texts.
    package static func stringMap(_ description: String) -> FieldSchema {
        FieldSchema(.map(.string("Value.", .free).limited(to: 4096)), description)
    }

    /// A list of at most `most` elements, identified by `keys` or replaced as a whole.
    package static func list(
        _ description: String,
        of element: FieldSchema,
        most: Int,
        keys: [String] = []
    ) -> FieldSchema {
        FieldSchema(.list(element, keys: keys), description).limited(to: most)
    }

    /// A text of a form.
    package static func string(_ description: String, _ form: TextForm) -> FieldSchema {
        var schema = FieldSchema(.string(form), description)
        schema.bounds = Bounds(least: form.shortest == 0 ? nil : Double(form.shortest), most: Double(form.longest))
        return switch form {
        case .timeSpan: schema.rule("self.matches('[1-9]')", form.remedy)
        case .httpAddress: schema.rule("!self.matches('^https?://[^/?#]*@') && !self.contains('#')", form.remedy)
        default: schema
        }
    }

    /// One of a few words.
    package static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ description: String,
        _ choices: Choice.Type
    ) -> FieldSchema {
        var schema = FieldSchema(.string(.free), description)
        schema.choices = Choice.allCases.map(\.rawValue)
        return schema
    }

    /// A whole number.
    package static func integer(_ description: String) -> FieldSchema { FieldSchema(.integer, description) }
    /// A number.
    package static func number(_ description: String) -> FieldSchema { FieldSchema(.number, description) }
    /// True or false.
    package static func boolean(_ description: String) -> FieldSchema { FieldSchema(.boolean, description) }

    /// The same with a default.
    package func defaulting(to value: Tree) -> FieldSchema {
        var copy = self
        copy.defaultValue = value
        return copy
    }

    /// The same with bounds on the value.
    package func within(_ range: ClosedRange<Double>) -> FieldSchema {
        var copy = self
        copy.bounds = Bounds(least: range.lowerBound, most: range.upperBound)
        return copy
    }

    /// The same with a lower bound on the value.
    package func atLeast(_ least: Double) -> FieldSchema {
        var copy = self
        copy.bounds.least = least
        return copy
    }

    /// The same with a limit on length or count.
    package func limited(to most: Int) -> FieldSchema {
        var copy = self
        copy.bounds.most = Double(most)
        return copy
    }

    /// The same with one more CEL rule.
    package func rule(_ expression: String, _ message: String) -> FieldSchema {
        var copy = self
        copy.rules.append(Rule(expression: expression, message: message))
        return copy
    }
}

extension FieldSchema.Property {
    /// A field that may be absent.
    package static func field(_ name: String, _ schema: FieldSchema) -> FieldSchema.Property {
        FieldSchema.Property(name: name, schema: schema, isRequired: false)
    }

    /// A field that must be there.
    package static func required(_ name: String, _ schema: FieldSchema) -> FieldSchema.Property {
        FieldSchema.Property(name: name, schema: schema, isRequired: true)
    }
}
