internal import DataTree
internal import ManifestRendering
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import UpgradePlanning

/// Generated catalogues and situations: whatever is planned is allowed, ends where it should, and is planned again alike.
struct HopPlannerPropertyTests {
    private struct Draw {
        var catalogue: VersionCatalogue
        var situation: HopSituation
        var rules: HopRules
        var wanted: String
    }

    private static func draw(_ random: inout SeededRandom) throws -> Draw {
        var text = "defaultVersion: 1.20.0\nminors:\n"
        var all: [String] = []
        let count = 3 + random.int(below: 6)
        for minor in 20..<20 + count {
            var versions = (0...random.int(below: 4)).map { "1.\(minor).\($0)" }
            if random.oneIn(5) { versions += ["1.\(minor).9-rc.\(random.int(below: 12))"] }
            if minor > 20, random.oneIn(12) { versions = ["1.\(minor).0-beta.1"] }
            let first = 25 + minor - 20
            let kubernetes = (first..<first + 4).map { "\"1.\($0)\"" }.joined(separator: ", ")
            let end = random.oneIn(3) ? "endOfLife: \"2026-01-01\", " : ""
            let names = versions.map { "\"\($0)\"" }.joined(separator: ", ")
            text += "  \"1.\(minor)\": {\(end)kubernetes: [\(kubernetes)], versions: [\(names)]}\n"
            all += versions
        }
        let catalogue = try VersionCatalogue(reading: try #require(YAML.documents(text).first))
        var situation = HopSituation(day: "2026-06-01")
        if !random.oneIn(8) { situation.running = [random.pick(all)] }
        if random.oneIn(4), !situation.running.isEmpty {
            let underWay = random.pick(all)
            situation.underWay = underWay
            situation.running.append(underWay)
        }
        if random.oneIn(3) { situation.justLeft = random.pick(all) }
        if random.oneIn(2) { situation.kubernetes = "v1.\(25 + random.int(below: 9)).0" }
        var rules = HopRules()
        rules.maxMinorHop = 1 + random.int(below: 2)
        if random.oneIn(5) { rules.strategy = .inPlace }
        if random.oneIn(2) { rules.acceptances.insert(.endOfLife) }
        if random.oneIn(2) { rules.acceptances.insert(.kubernetes) }
        return Draw(catalogue: catalogue, situation: situation, rules: rules, wanted: random.pick(all))
    }

    @Test("Every hop is allowed, none skips a minor, the last is the target", arguments: propertySeeds(3_000))
    func allowed(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let draw = try Self.draw(&random)
        let planner = HopPlanner(catalogue: draw.catalogue, situation: draw.situation, rules: draw.rules)
        let decision = planner.decide(draw.wanted)
        var shuffled = draw.situation
        shuffled.running = (shuffled.running + shuffled.running).reversed()
        let again = HopPlanner(catalogue: draw.catalogue, situation: shuffled, rules: draw.rules).decide(draw.wanted)
        #expect(again == decision, "seed \(seed)")
        guard let plan = decision.plan else {
            let refusal = try #require(decision.refusal)
            #expect(!refusal.problem.isEmpty && !refusal.remedy.isEmpty, "seed \(seed)")
            return
        }
        if plan.hops.isEmpty {
            #expect([.install, .settled, .rollback].contains(plan.direction), "seed \(seed)")
            if plan.direction == .install { #expect(draw.situation.running.isEmpty, "seed \(seed)") }
            return
        }
        #expect(plan.versions.last == draw.wanted, "seed \(seed)")
        #expect(plan.hops.first?.from == plan.from, "seed \(seed)")
        for (index, hop) in plan.hops.enumerated() { try check(hop, at: index, of: plan, draw, seed) }
    }

    private func check(_ hop: HopPlan.Hop, at index: Int, of plan: HopPlan, _ draw: Draw, _ seed: UInt64) throws {
        let entry = try #require(draw.catalogue.entry(hop.to), "seed \(seed)")
        let (from, to) = (try #require(MeshVersion(hop.from)), entry.version)
        if index > 0 { #expect(plan.hops[index - 1].to == hop.from, "seed \(seed)") }
        #expect(from != to && from.major == to.major, "seed \(seed)")
        switch plan.direction {
        case .forward:
            let most = draw.rules.strategy == .inPlace ? 1 : draw.rules.maxMinorHop
            // A hop that is under way began under whatever rules held then.
            if hop.to != draw.situation.underWay { #expect(to.minor - from.minor <= most, "seed \(seed)") }
            #expect(from < to, "seed \(seed)")
        case .patchBack: #expect(to < from && to.minor == from.minor && plan.hops.count == 1, "seed \(seed)")
        case .rollback:
            #expect(to.minor < from.minor && plan.hops.count == 1, "seed \(seed)")
            let left = draw.situation.justLeft.flatMap { MeshVersion($0) }
            let isLastHop = left?.minor == to.minor && from.minor - to.minor <= 2
            #expect(isLastHop || hop.to == draw.situation.underWay, "seed \(seed)")
        case .install, .settled: Issue.record("seed \(seed): hops without a direction")
        }
        let isStop = index < plan.hops.count - 1 && hop.to != draw.situation.underWay
        if isStop {
            let newer = draw.catalogue.entries.contains {
                $0.version.minorText == to.minorText && $0.version > to && $0.version.suffix.isEmpty
            }
            #expect(!newer && to.suffix.isEmpty, "seed \(seed)")
        }
        if let kubernetes = draw.situation.kubernetes, plan.direction != .rollback,
            !draw.rules.acceptances.contains(.kubernetes)
        {
            #expect(draw.catalogue.supports(entry, kubernetes: kubernetes), "seed \(seed)")
        }
    }
}
