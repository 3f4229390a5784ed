/// What differs between two values, as sets of fields.
struct TypedComparison {
    private(set) var added = FieldSet()
    private(set) var removed = FieldSet()
    private(set) var modified = FieldSet()

    var isSame: Bool { added.isEmpty && removed.isEmpty && modified.isEmpty }
    /// What the newer value sets otherwise than the older one.
    var changed: FieldSet { added.union(modified) }

    /// Compares two values, of which one may be absent.
    init(_ old: Tree?, _ new: Tree?, schema: any MergeSchema) {
        let left = old.map { TypedValue(tree: $0, schema: schema).parts }
        let right = new.map { TypedValue(tree: $0, schema: schema).parts }
        switch (left, right) {
        case (.fields(let old), .fields(let new)): compare(old, new, schema)
        case (.fields(let old), nil): compare(old, TreeObject(), schema)
        case (nil, .fields(let new)): compare(TreeObject(), new, schema)
        case (.fields(let old), .whole) where Self.isEmpty(new): compare(old, TreeObject(), schema)
        case (.whole, .fields(let new)) where Self.isEmpty(old): compare(TreeObject(), new, schema)
        case (.elements(let old), .elements(let new)): compare(old, new, schema)
        case (.elements(let old), nil): compare(old, nil, schema)
        case (nil, .elements(let new)): compare(nil, new, schema)
        case (.elements(let old), .whole) where Self.isEmpty(new): compare(old, nil, schema)
        case (.whole, .elements(let new)) where Self.isEmpty(old): compare(nil, new, schema)
        default: break
        }
    }

    /// Whether a value counts as one without any parts, rather than as one of another kind.
    private static func isEmpty(_ value: Tree?) -> Bool {
        switch value {
        case .null: true
        case .object(let object): object.isEmpty
        case .array(let elements): elements.isEmpty
        default: false
        }
    }

    private mutating func compare(_ old: TreeObject, _ new: TreeObject, _ schema: any MergeSchema) {
        for entry in old {
            compare(entry.value, new[entry.key], .field(entry.key), schema.field(entry.key) ?? DeducedSchema())
        }
        for entry in new where old.position(of: entry.key) == nil {
            compare(nil, entry.value, .field(entry.key), schema.field(entry.key) ?? DeducedSchema())
        }
    }

    private mutating func compare(_ old: ElementSteps?, _ new: ElementSteps?, _ schema: any MergeSchema) {
        let elementSchema = schema.items ?? DeducedSchema()
        for (step, element) in old?.elements ?? [:] { compare(element, new?.elements[step], step, elementSchema) }
        for (step, element) in new?.elements ?? [:] where old?.elements[step] == nil {
            compare(nil, element, step, elementSchema)
        }
    }

    private mutating func compare(_ old: Tree?, _ new: Tree?, _ step: FieldStep, _ schema: any MergeSchema) {
        if let old, let new {
            if old.isEquivalent(to: new) { return }
        } else if old == nil {
            added.insert(step)
        } else {
            removed.insert(step)
        }
        let below = TypedComparison(old, new, schema: schema)
        if old != nil, new != nil, Self.isLeaf(old, new, schema) {
            modified.insert(step)
            return
        }
        added.insert(below.added, below: step)
        removed.insert(below.removed, below: step)
        modified.insert(below.modified, below: step)
    }

    /// Whether two values are compared as wholes.
    private static func isLeaf(_ old: Tree?, _ new: Tree?, _ schema: any MergeSchema) -> Bool {
        guard let old, let new else { return false }
        let left = TypedValue(tree: old, schema: schema).parts
        let right = TypedValue(tree: new, schema: schema).parts
        switch (left, right) {
        case (.fields, .fields), (.elements, .elements): return false
        case (.fields, .whole), (.elements, .whole): return !isEmpty(new)
        case (.whole, .fields), (.whole, .elements): return !isEmpty(old)
        default: return true
        }
    }
}
