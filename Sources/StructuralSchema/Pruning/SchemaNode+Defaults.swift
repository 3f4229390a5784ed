package import DataTree

extension SchemaNode {
    /// Gives absent fields the defaults of the schema, and nulls in fields that are not nullable.
    ///
    /// Defaults of a field take part only where the object that holds it is present or was itself defaulted, as in a
    /// custom resource.
    package func applyDefaults(_ value: inout Tree) { applyDefaults(&value, depth: 0) }

    private func applyDefaults(_ value: inout Tree, depth: Int) {
        guard depth < Self.maximumDepth else { return }
        switch value {
        case .array(var elements):
            guard let items = facts.items, items.hasDefaultsBelow || items.facts.defaultValue != nil else { return }
            value = .null
            for index in elements.indices {
                items.fillNull(&elements[index])
                items.applyDefaults(&elements[index], depth: depth + 1)
            }
            value = .array(elements)
        case .object(var object):
            guard hasDefaultsBelow else { return }
            value = .null
            for property in facts.properties {
                guard let fallback = property.schema.facts.defaultValue else { continue }
                let present = object[property.name]
                if present == nil || (present?.isNull == true && !property.schema.facts.isNullable) {
                    object[property.name] = fallback
                }
            }
            for position in object.entries.indices {
                guard let child = child(object.entries[position].key) else { continue }
                object.update(at: position) { field in
                    child.fillNull(&field)
                    child.applyDefaults(&field, depth: depth + 1)
                }
            }
            value = .object(object)
        default: return
        }
    }

    private func fillNull(_ value: inout Tree) {
        if value.isNull, !facts.isNullable, let fallback = facts.defaultValue { value = fallback }
    }
}
