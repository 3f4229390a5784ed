internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// When a refused write is sent again.
@Suite struct RefusalMemoryTests {
    static func step(_ text: String = "a", version: String? = nil) -> MeshStep {
        var object = KubeObject(kind: .configMap, key: ObjectKey(namespace: "n", name: "c"))
        object.tree["data"] = ["text": .string(text)]
        object.resourceVersion = version
        return .apply(.init(object: object, cause: .change, takesFields: false, rewritten: []))
    }

    static let failure = StepFailure(id: step().id, error: KubeError(.invalid, "no"))

    /// The seconds at which a write goes out that is refused each time, for an operator that is woken every second.
    static func tries(within seconds: Int, step: (Int) -> MeshStep = { _ in Self.step() }) -> [Int] {
        var (memory, times) = (RefusalMemory(), [Int]())
        for second in 0..<seconds {
            let now = Timestamp.epoch + .seconds(second)
            guard memory.failure(of: step(second), generation: 1, now: now) == nil else { continue }
            times.append(second)
            memory.note([failure], of: [step(second)], generation: 1, now: now)
        }
        return times
    }

    @Test func isMoreAndMoreSeldom() {
        #expect(Self.tries(within: 1_300) == [0, 5, 15, 35, 75, 155, 315, 615, 915, 1_215])
        #expect(Self.tries(within: 3_600).count <= 18)
    }

    @Test func beginsAnewWithOtherContentAndAnotherSpec() {
        var memory = RefusalMemory()
        let start = Timestamp.epoch
        for second in [0, 5, 15] {
            memory.note([Self.failure], of: [Self.step()], generation: 1, now: start + .seconds(second))
        }
        let now = start + .seconds(16)
        #expect(memory.failure(of: Self.step(), generation: 1, now: now) != nil)
        #expect(memory.nextTry(generation: 1) == start + .seconds(35))
        #expect(memory.failure(of: Self.step("b"), generation: 1, now: now) == nil)
        #expect(memory.failure(of: Self.step(version: "7"), generation: 1, now: now) == nil)
        #expect(memory.failure(of: Self.step(), generation: 2, now: now) == nil)
        memory.note([Self.failure], of: [Self.step("b")], generation: 1, now: now)
        #expect(memory.nextTry(generation: 1) == now + .seconds(5))
    }

    @Test func forgetsWhatWasTaken() {
        var memory = RefusalMemory()
        memory.note([Self.failure], of: [Self.step()], generation: 1, now: .epoch)
        memory.note([], of: [Self.step()], generation: 1, now: .epoch + .seconds(5))
        #expect(memory.nextTry(generation: 1) == nil)
        #expect(memory.failure(of: Self.step(), generation: 1, now: .epoch + .seconds(6)) == nil)
    }
}
