internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

@Suite struct ContestMarkTests {
    static let now = Timestamp(seconds: 1_790_000_000)

    static func mark(_ text: String) -> ContestMark {
        var object = KubeObject(kind: .configMap, key: ObjectKey(name: "c"))
        object.annotations = [ContestMark.annotation: text]
        return ContestMark(object)
    }

    @Test func survivesAsText() throws {
        var mark = Self.mark("")
        #expect(mark.text == nil)
        mark.renew("kubectl edit", now: Self.now)
        mark.renew("addon", now: Self.now.advanced(by: .seconds(1)))
        let text = try #require(mark.text)
        #expect(Self.mark(text) == mark)
        #expect(text.split(separator: "\n").map { $0.hasSuffix(" addon") } == [true, false])
    }

    @Test func asksForAMinuteBetweenRepairsOfItsManagerOnly() {
        var mark = Self.mark("")
        mark.renew("addon", now: Self.now)
        let next = Self.now.advanced(by: .seconds(60))
        #expect(mark.verdict("addon", now: Self.now.advanced(by: .seconds(59))) == .wait(until: next))
        #expect(mark.verdict("addon", now: next) == .repair)
        #expect(mark.verdict("other", now: Self.now) == .repair)
    }

    @Test func endsAfterTenMinutes() {
        var mark = Self.mark("")
        mark.renew("addon", now: Self.now)
        let last = Self.now.advanced(by: .seconds(599))
        #expect(mark.isOpen("addon", now: last))
        mark.expire(now: last.advanced(by: .seconds(1)))
        #expect(mark.text == nil)
    }

    @Test(arguments: ["", "x", "yesterday addon", "2026-09-21T14:13:20Z", "\n\n", "2999-01-01T00:00:00Z addon"])
    func takesNothingFromWhatIsNoMark(_ text: String) {
        #expect(Self.mark(text).verdict("addon", now: Self.now) == .repair)
    }
}
