internal import KubeAPI
internal import MeshAPI

/// Which wave of an upgrade a namespace belongs to: the first whose selector its labels match.
package struct WaveOrder: Sendable {
    private let selectors: [LabelSelector?]
    private let labels: [String: [String: String]]

    /// How many waves there are; 0 where none is given, and then all namespaces are in wave 0.
    package var count: Int { selectors.count }

    /// Reads the waves of a spec, and the labels of all namespaces.
    package init(_ world: UpgradeWorld) {
        self.init(world.spec.upgrade.workloads.waves.map { try? LabelSelector($0) }, namespaces: world.namespaces)
    }

    init(_ selectors: [LabelSelector?], namespaces: [KubeObject]) {
        self.selectors = selectors
        var labels: [String: [String: String]] = [:]
        for namespace in namespaces { labels[namespace.name] = namespace.labels }
        self.labels = labels
    }

    /// The wave of a namespace, counted from 0; nil for one that no wave selects.
    ///
    /// A selector that cannot be read selects nothing.
    package func wave(of namespace: String) -> Int? {
        guard !selectors.isEmpty else { return 0 }
        let labels = labels[namespace] ?? [:]
        return selectors.firstIndex { $0?.matches(labels) ?? false }
    }
}
