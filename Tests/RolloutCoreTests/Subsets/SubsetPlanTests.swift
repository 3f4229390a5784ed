internal import ControllerKit
internal import DataTree
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// Subsets of a DestinationRule, with and without a rollout.
@Suite struct SubsetPlanTests {
    static func subsets(_ yaml: String) throws -> [Tree] { try requireDocument(yaml).array ?? [] }

    static func prepared(
        _ yaml: String,
        slowStart: SlowStart? = nil,
        policy: String? = nil
    ) throws -> (before: [Tree], subsets: [Tree], mark: SubsetMark) {
        let before = try subsets(yaml)
        let result = SubsetPlan(subsets: before, label: "version").prepared(
            ["v1", "v2"],
            canary: "v2",
            slowStart: slowStart,
            policy: try policy.map { try requireDocument($0) },
            mark: SubsetMark()
        )
        return (before, result.subsets, result.mark)
    }

    static func ramp() throws -> SlowStart {
        let text = SampleRollout.spec("slowStart: {window: 90s, aggression: 1.5, minWeightPercent: 5}")
        return try #require(MeshRolloutSpec(decoding: requireDocument(text)).slowStart)
    }

    @Test func addsWhatIsMissingAndTakesItOffAgain() throws {
        let (before, subsets, mark) = try Self.prepared(
            "[{name: old, labels: {version: v1}, trafficPolicy: {tls: {mode: DISABLE}}}]"
        )
        let wanted = try Self.subsets(
            "[{name: old, labels: {version: v1}, trafficPolicy: {tls: {mode: DISABLE}}}, {name: v2, labels: {version: v2}}]"
        )
        #expect(subsets == wanted, "the user's subset of version 1 is used under its own name")
        #expect(SubsetPlan.restored(subsets, mark) == before)
        let read = try #require(SubsetMark(mark.text))
        #expect(SubsetPlan.restored(subsets, read) == before, "also as it is written down")
    }

    @Test func theCanarysEndpointsBeginSlowly() throws {
        for policy in [nil, "{simple: ROUND_ROBIN}", "{simple: LEAST_REQUEST}"] {
            let (before, subsets, mark) = try Self.prepared(
                "[{name: v1, labels: {version: v1}}]",
                slowStart: Self.ramp(),
                policy: policy
            )
            let balancer = subsets[1].value(at: "trafficPolicy", "loadBalancer")
            #expect(balancer?["warmup"] == ["duration": "1m30s", "aggression": 1.5, "minimumPercent": 5.0])
            #expect(balancer?["simple"] == (try policy.map { try requireDocument($0) })?["simple"])
            #expect(subsets[0].value(at: "trafficPolicy") == nil, "the side that serves does not")
            #expect(SubsetPlan.restored(subsets, mark) == before)
        }
    }

    @Test(arguments: [
        "{simple: RANDOM}", "{consistentHash: {useSourceIp: true}}", "{simple: ROUND_ROBIN, warmup: {duration: 9s}}",
    ])
    func whatKnowsNoRampGetsNone(policy: String) throws {
        let (_, subsets, mark) = try Self.prepared("[]", slowStart: Self.ramp(), policy: policy)
        #expect(subsets[1].value(at: "trafficPolicy") == nil)
        #expect(mark.ramp == nil)
    }

    @Test func whatTheUserChangesMeanwhileStays() throws {
        var (_, subsets, mark) = try Self.prepared("[{name: v1, labels: {version: v1}}]", slowStart: Self.ramp())
        subsets[1].set("RANDOM", at: ["trafficPolicy", "loadBalancer", "simple"])
        subsets.append(["name": "mine"])
        let restored = SubsetPlan.restored(subsets, mark)
        #expect(restored.map { $0["name"]?.string } == ["v1", "v2", "mine"])
        #expect(restored[1].value(at: "trafficPolicy", "loadBalancer", "simple") == "RANDOM")
        subsets.removeLast()
        let (_, plain, own) = try Self.prepared("[{name: v1, labels: {version: v1}}]")
        #expect(SubsetPlan.restored(plain, own, keeping: ["v2"]) == plain, "a subset that routes name stays")
    }

    @Test func aNameThatIsTakenIsSaid() throws {
        let plan = SubsetPlan(subsets: try Self.subsets("[{name: v2, labels: {version: other}}]"), label: "version")
        #expect(plan.clash("v2")?.contains("subset v2 has version=other, not v2") == true)
        #expect(plan.clash("v1") == nil)
        #expect(SubsetPlan.name(for: "Release/1.2_RC") == "release-1-2-rc")
        #expect(SubsetPlan.name(for: "///") == "version")
    }
}
