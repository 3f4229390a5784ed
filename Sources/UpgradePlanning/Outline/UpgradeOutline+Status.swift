internal import KubeAPI
package import MeshAPI

extension UpgradeOutline {
    /// What `status.plan` shows of it: counts and the first few, of bounded size whatever the cluster has.
    package var summary: PlanOutline {
        var result = PlanOutline()
        result.hops = steps.prefix(PlanOutline.most).map { step in
            var hop = PlanOutline.Hop()
            hop.version = step.hop.to
            (hop.added, hop.changed, hop.removed) = (step.count(.added), step.count(.changed), step.count(.removed))
            hop.objects = Self.first(step.changes.map(\.text))
            hop.behaviours = Self.first(step.flags.map(\.text))
            return hop
        }
        result.waves = waves.prefix(PlanOutline.most).map { wave in
            var shown = PlanOutline.Wave()
            shown.wave = wave.number
            (shown.namespaces, shown.workloads, shown.pods) = (wave.namespaces.count, wave.workloads.count, wave.pods)
            shown.first = Self.first(wave.workloads.lazy.map(\.description))
            return shown
        }
        for wave in waves.dropFirst(PlanOutline.most) {
            let last = result.waves.count - 1
            result.waves[last].namespaces += wave.namespaces.count
            result.waves[last].workloads += wave.workloads.count
            result.waves[last].pods += wave.pods
        }
        result.staying = staying.count
        result.gateways = Self.first(gateways.lazy.map(\.description))
        (result.refusing, result.warning, result.informing) = (count(.refuses), count(.warns), count(.informs))
        // Behaviours are shown with their hop.
        result.findings = Self.first(findings.lazy.filter { $0.code != .behaviourChange }.map(\.text))
        return result
    }

    /// Fills the plan of a status, its progress apart.
    package func fill(_ status: inout MeshOperatorStatus.Plan) {
        status.hops = plan.versions
        status.overrides = plan.overrides
        status.outline = summary
    }

    private static func first(_ texts: some Sequence<String>) -> [String] {
        texts.prefix(PlanOutline.mostNames).map { PlanOutline.short($0) }
    }
}
