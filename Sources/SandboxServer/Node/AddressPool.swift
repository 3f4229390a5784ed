internal import Synchronization

/// Hands out IPv4 addresses of a range, each to one holder at a time.
final class AddressPool: Sendable {
    private struct State {
        var byHolder: [String: UInt32] = [:]
        var taken: Set<UInt32> = []
        var next: UInt32
    }

    private let range: ClosedRange<UInt32>
    private let state: Mutex<State>

    /// Makes a pool of the addresses from `first`, written in dots, on.
    init(first: String, count: UInt32) {
        let start = Self.number(first) ?? 0
        self.range = start...(start &+ max(1, count) &- 1 < start ? UInt32.max : start &+ max(1, count) &- 1)
        self.state = Mutex(State(next: start))
    }

    /// The address of `holder`, a free one if it has none yet; nil when all are taken.
    func address(for holder: String) -> String? {
        state.withLock { state in
            if let own = state.byHolder[holder] { return Self.text(own) }
            guard state.taken.count < range.count else { return nil }
            while state.taken.contains(state.next) { state.next = after(state.next) }
            let found = state.next
            state.next = after(found)
            state.taken.insert(found)
            state.byHolder[holder] = found
            return Self.text(found)
        }
    }

    /// Notes that `holder` has `address` already; others are left what they have.
    func keep(_ address: String, for holder: String) {
        guard let number = Self.number(address), range.contains(number) else { return }
        state.withLock { state in
            guard state.byHolder[holder] == nil, state.taken.insert(number).inserted else { return }
            state.byHolder[holder] = number
        }
    }

    /// Takes back the address of `holder`.
    func release(_ holder: String) {
        state.withLock { state in
            guard let number = state.byHolder.removeValue(forKey: holder) else { return }
            state.taken.remove(number)
        }
    }

    private func after(_ number: UInt32) -> UInt32 { number == range.upperBound ? range.lowerBound : number + 1 }

    private static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func text(_ number: UInt32) -> String {
        [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
    }
}
