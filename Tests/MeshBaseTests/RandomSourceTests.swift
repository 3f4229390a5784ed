internal import MeshBase
internal import MeshTestKit
internal import Testing

struct RandomSourceTests {
    @Test func repeatsFromItsSeed() {
        let (one, two) = (RandomSource.seeded(7), RandomSource.seeded(7))
        #expect((0..<50).map { _ in one.next() } == (0..<50).map { _ in two.next() })
        #expect(RandomSource.seeded(8).next() != RandomSource.seeded(7).next())
    }

    @Test func copiesShareOneStream() {
        let source = RandomSource.seeded(7)
        let copy = source
        let expected = RandomSource.seeded(7)
        #expect([source.next(), copy.next()] == [expected.next(), expected.next()])
    }

    @Test(arguments: propertySeeds(50))
    func staysWithinItsRanges(seed: UInt64) {
        var source = RandomSource.seeded(seed)
        for _ in 0..<100 { #expect((0..<1).contains(source.unit()), "seed \(seed)") }
        #expect((3..<9).contains(Int.random(in: 3..<9, using: &source)))
        #expect(source.bytes(13).count == 13 && source.bytes(0).isEmpty && source.bytes(-1).isEmpty)
    }

    @Test func theSystemGivesDifferentNumbers() {
        #expect(RandomSource.system.bytes(16) != RandomSource.system.bytes(16))
    }
}
