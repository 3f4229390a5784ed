package import DataTree

/// The lists of routes of a VirtualService.
package struct RouteLists: Sendable, Hashable {
    /// One of the lists.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Requests.
        case http
        /// Connections by server name.
        case tls
        /// Connections.
        case tcp
    }

    /// The lists that are there.
    package var lists: [Kind: [Tree]] = [:]

    /// Reads the `spec` of a VirtualService.
    package init(spec: Tree?) {
        for kind in Kind.allCases {
            if let list = spec?[kind.rawValue]?.array { lists[kind] = list }
        }
    }

    /// The routes of a list, none where it is not there.
    package subscript(kind: Kind) -> [Tree] { lists[kind] ?? [] }

    /// The lists as fields of a spec.
    package var tree: Tree {
        var tree: Tree = [:]
        for kind in Kind.allCases { tree[kind.rawValue] = lists[kind].map { .array($0) } }
        return tree
    }

    /// The delegates that http routes name.
    func delegates(namespace: String) -> [(namespace: String, name: String)] {
        self[.http].compactMap { route in
            guard let name = route["delegate"]?["name"]?.string, !name.isEmpty else { return nil }
            let other = route["delegate"]?["namespace"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            return (other ?? namespace, name)
        }
    }

    /// The entries of the routes that lead to a delegate, an empty one where such a route takes all requests.
    func matches(leadingTo delegate: (namespace: String, name: String), namespace: String) -> [Tree] {
        self[.http].flatMap { route -> [Tree] in
            let other = route["delegate"]?["namespace"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            guard route["delegate"]?["name"]?.string == delegate.name, other ?? namespace == delegate.namespace else {
                return []
            }
            let match = route["match"]?.array ?? []
            return match.isEmpty ? [[:]] : match
        }
    }

    /// The subsets that routes name.
    var subsets: Set<String> {
        var result: Set<String> = []
        for rule in Kind.allCases.flatMap({ self[$0] }) {
            let own = (rule["route"]?.array ?? []) + (rule["mirrors"]?.array ?? [])
            let names = own.map { $0["destination"]?["subset"]?.string } + [rule["mirror"]?["subset"]?.string]
            result.formUnion(names.compactMap(\.self))
        }
        return result
    }
}
