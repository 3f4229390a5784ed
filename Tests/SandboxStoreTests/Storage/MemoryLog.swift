internal import DataTree
internal import SandboxStore
internal import Synchronization

/// A log in memory that can break, as a disk can, before or after it wrote.
final class MemoryLog: WriteAheadLog {
    struct Broken: Error {}

    private struct State {
        var snapshot: [LogRecord] = []
        var base: UInt64 = 0
        var records: [LogRecord] = []
        var appends = 0
        var breaksAt: Int?
        var bytes = 0
    }

    private let state: Mutex<State>

    init(breaksAt: Int? = nil) {
        var state = State()
        state.breaksAt = breaksAt
        self.state = Mutex(state)
    }

    /// A log that begins with what survived of this one.
    func reopened() -> MemoryLog {
        let copy = MemoryLog()
        let (snapshot, base, records) = state.withLock { ($0.snapshot, $0.base, $0.records) }
        copy.state.withLock { ($0.snapshot, $0.base, $0.records) = (snapshot, base, records) }
        return copy
    }

    var recordCount: Int { state.withLock { $0.records.count } }
    var bytesSinceSnapshot: Int { state.withLock(\.bytes) }

    func replay(_ body: (LogRecord) -> Void) throws -> UInt64 {
        let (snapshot, base, records) = state.withLock { ($0.snapshot, $0.base, $0.records) }
        for record in snapshot + records { body(record) }
        return base
    }

    func append(_ records: [LogRecord]) throws {
        try state.withLock { state in
            state.appends += 1
            if let breaksAt = state.breaksAt, state.appends >= breaksAt { throw Broken() }
            state.records += records
            state.bytes += 1000 * records.count
        }
    }

    func snapshot(at revision: UInt64, _ records: some Sequence<LogRecord>) throws {
        let all = records.map { record in
            var record = record
            record.isSnapshot = true
            return record
        }
        state.withLock { state in
            state.snapshot = all
            state.base = revision
            state.records = []
            state.bytes = 0
        }
    }
}
