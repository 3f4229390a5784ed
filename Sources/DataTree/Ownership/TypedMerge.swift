/// Merges an applied configuration into a live object: what it sets wins, what it does not mention stays.
enum TypedMerge {
    static func merge(_ live: Tree?, _ applied: Tree, schema: any MergeSchema) -> Tree {
        guard let live else { return applied }
        switch (live, applied) {
        case (.object(let left), .object(let right)) where schema.mapKind == .granular:
            return .object(merge(left, right, schema))
        case (.object(let left), .null) where schema.mapKind == .granular && !left.isEmpty: return live
        case (.array(let left), .array(let right)) where schema.listKind != .atomic:
            return .array(merge(left, right, schema) ?? right)
        case (.array(let left), .null) where schema.listKind != .atomic && !left.isEmpty: return live
        default: return applied
        }
    }

    private static func merge(_ live: TreeObject, _ applied: TreeObject, _ schema: any MergeSchema) -> TreeObject {
        var result = live
        for entry in applied {
            result[entry.key] = merge(live[entry.key], entry.value, schema: schema.field(entry.key) ?? DeducedSchema())
        }
        return result
    }

    /// The elements of both lists: those applied in their order, those only live where they stood between the others.
    private static func merge(_ live: [Tree], _ applied: [Tree], _ schema: any MergeSchema) -> [Tree]? {
        guard
            let left = try? ElementSteps(live, schema: schema), left.duplicate == nil,
            let right = try? ElementSteps(applied, schema: schema)
        else { return nil }
        let elementSchema = schema.items ?? DeducedSchema()
        var result: [Tree] = []
        var next = right.steps.startIndex
        func emitApplied() {
            let step = right.steps[next]
            next += 1
            if let element = right.elements[step] {
                result.append(merge(left.elements[step], element, schema: elementSchema))
            }
        }
        func nextShared() -> FieldStep? { right.steps[next...].first { left.elements[$0] != nil } }
        for step in left.steps {
            guard right.elements[step] != nil else {
                if let element = left.elements[step] { result.append(element) }
                continue
            }
            guard nextShared() == step else { continue }
            while right.steps[next] != step { emitApplied() }
            emitApplied()
        }
        while next < right.steps.endIndex { emitApplied() }
        return result
    }

    /// Throws when the applied configuration has elements that cannot be told apart.
    static func validate(
        _ applied: Tree,
        schema: any MergeSchema,
        at path: TreePath
    ) throws(StructuredMerge.Failure) {
        switch applied {
        case .object(let object) where schema.mapKind == .granular:
            for entry in object {
                let field = schema.field(entry.key) ?? DeducedSchema()
                try validate(entry.value, schema: field, at: path.appending(entry.key))
            }
        case .array(let elements) where schema.listKind != .atomic:
            do throws(ElementSteps.Failure) {
                let steps = try ElementSteps(elements, schema: schema)
                if let duplicate = steps.duplicate {
                    let shown = FieldPath([duplicate.step]).description
                    throw ElementSteps.Failure(index: duplicate.index, message: "duplicate entries for key \(shown)")
                }
            } catch {
                throw .invalid(path: path.appending(index: error.index).description, message: error.message)
            }
            let items = schema.items ?? DeducedSchema()
            for (index, element) in elements.enumerated() {
                try validate(element, schema: items, at: path.appending(index: index))
            }
        default: break
        }
    }
}
