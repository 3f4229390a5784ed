package import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// The plan of an upgrade as people see it before anything changes: hops, what each changes, who is concerned, what was found.
///
/// Objects are compared as rendered for one and the same revision, like with like: beside the old control plane the new one has its
/// revision in the names of its objects.
package struct UpgradeOutline: Sendable, Hashable {
    /// One hop.
    package struct Step: Sendable, Hashable {
        /// From where to where.
        package var hop: HopPlan.Hop
        /// The objects that change, by kind and name.
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
    ///   - render: the objects of the mesh at a version, all other settings as in ``UpgradeWorld/spec``. Called once for each
    ///     version of the way, the one that runs included where the catalogue has it. An error becomes a finding that refuses
    ///     for a version of the way, and leaves out the comparison for the one that runs.
    package init(_ world: UpgradeWorld, render: (String) throws -> [KubeObject]) {
        plan = world.hops
        findings = UpgradeChecks.findings(world)
        let indexed = IndexedWorld(world)
        var before = Self.rendered(world.hops.from, world, render)
        for hop in world.hops.hops {
            let after = Self.rendered(hop.to, world, render)
            var step = Step(hop: hop, changes: [], flags: [])
            switch (before, after) {
            case (.success(let old), .success(let new)): step.changes = ObjectChange.between(old, new)
            case (_, .failure(let why)):
                step.problem = why.text
                findings.append(
                    UpgradeFinding(.refuses, .retiredSetting, nil, why.text, remedy: "correct the spec", hop: hop.to)
                )
            case (.failure(let why), _): step.problem = why.text
            }
            if let known = indexed.hops.first(where: { $0.entry.version.description == hop.to }) {
                step.flags = BehaviourFlag.changed(by: known, in: indexed)
            }
            steps.append(step)
            before = after
        }
        findings.sort()
        takeWorkloads(world)
        gateways = world.gateways.map { ResourceID($0) }.sorted()
    }

    // MARK: Rendering

    private struct Unrendered: Error {
        let text: String
    }

    private static func rendered(
        _ version: String?,
        _ world: UpgradeWorld,
        _ render: (String) throws -> [KubeObject]
    ) -> Result<[KubeObject], Unrendered> {
        guard let version else { return .success([]) }
        guard world.catalogue.entry(version) != nil else {
            return .failure(Unrendered(text: "\(version) is not in the catalogue, so what it consists of is not known"))
        }
        do {
            return .success(try render(version))
        } catch {
            return .failure(Unrendered(text: "\(error)"))
        }
    }

    // MARK: Workloads

    private mutating func takeWorkloads(_ world: UpgradeWorld) {
        let order = WaveOrder(world)
        var byWave: [Int: [MeshWorkload]] = [:]
        for workload in world.inventory.workloads {
            switch workload.restart {
            case .impossible(let why): staying.append(Stay(id: workload.id, why: why))
            case .refused:
                staying.append(Stay(id: workload.id, why: "\(RolloutNames.Annotation.restart) is \"false\""))
            case .possible:
                let namespace = workload.id.key.namespace ?? ""
                if let wave = order.wave(of: namespace) {
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
