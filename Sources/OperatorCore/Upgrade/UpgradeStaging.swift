package import KubeAPI
package import ManifestRendering
package import MeshAPI
package import UpgradePlanning

/// The objects on both sides of the hops of an upgrade, composed as the operator composes them: a function of what runs.
package struct UpgradeStaging: Sendable {
    /// What an upgrade starts from.
    package struct Start: Sendable {
        /// What is asked for.
        package var spec: MeshOperatorSpec
        /// The revision that serves what has not moved.
        package var stable: RevisionSlot
        /// Other revisions that are there.
        package var others: [RevisionSlot] = []
        /// The names of revisions and tags of others, of which a new revision takes none.
        package var foreign: Set<String> = []
        /// The versions that other meshes are yet to pass, of MeshOperators that choose a name before this one.
        var comingFirst: [ClosedRange<MeshVersion>] = []
        /// Whether the mesh has the tag `default`, apart from tags that the spec names.
        package var hasDefaultTag: Bool
        /// The Deployments of gateways as they are in the cluster.
        package var gateways: [KubeObject] = []

        /// Describes a start.
        package init(_ spec: MeshOperatorSpec, stable: RevisionSlot, hasDefaultTag: Bool) {
            (self.spec, self.stable, self.hasDefaultTag) = (spec, stable, hasDefaultTag)
        }

        /// What is planned from, found in what was read of a cluster.
        ///
        /// - Parameters:
        ///   - situation: the names of revisions and tags.
        ///   - world: the spec, the way and the gateways.
        package init(_ situation: RevisionSituation, _ world: UpgradeWorld) {
            let slots = situation.revisions.map { RevisionSlot(name: $0.key, version: $0.value) }
                .sorted { $0.name < $1.name }
            let name = situation.stable ?? world.spec.ownRevision
            let stable = slots.first { $0.name == name }
            self.init(
                world.spec,
                stable: RevisionSlot(name: name, version: world.hops.from ?? stable?.version ?? world.hops.to),
                hasDefaultTag: situation.tags.contains(RevisionSlot.unnamed) || name == RevisionSlot.unnamed
            )
            others = slots.filter { $0.name != name }
            foreign = world.others
            gateways = world.gateways
        }
    }

    private let start: Start
    private let composer: RevisionComposer
    private let options: RenderOptions

    /// Composes with a renderer.
    package init(_ start: Start, renderer: @escaping MeshOperatorReconciler.Renderer, options: RenderOptions) {
        self.start = start
        self.options = options
        composer = RevisionComposer(renderer: renderer)
    }

    /// Composes as the operator does, with the renderer of a catalogue.
    package static func composing(
        _ catalogue: VersionCatalogue
    ) -> @Sendable (RevisionSituation, UpgradeWorld, RenderOptions) -> HopStaging {
        let renderer = MeshOperatorService.renderer(catalogue)
        return { situation, world, options in
            UpgradeStaging(Start(situation, world), renderer: renderer, options: options).stages
        }
    }

    /// The stages of hops that follow each other.
    package func stages(_ hops: [HopPlan.Hop]) -> [Result<HopStages, HopStageError>] {
        var place = Place(slot: start.stable, hasDefaultTag: start.hasDefaultTag)
        place.homes = homes
        var before = objects(place, version: start.stable.version)
        return hops.indices.map { index in
            let hop = hops[index]
            var next = place
            next.slot = slot(for: hop.to, isLast: index == hops.count - 1, from: place)
            next.move(to: start.spec)
            let after = objects(next, version: hop.to)
            defer { (place, before) = (next, after) }
            switch (before, after) {
            case (_, .failure(let failure)), (.failure(let failure), _): return .failure(failure)
            case (.success(let old), .success(let new)):
                return .success(HopStages(from: place.slot.name, to: next.slot.name, before: old, after: new))
            }
        }
    }

    // MARK: One side

    /// A mesh of one revision.
    private struct Place {
        var slot: RevisionSlot
        var hasDefaultTag: Bool
        /// The Deployments that run gateways.
        var homes: [GatewayID: GatewayShare.Side] = [:]

        mutating func move(to spec: MeshOperatorSpec) {
            for (gateway, side) in homes where side.revision != slot.name {
                switch spec.upgrade.gateways {
                case .manual: continue
                case .restart: homes[gateway] = GatewayShare.Side(revision: slot.name, home: side.home)
                case .weighted:
                    var next = RevisionComposition.homeSide(of: slot.name, spec)
                    // The plain Deployment cannot be the new side while it is the old one.
                    if side.home == .plain { next.home = .named }
                    homes[gateway] = next
                }
            }
        }
    }

    private func slot(for version: String, isLast: Bool, from place: Place) -> RevisionSlot {
        guard start.spec.upgrade.strategy == .canary else {
            return RevisionSlot(name: place.slot.name, version: version)
        }
        let others = start.others.filter { $0.name != place.slot.name }
        return RevisionNaming.slot(
            for: version,
            asked: isLast ? start.spec.revision : nil,
            others: others,
            taken: Set(others.map(\.name) + [place.slot.name]),
            foreign: start.foreign,
            passing: MeshVersion(version).map { version in start.comingFirst.count { $0.contains(version) } } ?? 0
        )
    }

    /// The gateways that are there, else those rendered.
    private var homes: [GatewayID: GatewayShare.Side] {
        guard let bounds = try? composer.gateways(start.spec, of: start.stable, options) else { return [:] }
        let suffix = start.stable.suffix
        var result: [GatewayID: GatewayShare.Side] = [:]
        for id in bounds.keys {
            let named = start.gateways.contains { $0.namespace == id.namespace && $0.name == id.name + suffix }
            let isNamed = named && !suffix.isEmpty
            result[id] = GatewayShare.Side(revision: start.stable.name, home: isNamed ? .named : .plain)
        }
        return result
    }

    private func objects(_ place: Place, version: String) -> Result<[KubeObject], HopStageError> {
        var composition = RevisionComposition(stable: place.slot)
        var names = start.spec.tagNames
        if place.hasDefaultTag, !names.contains(RevisionSlot.unnamed) { names.append(RevisionSlot.unnamed) }
        for name in names {
            composition.set(name, TagHandover(to: place.slot.name, name == place.slot.name ? .own : .moved))
        }
        composition.gateways = place.homes.mapValues { GatewayShare($0) }
        // A revision that gateways stay with is kept for them.
        composition.kept = (start.others + [start.stable]).filter { slot in
            slot.name != place.slot.name && place.homes.values.contains { $0.revision == slot.name }
        }
        do {
            return .success(try composer.blueprint(start.spec, composition, options).completed().objects)
        } catch {
            return .failure(HopStageError(version: version, text: "\(error)"))
        }
    }
}
