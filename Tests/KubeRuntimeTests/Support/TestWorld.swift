internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import MeshTestKit
internal import Synchronization

/// An environment on a virtual clock.
func testEnvironment(_ clock: VirtualClock, seed: UInt64 = 1) -> RuntimeEnvironment {
    var logger = Logger(label: "test")
    logger.logLevel = environmentValue("MESH_TEST_LOG") == nil ? .critical : .trace
    return RuntimeEnvironment(
        clock: clock,
        wall: clock.wallClock(),
        random: .seeded(seed),
        logger: logger
    )
}

/// A pod with the metadata that stores look at.
func pod(
    _ name: String,
    version: Int,
    uid: String? = nil,
    namespace: String = "shop",
    labels: [String: String] = [:],
    generation: Int64? = nil
) -> KubeObject {
    var object = KubeObject(
        kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"),
        key: ObjectKey(namespace: namespace, name: name),
        labels: labels
    )
    object.tree.set(.string(uid ?? "uid-\(name)"), at: ["metadata", "uid"])
    object.resourceVersion = String(version)
    if let generation { object.tree.set(.integer(generation), at: ["metadata", "generation"]) }
    return object
}

/// Values collected from several tasks, in order of arrival.
final class Record<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }
    var count: Int { all.count }
    var last: Element? { all.last }

    func append(_ element: Element) {
        elements.withLock { $0.append(element) }
    }

    /// Everything so far, which is then forgotten.
    func take() -> [Element] {
        elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }
}

/// A value that several tasks change.
final class Cell<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) {
        state = Mutex(value)
    }

    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        state.withLock { body(&$0) }
    }
}

/// Runs `background` while `body` runs, and cancels it afterwards.
func withBackground<Result: Sendable>(
    _ background: @escaping @Sendable () async throws -> Void,
    _ body: () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await background() }
        let result = try await body()
        group.cancelAll()
        while let outcome = await group.nextResult() {
            if case .failure(let error) = outcome, !(error is CancellationError) { throw error }
        }
        return result
    }
}

extension StoreChanges {
    static func == (left: StoreChanges, right: [StoreChange]) -> Bool { Array(left) == right }
}
