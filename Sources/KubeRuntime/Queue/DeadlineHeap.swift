/// Elements ordered by deadline, and by arrival where deadlines are equal.
struct DeadlineHeap<Element: Sendable>: Sendable {
    struct Node: Sendable {
        let deadline: Duration
        let ticket: UInt64
        let element: Element

        func precedes(_ other: Node) -> Bool {
            (deadline, ticket) < (other.deadline, other.ticket)
        }
    }

    private var nodes: [Node] = []

    var count: Int { nodes.count }
    var first: Node? { nodes.first }

    mutating func push(_ node: Node) {
        nodes.append(node)
        var child = nodes.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard nodes[child].precedes(nodes[parent]) else { return }
            nodes.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> Node? {
        guard let first = nodes.first else { return nil }
        let last = nodes.removeLast()
        if !nodes.isEmpty {
            nodes[0] = last
            siftDown()
        }
        return first
    }

    mutating func removeAll(where isRemoved: (Node) -> Bool) {
        let kept = nodes.filter { !isRemoved($0) }
        nodes.removeAll(keepingCapacity: true)
        for node in kept { push(node) }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            let left = parent * 2 + 1
            guard left < nodes.count else { return }
            let right = left + 1
            let least = right < nodes.count && nodes[right].precedes(nodes[left]) ? right : left
            guard nodes[least].precedes(nodes[parent]) else { return }
            nodes.swapAt(least, parent)
            parent = least
        }
    }
}
