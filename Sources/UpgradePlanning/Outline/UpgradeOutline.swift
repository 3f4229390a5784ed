package import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// The plan of an upgrade as people see it before anything changes: hops, what each changes, who is concerned, what was found.
///
/// Objects are those the operator applies: beside the old control plane the new one has its revision in the names of its objects, and
/// the old one's are removed when it is retired.
package struct UpgradeOutline: Sendable, Hashable {
    /// One hop.
    package struct Step: Sendable, Hashable {
        /// From where to where.
        package var hop: HopPlan.Hop
        /// The revision it leads to; nil where that is the one that runs.
        package var revision: String?
        /// The objects that are added when it begins, changed on the way, and removed when the old revision is retired, by kind and
        /// name.
        package var changes: [ObjectChange]
        /// What the control plane does otherwise.
        package var flags: [BehaviourFlag]
        /// Why one of the two versions could not be rendered, nil where both could; there are no changes then.
        package var problem: String?

        /// How many objects are added, changed or removed.
        package func count(_ kind: ObjectChange.Kind) -> Int { changes.count { $0.kind == kind } }
    }

    /// The workloads that move together.
    package struct Wave: Sendable, Hashable {
        /// Its number, counted from 1.
        package var number: Int
        /// Its namespaces with workloads, by name.
        package var namespaces: [String]
        /// Its workloads, in the order in which they move.
        package var workloads: [ResourceID]
        /// How many pods they have.
        package var pods: Int
    }

    /// A workload that does not move.
    package struct Stay: Sendable, Hashable {
        /// Its name.
        package var id: ResourceID
        /// Why it stays, for people.
        package var why: String
    }

    /// The way.
    package var plan: HopPlan
    /// The hops.
    package var steps: [Step] = []
    /// The workloads that move, wave by wave; the same at every hop.
    package var waves: [Wave] = []
    /// The workloads that do not move, by name.
    package var staying: [Stay] = []
    /// The gateways that move, by name.
    package var gateways: [ResourceID] = []
    /// What the checks found, the gravest first.
    package var findings: [UpgradeFinding] = []

    /// Whether a finding keeps the upgrade from starting.
    package var isRefused: Bool { findings.contains { $0.severity == .refuses } }

    /// How many findings are of a severity.
    package func count(_ severity: UpgradeFinding.Severity) -> Int { findings.count { $0.severity == severity } }

    /// Works out the outline.
    ///
    /// - Parameters:
    ///   - world: what is known, with the way in ``UpgradeWorld/hops``.
    ///   - staging: the objects on both sides of each hop, all settings as in ``UpgradeWorld/spec``. Called once. An error becomes a
    ///     finding that refuses for a version of the way, and leaves out the comparison for the one that runs.
    package init(_ world: UpgradeWorld, staging: HopStaging) {
        plan = world.hops
        let indexed = IndexedWorld(world)
        findings = UpgradeChecks.findings(indexed)
        let stages = world.hops.hops.isEmpty ? [] : staging(world.hops.hops)
        for (hop, stage) in zip(world.hops.hops, stages) {
            var step = Step(hop: hop, changes: [], flags: [])
            switch stage {
            case .failure(let failure) where failure.version == hop.to:
                step.problem = failure.text
                findings.append(
                    UpgradeFinding(
                        .refuses,
                        .retiredSetting,
                        nil,
                        failure.text,
                        remedy: "correct the spec",
                        hop: hop.to
                    )
                )
            case _ where world.catalogue.entry(hop.from) == nil:
                step.problem = "\(hop.from) is not in the catalogue, so what it consists of is not known"
            case .failure(let failure): step.problem = failure.text
            case .success(let stages):
                step.changes = ObjectChange.between(stages)
                if stages.newRevision != stages.oldRevision { step.revision = stages.newRevision }
            }
            if let known = indexed.hops.first(where: { $0.entry.version.description == hop.to }) {
                step.flags = BehaviourFlag.changed(by: known, in: indexed)
            }
            steps.append(step)
        }
        findings.sort()
        takeWorkloads(world)
        gateways = world.gateways.map { ResourceID($0) }.sorted()
    }

    // MARK: Workloads

    private mutating func takeWorkloads(_ world: UpgradeWorld) {
        let order = WaveOrder(world)
        var byWave: [Int: [MeshWorkload]] = [:]
        var labels: [String: [String: String]] = [:]
        for namespace in world.namespaces { labels[namespace.name] = namespace.labels }
        for workload in world.inventory.workloads {
            switch workload.restart {
            case .impossible(let why): staying.append(Stay(id: workload.id, why: why))
            case .refused:
                staying.append(Stay(id: workload.id, why: "\(RolloutNames.Annotation.restart) is \"false\""))
            case .possible:
                let namespace = workload.id.key.namespace ?? ""
                let template = world.owners[workload.id].flatMap { WorkloadInventory.templateLabels($0) } ?? [:]
                if let why = world.follows(template: template, namespace: labels[namespace] ?? [:]) {
                    staying.append(Stay(id: workload.id, why: why))
                } else if let wave = order.wave(of: namespace) {
                    byWave[wave, default: []].append(workload)
                } else {
                    staying.append(Stay(id: workload.id, why: "namespace \(namespace) is in no wave"))
                }
            }
        }
        waves = byWave.sorted { $0.key < $1.key }.map { number, workloads in
            Wave(
                number: number + 1,
                namespaces: Set(workloads.compactMap(\.id.key.namespace)).sorted(),
                workloads: workloads.map(\.id),
                pods: workloads.reduce(0) { $0 + $1.pods.count }
            )
        }
    }
}
