package import DataTree

extension Tree {
    /// The value at a place whose list elements are named by key, nil where a step leads nowhere.
    package func value(at place: FieldPlace) -> Tree? {
        var current = self
        for step in place.steps {
            guard let next = current.child(step) else { return nil }
            current = next
        }
        return current
    }

    /// The tree without the value at `place`, and without objects that this leaves empty; unchanged where there is none.
    package func removing(_ place: FieldPlace) -> Tree {
        removing(place.steps[...])
    }

    /// The tree with another value at `place`; unchanged where there is none.
    package func replacing(_ place: FieldPlace, with value: Tree) -> Tree {
        replacing(place.steps[...], with: value)
    }

    private func replacing(_ steps: ArraySlice<FieldStep>, with value: Tree) -> Tree {
        guard let first = steps.first else { return value }
        let rest = steps.dropFirst()
        switch self {
        case .object(var object):
            guard case .field(let name) = first, let child = object[name] else { return self }
            object[name] = child.replacing(rest, with: value)
            return .object(object)
        case .array(var items):
            guard let index = Self.position(of: first, in: items) else { return self }
            items[index] = items[index].replacing(rest, with: value)
            return .array(items)
        default: return self
        }
    }

    private func removing(_ steps: ArraySlice<FieldStep>) -> Tree {
        guard let first = steps.first else { return self }
        let rest = steps.dropFirst()
        switch self {
        case .object(var object):
            guard case .field(let name) = first, let child = object[name] else { return self }
            let rested = child.removing(rest)
            let isEmptied = rested.object?.isEmpty == true && child.object?.isEmpty == false
            if rest.isEmpty || isEmptied {
                object[name] = Tree?.none
            } else {
                object[name] = rested
            }
            return .object(object)
        case .array(var items):
            guard let index = Self.position(of: first, in: items) else { return self }
            if rest.isEmpty { items.remove(at: index) } else { items[index] = items[index].removing(rest) }
            return .array(items)
        default: return self
        }
    }

    private func child(_ step: FieldStep) -> Tree? {
        switch self {
        case .object(let object):
            if case .field(let name) = step { object[name] } else { nil }
        case .array(let items): Self.position(of: step, in: items).map { items[$0] }
        default: nil
        }
    }

    private static func position(of step: FieldStep, in items: [Tree]) -> Int? {
        if case .index(let index) = step { return items.indices.contains(index) ? index : nil }
        return items.firstIndex(where: step.leads)
    }
}
