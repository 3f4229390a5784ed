/// Which elements of two lists are the same one: those with equal values under the merge key, or equal ones.
struct ElementIdentity {
    let mergeKey: String?

    func same(_ left: Tree, _ right: Tree) -> Bool {
        guard let mergeKey, left.object != nil else { return left.isEquivalent(to: right) }
        guard let leftKey = left[mergeKey], let rightKey = right[mergeKey] else { return false }
        return leftKey.isEquivalent(to: rightKey)
    }

    private func identity(_ element: Tree) -> Tree {
        guard let mergeKey, element.object != nil else { return element }
        return element[mergeKey] ?? .null
    }

    /// The elements in the order that a patch asks for.
    ///
    /// Those named in `order` come in that order. The others keep the order they have on the server, and stand before an
    /// element of the patch when they stood before it on the server.
    func arrange(_ elements: [Tree], by order: [Tree], server: [Tree]) -> [Tree] {
        let orderPlaces = places(order)
        let serverPlaces = places(server)
        var named: [(place: Int, element: Tree)] = []
        var others: [(place: Int, element: Tree)] = []
        for element in elements {
            let identity = identity(element)
            if let place = orderPlaces[identity] {
                named.append((place, element))
            } else {
                others.append((serverPlaces[identity] ?? .max, element))
            }
        }
        sort(&named)
        sort(&others)
        var result: [Tree] = []
        var rest = others[...]
        for (_, element) in named {
            if let place = serverPlaces[identity(element)] {
                while let other = rest.first, other.place < place {
                    result.append(other.element)
                    rest.removeFirst()
                }
            }
            result.append(element)
        }
        return result + rest.map(\.element)
    }

    private func places(_ list: [Tree]) -> [Tree: Int] {
        var places: [Tree: Int] = [:]
        for (place, element) in list.enumerated() where places[identity(element)] == nil {
            places[identity(element)] = place
        }
        return places
    }

    /// Sorts by place, keeping the order of equal places.
    private func sort(_ list: inout [(place: Int, element: Tree)]) {
        let indexed = list.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
        list = indexed.map(\.element)
    }
}
