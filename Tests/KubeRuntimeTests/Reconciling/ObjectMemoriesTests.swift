internal import KubeAPI
internal import KubeRuntime
internal import Testing

@Suite struct ObjectMemoriesTests {
    @Test("An object is remembered until it goes, and not taken for the next one of its name")
    func lives() throws {
        let memories = ObjectMemories { 10 }
        let (first, second) = (pod("a", version: 1, uid: "1"), pod("a", version: 9, uid: "2"))
        let other = pod("b", version: 2, uid: "3")
        #expect(memories.of(first) == 10)
        memories.update(first) { $0 += 1 }
        memories.update(first) { $0 += 1 }
        memories.update(other) { $0 = 0 }
        #expect(memories.of(first) == 12 && memories.of(second) == 10)
        #expect(memories.keys { $0 > 0 } == [first.key])
        memories.update(second) { $0 += 1 }
        #expect(memories.of(second) == 11 && memories.of(first) == 10)
        memories.forget(second.key)
        #expect(memories.of(second) == 10 && memories.of(other) == 0)
        #expect(memories.keys { _ in true } == [other.key])
    }
}
