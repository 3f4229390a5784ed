/// One level of a schema: what values it accepts, which fields they have, how they merge and what defaults they take.
///
/// Nodes are immutable and shared: the pod template of a Deployment and of a Job is one node.
package final class SchemaNode: Sendable {
    /// What the level states.
    package let facts: SchemaFacts
    /// Whether a field, an element or anything below them has a default.
    let hasDefaultsBelow: Bool
    private let positions: [String: Int]

    /// Makes a node.
    package init(_ facts: SchemaFacts) {
        self.facts = facts
        var positions = [String: Int](minimumCapacity: facts.properties.count)
        for (index, property) in facts.properties.enumerated() { positions[property.name] = index }
        self.positions = positions
        var children = facts.properties.map(\.schema)
        if let items = facts.items { children.append(items) }
        if case .schema(let node) = facts.additional { children.append(node) }
        self.hasDefaultsBelow = children.contains { $0.hasDefaultsBelow || $0.facts.defaultValue != nil }
    }

    /// A node that accepts and keeps anything.
    package static let anything: SchemaNode = {
        var facts = SchemaFacts()
        facts.extensions.preservesUnknownFields = true
        return SchemaNode(facts)
    }()

    /// The schema of a named field; nil where the field is not named, even if additional properties are allowed.
    package func property(_ name: String) -> SchemaNode? {
        positions[name].map { facts.properties[$0].schema }
    }

    /// The schema of the value under `key`: a named field, else the schema of additional properties.
    ///
    /// Nil where the key is unknown, or known to be free of schema.
    package func child(_ key: String) -> SchemaNode? {
        if let named = property(key) { return named }
        if case .schema(let node) = facts.additional { return node }
        return nil
    }

    /// Whether a value under `key` belongs to the schema.
    package func accepts(key: String) -> Bool {
        if positions[key] != nil { return true }
        if case .none = facts.additional { return facts.extensions.preservesUnknownFields }
        return true
    }
}
