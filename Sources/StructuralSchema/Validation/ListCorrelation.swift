internal import DataTree

/// Finds the old element that a new element of an identified list replaces.
struct ListCorrelation {
    private var elements: [[Tree?]: Tree] = [:]
    private var keys: [String] = []

    /// Prepares for lists of `type`; only lists of type `map` have counterparts.
    init(_ old: [Tree]?, _ type: SchemaFacts.ListType?) {
        guard let old, case .map(let keys) = type else { return }
        self.keys = keys
        for element in old { elements[keys.map { element[$0] }] = element }
    }

    /// The old element with the same keys, nil where there is none.
    func counterpart(of element: Tree) -> Tree? {
        elements.isEmpty ? nil : elements[keys.map { element[$0] }]
    }
}
