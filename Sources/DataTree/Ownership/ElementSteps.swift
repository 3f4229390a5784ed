/// How the elements of a list are named in field sets.
struct ElementSteps {
    /// Why an element cannot be named.
    struct Failure: Error {
        var index: Int
        var message: String
    }

    /// The step of each element, in order.
    let steps: [FieldStep]
    /// The elements by their step; the first of equal ones.
    let elements: [FieldStep: Tree]
    /// The first step that several elements share.
    let duplicate: (index: Int, step: FieldStep)?

    /// Names the elements of a set or map list.
    init(_ list: [Tree], schema: any MergeSchema) throws(Failure) {
        var steps: [FieldStep] = []
        var elements: [FieldStep: Tree] = [:]
        var duplicate: (Int, FieldStep)?
        steps.reserveCapacity(list.count)
        for (index, element) in list.enumerated() {
            let step = try Self.step(of: element, at: index, schema: schema)
            steps.append(step)
            if elements[step] == nil {
                elements[step] = element
            } else if duplicate == nil {
                duplicate = (index, step)
            }
        }
        self.steps = steps
        self.elements = elements
        self.duplicate = duplicate
    }

    private static func step(of element: Tree, at index: Int, schema: any MergeSchema) throws(Failure) -> FieldStep {
        switch schema.listKind {
        case .atomic: return .index(index)
        case .set:
            switch element {
            case .object, .array, .null:
                throw Failure(index: index, message: "an element of a set must be a scalar, not \(element.kindName)")
            default: return .value(element)
            }
        case .map(let keys):
            guard let object = element.object else {
                throw Failure(
                    index: index,
                    message: "an element of this list must be an object, not \(element.kindName)"
                )
            }
            var found = TreeObject()
            for key in keys.sorted() {
                if let value = object[key] ?? schema.items?.field(key)?.defaultValue, !value.isNull {
                    found[key] = value
                }
            }
            guard !found.isEmpty else {
                let message = "an element of this list needs its key \(keys.joined(separator: ", "))"
                throw Failure(index: index, message: message)
            }
            return .key(found)
        }
    }
}
