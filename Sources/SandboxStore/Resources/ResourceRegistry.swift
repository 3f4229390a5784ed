package import KubeAPI
internal import KubeSchema
internal import Synchronization

/// Everything served: the built-in kinds and those that CustomResourceDefinitions define.
package final class ResourceRegistry: Sendable {
    private struct Path: Hashable {
        let group: String
        let version: String
        let plural: String
    }

    private struct State: Sendable {
        var custom: [String: [ServedResource]] = [:]
        /// The revisions of the definitions that count, so that a late news of an older one does not.
        var revisions: [String: UInt64] = [:]
        var byPath: [Path: ServedResource] = [:]
        var groupVersions: [String: [String]] = [:]
        var generation: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Makes a registry of the built-in kinds.
    package init() {
        var state = State()
        Self.rebuild(&state)
        self.state = Mutex(state)
    }

    /// Makes a registry that begins with everything another one serves.
    init(copying other: ResourceRegistry) {
        state = Mutex(other.state.withLock { $0 })
    }

    /// The resource served at a path.
    package func resource(group: String, version: String, plural: String) -> ServedResource? {
        state.withLock { $0.byPath[Path(group: group, version: version, plural: plural)] }
    }

    /// The resource that serves a kind.
    package func resource(_ kind: GroupVersionKind) -> ServedResource? {
        resources(group: kind.group, version: kind.version).first { $0.kind.kind == kind.kind }
    }

    /// A version at which a kind of that group is served, whatever its version.
    package func resource(group: String, kind: String) -> ServedResource? {
        for version in versions(of: group) {
            let found = resource(GroupVersionKind(group: group, version: version, kind: kind))
            if let found { return found }
        }
        return nil
    }

    /// The resources of a group and version, ordered by plural.
    package func resources(group: String, version: String) -> [ServedResource] {
        let found = state.withLock { state in
            state.byPath.values.filter { $0.kind.group == group && $0.kind.version == version }
        }
        return found.sorted { $0.api.plural < $1.api.plural }
    }

    /// The other resources that show the objects of the same collection, by group and version.
    package func equivalents(of resource: ServedResource) -> [ServedResource] {
        let found = state.withLock { state in
            state.byPath.values.filter { $0.collection == resource.collection && $0.kind != resource.kind }
        }
        return found.sorted { ($0.kind.group, $0.kind.version) < ($1.kind.group, $1.kind.version) }
    }

    /// Every collection that holds objects, each at the version clients prefer.
    package var collections: [ServedResource] {
        var seen: Set<GroupResource> = []
        var result: [ServedResource] = []
        for group in groups {
            for version in versions(of: group) {
                for resource in resources(group: group, version: version)
                where resource.verbs.contains("list") && seen.insert(resource.collection).inserted {
                    result.append(resource)
                }
            }
        }
        return result
    }

    /// The groups, built-in ones first in kube-apiserver's order, the others by name.
    package var groups: [String] {
        let known = state.withLock { Array($0.groupVersions.keys) }
        let order = NativeKinds.groups
        let native = order.filter { known.contains($0) }
        return native + known.filter { !order.contains($0) }.sorted()
    }

    /// The versions of a group, preferred first.
    package func versions(of group: String) -> [String] { state.withLock { $0.groupVersions[group] ?? [] } }

    /// Grows when the set of resources changes.
    package var generation: UInt64 { state.withLock { $0.generation } }

    /// Serves what a definition defines at a revision, instead of what it defined before; with nothing, stops serving it.
    ///
    /// Does nothing when a later revision is known already.
    func setCustom(_ definition: String, _ resources: [ServedResource], at revision: UInt64) {
        state.withLock { state in
            guard revision >= state.revisions[definition] ?? 0 else { return }
            state.revisions[definition] = revision
            state.custom[definition] = resources.isEmpty ? nil : resources
            Self.rebuild(&state)
        }
    }

    private static func rebuild(_ state: inout State) {
        state.generation += 1
        state.byPath = [:]
        state.groupVersions = [:]
        for resource in NativeResources.all + state.custom.values.flatMap(\.self) {
            let kind = resource.kind
            state.byPath[Path(group: kind.group, version: kind.version, plural: resource.api.plural)] = resource
            if state.groupVersions[kind.group]?.contains(kind.version) != true {
                state.groupVersions[kind.group, default: []].append(kind.version)
            }
        }
        for group in state.groupVersions.keys {
            state.groupVersions[group]?.sort { VersionPriority($0) > VersionPriority($1) }
        }
    }
}
