internal import ManifestRendering
internal import MeshAPI
internal import Synchronization

/// Keeps what was rendered lately: rendering is a function of spec and options, and a reconcile renders the same again.
///
/// The key is all that a renderer is given, by value, so nothing has to be told that something changed.
final class RenderingCache: Sendable {
    private struct Entry: Sendable {
        let spec: MeshOperatorSpec
        let options: RenderOptions
        let blueprint: MeshBlueprint
    }

    private let limit: Int
    /// The last used first.
    private let entries = Mutex<[Entry]>([])

    /// Knows nothing yet.
    ///
    /// - Parameter limit: how many renderings it keeps; an upgrade uses one for each revision and one for each with other tags.
    init(limit: Int = 12) {
        self.limit = limit
    }

    /// What `render` gives, which is only asked where that is not known.
    ///
    /// - Throws: what `render` throws; that is not kept.
    func blueprint(
        _ spec: MeshOperatorSpec,
        _ options: RenderOptions,
        by render: MeshOperatorReconciler.Renderer
    ) throws -> MeshBlueprint {
        if let known = known(spec, options) { return known }
        let blueprint = try render(spec, options)
        entries.withLock { entries in
            entries.insert(Entry(spec: spec, options: options, blueprint: blueprint), at: 0)
            if entries.count > limit { entries.removeLast() }
        }
        return blueprint
    }

    private func known(_ spec: MeshOperatorSpec, _ options: RenderOptions) -> MeshBlueprint? {
        let entries = entries.withLock { $0 }
        guard let place = entries.firstIndex(where: { $0.spec == spec && $0.options == options }) else { return nil }
        let found = entries[place]
        guard place > 0 else { return found.blueprint }
        self.entries.withLock { entries in
            // Another reconcile may have moved it meanwhile.
            entries.removeAll { $0.spec == spec && $0.options == options }
            entries.insert(found, at: 0)
        }
        return found.blueprint
    }
}
