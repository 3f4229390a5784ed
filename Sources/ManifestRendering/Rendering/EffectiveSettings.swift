internal import DataTree
internal import MeshAPI
internal import MeshBase

/// What a spec comes to once its profile, its version and its shorthand fields are merged: components and values.
struct EffectiveSettings: Sendable {
    /// Settings per component, an object.
    let components: Tree
    /// Values for all components.
    let values: Tree
    /// The mesh's namespace.
    let namespace: String
    /// Values that another field overrules.
    let warnings: [String]

    /// Merges, lowest first: profile, version, fields of the spec, values of the spec.
    init(_ spec: MeshOperatorSpec, entry: VersionCatalogue.Entry, library: ProfileLibrary) throws(RenderError) {
        let profile = try library.profile(spec.profile)
        components = profile.at("components").merged(with: spec.components.tree)
        namespace = spec.namespace
        var values = profile.at("values").merged(with: spec.values)
        values.put(.string(spec.images.hub ?? entry.hub), "global.hub")
        values.put(.string(spec.images.tag ?? entry.tag), "global.tag")
        if let policy = spec.images.pullPolicy { values.put(.string(policy.rawValue), "global.imagePullPolicy") }
        if !spec.images.pullSecrets.isEmpty {
            values.put(.array(spec.images.pullSecrets.map { .string($0) }), "global.imagePullSecrets")
        }
        let meshConfig = Self.lifecycle(spec.lifecycle).merged(with: spec.meshConfig)
        if meshConfig.isSet { values = values.merged(with: ["meshConfig": meshConfig]) }
        values.put(.bool(components.at("pilot.enabled") == .bool(true)), "pilot.enabled")
        values.put(.bool(components.at("cni.enabled") == .bool(true)), "pilot.cni.enabled")
        values = values.merged(with: spec.values)
        values.put(.string(spec.namespace), "global.istioNamespace")
        if let revision = spec.revision { values.put(.string(revision), "revision") }
        if let slowStart = spec.slowStart { values.put(Self.tree(slowStart), "meshoperator.slowStart") }
        self.values = values
        warnings =
            Self.overruled("global.istioNamespace", spec.values, by: "spec.namespace", spec.namespace)
            + Self.overruled("revision", spec.values, by: "spec.revision", spec.revision)
    }

    private static func overruled(_ path: String, _ values: Tree, by field: String, _ winner: String?) -> [String] {
        let given = values.text(path)
        guard let winner, !given.isEmpty, given != winner else { return [] }
        return ["spec.values.\(path): \"\(given)\" is not used: \(field) says \(winner); remove one of them"]
    }

    /// Slow start as the control plane reads it beside MeshConfig, which has no such field.
    private static func tree(_ slowStart: SlowStart) -> Tree {
        [
            "window": .string(GoDuration.text(slowStart.window)), "aggression": .double(slowStart.aggression),
            "minWeightPercent": .double(slowStart.minWeightPercent),
        ]
    }

    /// The proxies' settings by which start and stop are ordered.
    private static func lifecycle(_ lifecycle: SidecarLifecycle?) -> Tree {
        guard let lifecycle else { return .object(TreeObject()) }
        let metadata: Tree = [
            "MINIMUM_DRAIN_DURATION": .string(GoDuration.text(lifecycle.minDrainDuration)),
            "EXIT_ON_ZERO_ACTIVE_CONNECTIONS": .string(lifecycle.waitForConnections ? "true" : "false"),
        ]
        return [
            "defaultConfig": [
                "holdApplicationUntilProxyStarts": .bool(lifecycle.holdApplicationUntilProxyStarts),
                "proxyMetadata": metadata,
            ]
        ]
    }

    /// Where the settings of an instance stand, from the root of the resource.
    func place(of instance: Tree, _ kind: ComponentKind) -> TreePath {
        let path = TreePath(keys: "spec", "components", kind.rawValue)
        guard kind.isGateway else { return path }
        let name = instance.text("name", or: kind.workloadName)
        let index = components.at(kind.rawValue).elements.firstIndex { $0.text("name", or: kind.workloadName) == name }
        return index.map { path.appending(index: $0) } ?? path
    }

    /// The settings of every instance of a component that is to be installed.
    func instances(of kind: ComponentKind) -> [Tree] {
        let alternative = kind.isGateway && values.at("\(kind.valuesRoot).enabled") == .bool(true)
        let found = components.at(kind.rawValue)
        if found.isNull { return kind.isDefault || alternative ? [.object(TreeObject())] : [] }
        let all = kind.isGateway ? found.elements : [found]
        return all.filter { alternative || $0.at("enabled") != .bool(false) }
    }
}
