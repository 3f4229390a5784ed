package import KubeAPI
package import ManifestRendering
package import MeshAPI

/// What a MeshOperator asks for, apart from the objects themselves.
package struct MeshIntent: Sendable, Hashable {
    /// Things that may or may not be wished for.
    package struct Wishes: OptionSet, Sendable, Hashable {
        /// The bits.
        package let rawValue: Int
        /// Makes wishes of bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// All writes are held.
        package static let paused = Wishes(rawValue: 1)
        /// Objects of others under our names are taken over.
        package static let adopt = Wishes(rawValue: 2)
        /// Versions change beside the running one, in steps.
        package static let canary = Wishes(rawValue: 4)
        /// Teardown does not wait for those who use the mesh.
        package static let removeWhileInUse = Wishes(rawValue: 8)
        /// Teardown deletes CustomResourceDefinitions too.
        package static let removeDefinitions = Wishes(rawValue: 16)
    }

    /// The version to run.
    package var version: String
    /// The revision to run, `default` for the one without a name.
    package var revision: String
    /// The namespace of the control plane.
    package var namespace: String
    /// What else is wished for.
    package var wishes: Wishes

    /// Describes what is asked for.
    package init(version: String, revision: String = "default", namespace: String, wishes: Wishes = []) {
        self.version = version
        self.revision = revision
        self.namespace = namespace
        self.wishes = wishes
    }

    /// Reads the intent of a spec.
    package init(_ spec: MeshOperatorSpec, defaultVersion: String) {
        var wishes: Wishes = []
        if spec.paused { wishes.insert(.paused) }
        if spec.adopt { wishes.insert(.adopt) }
        if spec.upgrade.strategy == .canary { wishes.insert(.canary) }
        if spec.teardown.inUse == .remove { wishes.insert(.removeWhileInUse) }
        if spec.teardown.crds == .delete { wishes.insert(.removeDefinitions) }
        self.init(
            version: spec.version ?? defaultVersion,
            revision: spec.revision ?? "default",
            namespace: spec.namespace,
            wishes: wishes
        )
    }
}

/// The objects a mesh consists of, in the order in which they are needed.
package struct MeshBlueprint: Sendable, Hashable {
    /// The objects, phase by phase: a phase starts when the one before is ready.
    package var phases: [[KubeObject]]
    /// The component each object belongs to.
    package var components: [ResourceID: String] = [:]
    /// The version each object was rendered for, where there is more than one.
    package var versions: [ResourceID: String] = [:]

    /// The revision of objects whose readiness nothing of the mesh in use waits for; all others are the main ones.
    package var groups: [ResourceID: String] = [:]
    /// Objects that are written whatever is awaited: what an upgrade writes down comes before what it does.
    package var urgent: Set<ResourceID> = []

    /// What the user should know of the settings: those without effect, and those that belong to an earlier release.
    package var warnings: [String] = []
    /// The places of overlays for which there is no object, by the ``warnings`` that say so.
    var unmatched: [String: String] = [:]

    /// Describes a mesh.
    package init(phases: [[KubeObject]]) {
        self.phases = phases
    }

    /// Takes over what rendering gave.
    package init(_ rendered: RenderedManifests) {
        phases = rendered.phases
        (warnings, unmatched) = (rendered.warnings, rendered.unmatched)
        for entry in rendered.rendered { components[ResourceID(entry.object)] = entry.component }
    }

    /// The first few ``warnings``, each within bounds, and how many more there are.
    var notes: [String] {
        let more = warnings.count > 5 ? ["and \(warnings.count - 5) more"] : []
        return warnings.prefix(5).map { String($0.prefix(300)) } + more
    }

    /// Whether there is no object at all.
    var isEmpty: Bool { phases.allSatisfy(\.isEmpty) }

    /// All objects, in order.
    package var objects: [KubeObject] { phases.flatMap(\.self) }

    /// The blueprint itself, unless it has objects that nobody would watch and remove.
    ///
    /// - Throws: ``MeshOperatorError`` with code `unknownKind`.
    func known() throws -> MeshBlueprint {
        guard let stranger = objects.first(where: { OwnedKind.of(ResourceID($0)) == nil }) else { return self }
        throw MeshOperatorError(
            .unknownKind,
            "\(ResourceID(stranger)) is of a kind this operator does not apply; "
                + "remove from spec.components the overlay that makes it one"
        )
    }

    /// The blueprint with the namespaces its objects need as its first phase, and each object once.
    package func completed() -> MeshBlueprint {
        var seen: Set<ResourceID> = []
        var result: [[KubeObject]] = []
        let namespaces = Set(objects.compactMap(\.namespace)).sorted()
        let given = Set(objects.filter { $0.kind == .namespace }.map(\.name))
        let missing = namespaces.filter { !given.contains($0) }
            .map { KubeObject(kind: .namespace, key: ObjectKey(name: $0)) }
        let first = missing + objects.filter { $0.kind == .namespace }
        for phase in [first] + phases {
            let fresh = phase.filter { seen.insert(ResourceID($0)).inserted }
            if !fresh.isEmpty { result.append(fresh) }
        }
        var copy = self
        copy.phases = result
        return copy
    }
}
