internal import Synchronization

/// The keys that many packed trees have in common, each stored once.
///
/// Only ever grows, up to a limit; trees with keys beyond it carry them along. Shared by one ``TreePacker`` and all who unpack.
public final class PackedKeys: Sendable {
    private struct State {
        var keys: [String] = []
        var numbers: [String: Int] = [:]
    }

    private static let limit = 4_096
    private let state = Mutex(State())

    /// Makes a table without keys.
    public init() {}

    /// The number of `key`, which is added if there is room; nil when there is none.
    func number(of key: String) -> Int? {
        state.withLock { state in
            if let number = state.numbers[key] {
                // Equal strings may differ in their bytes; only the very same ones are shared.
                return state.keys[number].utf8.elementsEqual(key.utf8) ? number : nil
            }
            guard state.keys.count < Self.limit else { return nil }
            state.keys.append(key)
            state.numbers[key] = state.keys.count - 1
            return state.keys.count - 1
        }
    }

    /// All keys by their numbers.
    var all: [String] { state.withLock { $0.keys } }
}
