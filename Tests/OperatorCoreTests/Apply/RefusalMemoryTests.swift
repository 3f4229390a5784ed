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

    static let denied = StepFailure(id: step().id, error: KubeError(.forbidden, "exceeded quota: q"))

    @Test("What is forbidden is sent again soon, then once a minute, whatever version the object has by then")
    func isForbidden() {
        var memory = RefusalMemory()
        var times: [Int] = []
        for second in 0..<250 {
            let (step, now) = (Self.step(version: "\(second)"), Timestamp.epoch + .seconds(second))
            guard memory.failure(of: step, generation: 1, now: now) == nil else { continue }
            times.append(second)
            memory.note([Self.denied], of: [step], generation: 1, now: now)
        }
        #expect(times == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
        let now = Timestamp.epoch + .seconds(244)
        #expect(memory.failure(of: Self.step("b"), generation: 1, now: now) == nil)
        #expect(memory.failure(of: Self.step(), generation: 2, now: now) == nil)
    }

    @Test("Other content begins anew, and so does a write that was taken in between", arguments: [true, false])
    func isForbiddenAnew(_ isTaken: Bool) {
        var memory = RefusalMemory()
        for second in [0, 1, 3, 7] {
            memory.note([Self.denied], of: [Self.step()], generation: 1, now: .epoch + .seconds(second))
        }
        #expect(memory.nextTry(generation: 1) == .epoch + .seconds(15))
        if isTaken { memory.note([], of: [Self.step()], generation: 1, now: .epoch + .seconds(15)) }
        memory.note([Self.denied], of: [Self.step(isTaken ? "a" : "b")], generation: 1, now: .epoch + .seconds(16))
        #expect(memory.nextTry(generation: 1) == .epoch + .seconds(17))
    }

    @Test("The end of a namespace that is going away is waited for, not the clock")
    func isTerminating() {
        var memory = RefusalMemory()
        let why = "unable to create new content in namespace n because it is being terminated"
        let denied = StepFailure(id: Self.step().id, error: KubeError(.forbidden, why))
        memory.note([denied], of: [Self.step()], generation: 1, now: .epoch)
        #expect(memory.failure(of: Self.step(), generation: 1, now: .epoch + .seconds(1)) == nil)
    }

    @Test func forgetsWhatWasTaken() {
        var memory = RefusalMemory()
        memory.note([Self.failure], of: [Self.step()], generation: 1, now: .epoch)
        memory.note([], of: [Self.step()], generation: 1, now: .epoch + .seconds(5))
        #expect(memory.nextTry(generation: 1) == nil)
        #expect(memory.failure(of: Self.step(), generation: 1, now: .epoch + .seconds(6)) == nil)
    }
}
