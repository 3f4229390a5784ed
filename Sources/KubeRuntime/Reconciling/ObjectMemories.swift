package import KubeAPI
internal import Synchronization

/// What a reconciler remembers of each of its objects between reconciles, begun anew when another object takes a name.
///
/// It is for what costs little to lose: everything that decides is read from the cluster. One object is to be reconciled by one
/// task at a time, as a ``Controller`` sees to.
package final class ObjectMemories<Memory: Sendable>: Sendable {
    private struct Entry {
        var uid: String?
        var memory: Memory
    }

    private let blank: @Sendable () -> Memory
    private let all = Mutex<[ObjectKey: Entry]>([:])

    /// Remembers nothing yet; `blank` is what is known of an object at first.
    package init(_ blank: @escaping @Sendable () -> Memory) { self.blank = blank }

    /// What is remembered of `object`; nothing where it was about another one of its name, which has another uid.
    package func of(_ object: KubeObject) -> Memory {
        let entry = all.withLock { $0[object.key] }
        guard let entry, entry.uid == object.uid else { return blank() }
        return entry.memory
    }

    /// Changes what is remembered of `object`.
    package func update(_ object: KubeObject, _ change: (inout Memory) -> Void) {
        var memory = of(object)
        change(&memory)
        let entry = Entry(uid: object.uid, memory: memory)
        all.withLock { $0[object.key] = entry }
    }

    /// Forgets the object of a name, since it is gone.
    package func forget(_ key: ObjectKey) { all.withLock { $0[key] = nil } }

    /// The objects of whose memory `condition` holds, sorted.
    package func keys(where condition: (Memory) -> Bool) -> [ObjectKey] {
        let copy = all.withLock(\.self)
        return copy.filter { condition($0.value.memory) }.map(\.key).sorted()
    }
}
