internal import FieldOwnership
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

@Suite struct RewriteHistoryTests {
    static let contest = RewriteHistory.Contest(
        id: ResourceID(group: "apps", kind: "Deployment", key: ObjectKey(namespace: "n", name: "d")),
        place: FieldPlace(fields: "spec", "replicas"),
        manager: "addon"
    )

    /// Plays a rewriter that undoes each repair at once, for an hour of seconds.
    @Test func writesAtMostOncePerMinuteInALongFight() {
        var history = RewriteHistory()
        var repairs: [Int64] = []
        for second in 0..<3_600 as Range<Int64> {
            let now = Timestamp(seconds: second)
            if history.verdict(Self.contest, now: now) == .repair {
                history.record(Self.contest, now: now)
                repairs.append(second)
            }
        }
        #expect(Array(repairs.prefix(4)) == [0, 1, 2, 62])
        #expect(zip(repairs.dropFirst(2), repairs.dropFirst(3)).allSatisfy { $1 - $0 >= 60 })
    }

    @Test func forgetsAFightThatIsOver() {
        var history = RewriteHistory()
        for second in 0..<3 as Range<Int64> { history.record(Self.contest, now: Timestamp(seconds: second)) }
        #expect(history.contests(now: Timestamp(seconds: 3)).open == [Self.contest])
        #expect(history.contests(now: Timestamp(seconds: 3)).until == Timestamp(seconds: 600))
        #expect(history.contests(now: Timestamp(seconds: 600)).open.isEmpty)
        history.expire(now: Timestamp(seconds: 700))
        #expect(history.verdict(Self.contest, now: Timestamp(seconds: 700)) == .repair)
    }
}
