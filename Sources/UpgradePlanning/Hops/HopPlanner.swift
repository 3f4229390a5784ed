package import ManifestRendering
internal import MeshAPI

/// Plans the way from what runs to the version asked for: a function of versions, rules and the day.
///
/// - A way up covers at most ``HopRules/maxMinorHop`` minors per hop, through the newest release of each minor on the way, and
///   ends at exactly the version asked for. Pre-releases are targets when named, never a stop on the way.
/// - A change of patch is one hop, in either direction.
/// - A way down to another minor exists only as the return of a hop: of the one under way, or of the last one while its
///   rollback window is open.
/// - A version whose fixes have ended is passed through, and refused as a target, unless accepted, unless it is a newer patch of
///   the minor that runs, and unless it is where a hop returns to. In place, where each hop is asked for by hand, it may be the
///   target of a way up as well.
/// - Every hop must be run by upstream on the cluster's Kubernetes version, unless accepted.
///
/// While a hop is under way ``HopSituation/running`` holds both of its versions and ``HopSituation/underWay`` the newer one. The
/// plan then starts with that hop as long as it lies on the way, and otherwise at the version it left: that is how a change of
/// mind in the middle is planned.
package struct HopPlanner: Sendable {
    /// The versions there are.
    package let catalogue: VersionCatalogue
    /// What runs.
    package let situation: HopSituation
    /// What the user allows.
    package let rules: HopRules

    /// Makes a planner.
    package init(catalogue: VersionCatalogue, situation: HopSituation, rules: HopRules = HopRules()) {
        self.catalogue = catalogue
        self.situation = situation
        self.rules = rules
    }

    /// The way to `wanted`, a version as `spec.version` names it.
    package func decide(_ wanted: String) -> HopDecision {
        guard let target = catalogue.entry(wanted) else { return .refused(unknown(wanted)) }
        var running: [MeshVersion] = []
        for text in Set(situation.running).sorted() {
            guard let version = MeshVersion(text) else { return .refused(unreadable(text)) }
            running.append(version)
        }
        let underWay = situation.underWay.flatMap { MeshVersion($0) }
        guard let base = running.filter({ $0 != underWay }).min() ?? running.min() else {
            return finish(HopPlan(direction: .install, to: wanted), target)
        }
        let versions: [MeshVersion]
        switch way(from: base, to: target.version, underWay: underWay) {
        case .success(let found): versions = found
        case .failure(let why): return .refused(why.refusal)
        }
        var plan = HopPlan(direction: direction(base, target.version, versions, underWay), to: wanted)
        plan.from = base.description
        var from = base
        for version in versions {
            plan.hops.append(HopPlan.Hop(from: from.description, to: version.description))
            from = version
        }
        return finish(plan, target)
    }

    // MARK: The way

    /// How many minors a hop covers at most, whatever is allowed.
    private static let widest = 2

    /// A refusal as `Result` wants it.
    private struct Obstacle: Error {
        let refusal: HopRefusal
    }

    /// The version of an earlier minor that the last hop came from; nil where there is no such way back.
    private func wayBack(from base: MeshVersion) -> MeshVersion? {
        guard let left = situation.justLeft.flatMap({ MeshVersion($0) }), left.major == base.major,
            (1...Self.widest).contains(base.minor - left.minor)
        else { return nil }
        return left
    }

    private func way(
        from base: MeshVersion,
        to target: MeshVersion,
        underWay: MeshVersion?
    ) -> Result<[MeshVersion], Obstacle> {
        if base == target { return .success([]) }
        guard base.major == target.major else {
            return .failure(Obstacle(refusal: otherMajor(target, base)))
        }
        if target.minor < base.minor {
            let isReturn = wayBack(from: base)?.minorText == target.minorText || underWay == target
            return isReturn ? .success([target]) : .failure(Obstacle(refusal: downgrade(target, base)))
        }
        if let underWay, underWay.minor > base.minor, underWay.minor < target.minor || underWay == target,
            underWay.major == base.major
        {
            return steps(from: underWay, to: target).map { [underWay] + $0 }
        }
        return steps(from: base, to: target)
    }

    /// The versions after `from`, up to and with `target`, which is of the same major and not of an earlier minor.
    private func steps(from: MeshVersion, to target: MeshVersion) -> Result<[MeshVersion], Obstacle> {
        if from == target { return .success([]) }
        if from.minor == target.minor { return .success([target]) }
        let most = min(max(rules.maxMinorHop, 1), Self.widest)
        if rules.strategy == .inPlace, target.minor - from.minor > 1 {
            return .failure(Obstacle(refusal: inPlaceSkip(target, from)))
        }
        var found: [MeshVersion] = []
        var minor = from.minor
        while target.minor - minor > most {
            guard let stop = (1...most).reversed().compactMap({ newest(of: target.major, minor + $0) }).first else {
                return .failure(Obstacle(refusal: gap(target, from, missing: "\(target.major).\(minor + 1)")))
            }
            found.append(stop)
            minor = stop.minor
        }
        found.append(target)
        for (last, next) in zip([from] + found, found) where !leads(last, to: next) {
            return .failure(Obstacle(refusal: noWay(target, last, next)))
        }
        return .success(found)
    }

    /// Whether the catalogue knows a way from the minor before a version to it; it says nothing about longer hops.
    private func leads(_ from: MeshVersion, to next: MeshVersion) -> Bool {
        guard next.minor - from.minor == 1, let entry = catalogue.entry(next.description) else { return true }
        return entry.minor.upgradesFrom.isEmpty || entry.minor.upgradesFrom.contains(from.minorText)
    }

    /// The newest release of a minor, nil where the catalogue has none.
    private func newest(of major: Int, _ minor: Int) -> MeshVersion? {
        catalogue.entries.last { $0.version.major == major && $0.version.minor == minor && $0.version.suffix.isEmpty }?
            .version
    }

    private func direction(
        _ base: MeshVersion,
        _ target: MeshVersion,
        _ versions: [MeshVersion],
        _ underWay: MeshVersion?
    ) -> HopPlan.Direction {
        if base == target { return underWay == nil || underWay == target ? .settled : .rollback }
        if target.minor < base.minor { return .rollback }
        return target < base ? .patchBack : .forward
    }

    // MARK: What a way must satisfy

    /// Marks the hops and applies the rules that concern each of them.
    private func finish(_ draft: HopPlan, _ target: VersionCatalogue.Entry) -> HopDecision {
        var plan = draft
        for index in plan.hops.indices {
            guard let entry = catalogue.entry(plan.hops[index].to) else { continue }
            plan.hops[index].isEndOfLife = catalogue.hasEnded(entry, on: situation.day)
            plan.hops[index].fitsKubernetes = fits(entry)
        }
        if let refusal = endOfLife(&plan, target) ?? kubernetes(&plan, target) { return .refused(refusal) }
        noteSkips(&plan)
        if plan.direction == .patchBack {
            plan.notes.append(
                "\(plan.to) is an older patch of the minor that runs: it goes there as to a newer one, by "
                    + "spec.upgrade.strategy, and mesh configuration and CustomResourceDefinitions stay as they are."
            )
        }
        return .way(plan)
    }

    private func fits(_ entry: VersionCatalogue.Entry) -> Bool {
        guard let kubernetes = situation.kubernetes, MeshVersion(kubernetes) != nil else { return true }
        return catalogue.supports(entry, kubernetes: kubernetes)
    }

    private func endOfLife(_ plan: inout HopPlan, _ target: VersionCatalogue.Entry) -> HopRefusal? {
        for hop in plan.hops.dropLast() where hop.isEndOfLife {
            plan.notes.append("\(hop.to) gets no fixes any more and is only passed through.")
        }
        guard catalogue.hasEnded(target, on: situation.day), !isReachedAnyway(plan, target) else { return nil }
        if rules.acceptances.contains(.endOfLife) {
            plan.overrides.append(MeshNames.Annotation.acceptEndOfLife)
            return nil
        }
        return HopRefusal(
            .endOfLifeVersion,
            value: plan.to,
            "gets no fixes since \(target.minor.endOfLife ?? "")",
            remedy: "\(choices), or annotate the MeshOperator with "
                + "\(MeshNames.Annotation.acceptEndOfLife): \"true\""
        )
    }

    /// Whether a version without fixes is no worse than what runs.
    private func isReachedAnyway(_ plan: HopPlan, _ target: VersionCatalogue.Entry) -> Bool {
        guard let from = plan.from.flatMap({ MeshVersion($0) }) else { return false }
        switch plan.direction {
        case .settled, .rollback: return true
        case .install, .patchBack: return false
        case .forward: return rules.strategy == .inPlace || from.minorText == target.version.minorText
        }
    }

    private func kubernetes(_ plan: inout HopPlan, _ target: VersionCatalogue.Entry) -> HopRefusal? {
        guard let kubernetes = situation.kubernetes, let cluster = MeshVersion(kubernetes) else { return nil }
        var bad = plan.hops.filter { !$0.fitsKubernetes }.map(\.to)
        if plan.direction == .install, !fits(target) { bad = [plan.to] }
        // The version a move returns to ran on this cluster before.
        guard let first = bad.first, plan.direction != .rollback else { return nil }
        if rules.acceptances.contains(.kubernetes) {
            plan.overrides.append(MeshNames.Annotation.acceptKubernetes)
            plan.notes.append("Nobody tested \(bad.joined(separator: ", ")) on Kubernetes \(cluster.minorText).")
            return nil
        }
        let ranges = bad.compactMap { name in
            catalogue.entry(name).map { "\(name) runs on Kubernetes \($0.minor.kubernetes.joined(separator: ", "))" }
        }
        let isOnTheWay = first != plan.to
        return HopRefusal(
            .unsupportedKubernetes,
            value: plan.to,
            (isOnTheWay ? "leads through \(bad.joined(separator: ", ")): " : "")
                + "\(ranges.joined(separator: "; ")), and this cluster is \(cluster.minorText)",
            remedy: kubernetesRemedy(plan, kubernetes)
        )
    }

    private func kubernetesRemedy(_ plan: HopPlan, _ kubernetes: String) -> String {
        var remedies: [String] = []
        let all = (plan.hops.isEmpty ? [plan.to] : plan.versions).compactMap { catalogue.entry($0)?.minor.kubernetes }
        let common = all.dropFirst().reduce(all.first ?? []) { left, right in left.filter(right.contains) }
        let way = plan.hops.count > 1 ? "the whole way" : plan.to
        if common.isEmpty {
            remedies.append("no Kubernetes version runs \(way), go there in several edits of spec.version")
        } else {
            remedies.append("a cluster of Kubernetes \(common.joined(separator: ", ")) runs \(way)")
        }
        if plan.direction == .install {
            let names = recommended { catalogue.supports($0, kubernetes: kubernetes) }.joined(separator: " or ")
            if !names.isEmpty { remedies.append("or use spec.version \(names)") }
        }
        remedies.append(
            "or annotate the MeshOperator with \(MeshNames.Annotation.acceptKubernetes): \"true\" to go all the same"
        )
        return remedies.joined(separator: ", ")
    }

    /// Says where a hop covers more than one minor.
    private func noteSkips(_ plan: inout HopPlan) {
        let wide = plan.hops.filter { hop in
            guard let from = MeshVersion(hop.from), let to = MeshVersion(hop.to) else { return false }
            return to.minor - from.minor > 1
        }
        guard !wide.isEmpty, plan.direction == .forward else { return }
        plan.overrides.append("spec.upgrade.maxMinorHop")
        for hop in wide { plan.notes.append("\(hop.from) to \(hop.to) is one hop over more than one minor.") }
    }

    // MARK: Refusals

    /// The newest release of each minor that gets fixes and passes, of the 8 newest of them.
    private func recommended(where passes: (VersionCatalogue.Entry) -> Bool) -> [String] {
        catalogue.choices(on: situation.day, where: passes)
            .filter { !catalogue.hasEnded($0, on: situation.day) }.map(\.version.description)
    }

    /// The versions one may choose, for messages.
    private var choices: String { VersionCatalogue.remedy(catalogue.choices(on: situation.day)) }

    private func unknown(_ wanted: String) -> HopRefusal {
        let issue = catalogue.unknownVersion(wanted, on: situation.day)
        return HopRefusal(.unknownVersion, value: wanted, issue.problem, remedy: issue.remedy)
    }

    private func unreadable(_ text: String) -> HopRefusal {
        HopRefusal(
            .unknownVersion,
            value: text,
            "runs and is no version that can be compared",
            remedy: "correct the annotation \(MeshNames.Annotation.version) of the workload that carries it, or say "
                + "from which version to plan",
            field: "status.version"
        )
    }

    private func otherMajor(_ target: MeshVersion, _ base: MeshVersion) -> HopRefusal {
        HopRefusal(
            .hopNotAllowed,
            value: target.description,
            "is of another major version than \(base), which runs",
            remedy: "set it to a version of \(base.major).\(base.minor) or later; there is no way across major versions"
        )
    }

    private func downgrade(_ target: MeshVersion, _ base: MeshVersion) -> HopRefusal {
        let remedy: String
        if let left = wayBack(from: base) {
            remedy =
                "the last hop came from \(left), to which alone there is a way back; or set it to a version of "
                + "\(base.minorText) or later"
        } else {
            remedy =
                "set it to a version of \(base.minorText) or later; a way back to an earlier minor exists only "
                + "during a hop, and after it to what the hop came from, in the rollback window, while that control plane is there"
        }
        return HopRefusal(
            .hopNotAllowed,
            value: target.description,
            "is of an earlier minor than \(base), which runs",
            remedy: remedy
        )
    }

    private func inPlaceSkip(_ target: MeshVersion, _ from: MeshVersion) -> HopRefusal {
        let next = newest(of: from.major, from.minor + 1)?.description ?? "a version of \(from.major).\(from.minor + 1)"
        return HopRefusal(
            .hopNotAllowed,
            value: target.description,
            "is more than one minor ahead of \(from), which runs, and in place a mesh goes by one minor at a time",
            remedy: "set it to \(next) first, or set spec.upgrade.strategy to Canary, which goes minor by minor "
                + "by itself"
        )
    }

    private func noWay(_ target: MeshVersion, _ last: MeshVersion, _ next: MeshVersion) -> HopRefusal {
        let sources = catalogue.entry(next.description)?.minor.upgradesFrom.joined(separator: ", ") ?? ""
        return HopRefusal(
            .hopNotAllowed,
            value: target.description,
            "leads from \(last) to \(next), which upstream allows from \(sources) only",
            remedy: "bring the mesh to a version of \(sources) first"
        )
    }

    private func gap(_ target: MeshVersion, _ from: MeshVersion, missing: String) -> HopRefusal {
        HopRefusal(
            .hopNotAllowed,
            value: target.description,
            "leads from \(from) through \(missing), of which the catalogue of this operator has no release",
            remedy: "bring the mesh to a version of \(missing) with an operator that knows it, or reinstall the mesh"
        )
    }
}
