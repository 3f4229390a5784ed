package import DataTree

/// Where a field is, in the words of managed fields: list elements are named by their keys, not by their position.
package struct FieldPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The steps from the root.
    package var steps: [FieldStep]

    /// The root.
    package static let root = FieldPlace([])

    /// Makes a place of steps.
    package init(_ steps: [FieldStep]) {
        self.steps = steps
    }

    /// Makes a place of plain fields.
    package init(fields: String...) {
        self.steps = fields.map { .field($0) }
    }

    /// The place one step further down.
    package func appending(_ step: FieldStep) -> FieldPlace { FieldPlace(steps + [step]) }

    /// Whether this is `place` or below it.
    package func isWithin(_ place: FieldPlace) -> Bool { steps.starts(with: place.steps) }

    /// The names of the fields on the way, list elements left out: what rules about kinds of fields look at.
    package var fieldNames: [String] {
        steps.compactMap { step in
            if case .field(let name) = step { name } else { nil }
        }
    }

    /// The place for people: `spec.template.spec.containers[name=discovery].image`.
    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name) where name.contains("."): text += "[\(name)]"
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .key(let keys): text += "[\(Self.text(keys))]"
            case .value(let value): text += "[=\(value.string ?? value.jsonText())]"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// Ordered by text.
    package static func < (left: FieldPlace, right: FieldPlace) -> Bool { left.description < right.description }

    private static func text(_ keys: TreeObject) -> String {
        let pairs = keys.entries.map { "\($0.key)=\($0.value.string ?? $0.value.jsonText())" }
        return pairs.sorted().joined(separator: ",")
    }
}

extension FieldStep {
    /// Whether this step, found in a field set, leads to the list element `element`.
    ///
    /// A key field that the element leaves out counts as holding its default, as `protocol` of a port does.
    package func leads(to element: Tree) -> Bool {
        switch self {
        case .key(let keys):
            keys.entries.allSatisfy { entry in
                guard let value = element[entry.key] else { return true }
                return ValueComparison.areEqual(value, entry.value)
            } && keys.entries.contains { element[$0.key] != nil }
        case .value(let value): ValueComparison.areEqual(value, element)
        case .field, .index: false
        }
    }
}
