/// A value together with what merging needs to know about its type.
///
/// Lists whose elements cannot be told apart, though their schema says they can, count as atomic here; only an applied
/// configuration is refused for that.
struct TypedValue {
    let tree: Tree
    let schema: any MergeSchema

    /// The parts of a value that are owned one by one.
    enum Parts {
        /// None: the value is owned as a whole.
        case whole
        case fields(TreeObject)
        case elements(ElementSteps)
    }

    var parts: Parts {
        switch tree {
        case .object(let object) where schema.mapKind == .granular && !object.isEmpty: return .fields(object)
        case .array(let elements) where schema.listKind != .atomic && !elements.isEmpty:
            guard let steps = try? ElementSteps(elements, schema: schema), steps.duplicate == nil else { return .whole }
            return .elements(steps)
        default: return .whole
        }
    }

    func fieldSchema(_ key: String) -> any MergeSchema { schema.field(key) ?? DeducedSchema() }
    var elementSchema: any MergeSchema { schema.items ?? DeducedSchema() }

    // MARK: - Field sets

    /// The fields that the value sets.
    var fieldSet: FieldSet {
        var set = FieldSet()
        switch parts {
        case .whole: break
        case .fields(let object):
            for entry in object {
                let child = TypedValue(tree: entry.value, schema: fieldSchema(entry.key))
                set.insert(child, below: .field(entry.key), isMember: !schema.isNamedField(entry.key))
            }
        case .elements(let steps):
            for step in steps.steps {
                guard let element = steps.elements[step] else { continue }
                set.insert(TypedValue(tree: element, schema: elementSchema), below: step, isMember: true)
            }
        }
        return set
    }

    /// The value without the fields of `doomed`; an object or list that is emptied but not doomed itself stays, empty.
    func removing(_ doomed: FieldSet) -> Tree {
        switch parts {
        case .whole: return tree
        case .fields(let object):
            var result = TreeObject()
            for entry in object where !doomed.members.contains(.field(entry.key)) {
                guard let below = doomed.children[.field(entry.key)] else {
                    result[entry.key] = entry.value
                    continue
                }
                let child = TypedValue(tree: entry.value, schema: fieldSchema(entry.key))
                result[entry.key] = child.removing(below)
            }
            return .object(result)
        case .elements(let steps):
            var result: [Tree] = []
            for step in steps.steps where !doomed.members.contains(step) {
                guard let element = steps.elements[step] else { continue }
                guard let below = doomed.children[step] else {
                    result.append(element)
                    continue
                }
                result.append(TypedValue(tree: element, schema: elementSchema).removing(below))
            }
            return .array(result)
        }
    }
}

extension FieldSet {
    /// Adds the fields of a value that stands at `step`: the step itself when nothing below it is owned by itself.
    fileprivate mutating func insert(_ value: TypedValue, below step: FieldStep, isMember: Bool) {
        if case .whole = value.parts {
            insert(step)
            return
        }
        if isMember { insert(step) }
        insert(value.fieldSet, below: step)
    }
}
