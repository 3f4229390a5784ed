package import DataTree
internal import KubeAPI

/// Compares what was asked for with what the API server made of it.
package enum ValueComparison {
    /// Fields below which values are quantities, so that `1000m` equals `1`.
    private static let quantityFields: Set<String> = [
        "limits", "requests", "sizeLimit", "divisor", "averageValue", "capacity", "hard",
    ]

    /// Whether two scalars or whole values are the same; integers and doubles compare by value.
    package static func areEqual(_ left: Tree, _ right: Tree) -> Bool {
        if left == right { return true }
        guard let first = left.number, let second = right.number else { return false }
        return first == second
    }

    /// Whether `live` holds all that `desired` asks for, at the field `place`.
    ///
    /// Objects may hold more: defaults the API server filled in. Lists must be as long, element by element.
    package static func holds(_ live: Tree?, _ desired: Tree, at place: FieldPlace) -> Bool {
        guard let live else { return isNothing(desired) || isZero(desired) }
        switch (desired, live) {
        case (.object(let wanted), .object(let present)):
            return wanted.entries.allSatisfy {
                holds(present[$0.key], $0.value, at: place.appending(.field($0.key)))
            }
        case (.array(let wanted), .array(let present)):
            return wanted.count == present.count
                && zip(wanted, present).allSatisfy { holds($1, $0, at: place) }
        default:
            return areEqual(desired, live) || areEqualQuantities(desired, live, at: place)
        }
    }

    /// Whether leaving the value out says the same: null and empty lists.
    package static func isNothing(_ value: Tree) -> Bool {
        value.isNull || value.array?.isEmpty == true
    }

    /// Whether the value is one that native kinds leave out when they are stored (Go's `omitempty`).
    private static func isZero(_ value: Tree) -> Bool {
        value.string?.isEmpty == true || value.bool == false || value.number == 0
    }

    private static func areEqualQuantities(_ left: Tree, _ right: Tree, at place: FieldPlace) -> Bool {
        guard place.fieldNames.contains(where: quantityFields.contains),
            let first = Quantity(left), let second = Quantity(right)
        else { return false }
        return first == second
    }
}

extension Tree {
    /// The tree without nulls, empty lists and what they leave empty in `metadata`: the form in which it is applied.
    ///
    /// The API server drops those, so that owning them would look like a difference for ever. Empty objects stay, since
    /// `emptyDir: {}` and an empty selector mean something.
    package func strippedForApply() -> Tree {
        switch self {
        case .object(let object):
            var result = TreeObject()
            for entry in object.entries where !ValueComparison.isNothing(entry.value) {
                result[entry.key] = entry.value.strippedForApply()
            }
            return .object(result)
        case .array(let items): return .array(items.map { $0.strippedForApply() })
        default: return self
        }
    }
}
