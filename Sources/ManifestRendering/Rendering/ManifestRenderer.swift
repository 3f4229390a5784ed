internal import DataTree
package import KubeAPI
internal import KubeSchema
package import MeshAPI

/// Turns the spec of a MeshOperator into the objects of its mesh: a pure function of spec, version and options.
package struct ManifestRenderer: Sendable {
    /// The versions known.
    package let catalogue: VersionCatalogue
    private let profiles: Result<ProfileLibrary, RenderError>

    /// Makes a renderer with the profiles built in.
    package init(catalogue: VersionCatalogue) {
        self.catalogue = catalogue
        self.profiles = Result { () throws(RenderError) in try ProfileLibrary() }
    }

    /// Builds what objects of a kind are checked against, which is done when it is first needed otherwise.
    package static func warmUp(_ kind: GroupVersionKind) { _ = NativeKinds.kind(kind)?.schema }

    /// Renders all objects of a mesh in the order of application; the same input always gives the same bytes.
    ///
    /// Throws ``RenderError`` when the version is unknown, when a setting cannot be used, or when the program was built
    /// from broken data files.
    package func render(
        _ spec: MeshOperatorSpec,
        options: RenderOptions = RenderOptions()
    ) throws(RenderError) -> RenderedManifests {
        let library = try profiles.get()
        let entry = try catalogue.resolve(spec.version)
        let settings = try EffectiveSettings(spec, entry: entry, library: library)
        var result = RenderedManifests(rendered: [], version: entry.version.description, warnings: settings.warnings)
        result.warnings += SettingNotes.unknown(in: spec)
        for kind in ComponentKind.allCases {
            for instance in settings.instances(of: kind) {
                let scope = try makeScope(kind, instance, settings, entry, options, library)
                let scaling = ScalingCheck(scope: scope, spec: spec)
                try scaling.run()
                result.warnings += scaling.notes.filter { !result.warnings.contains($0) }
                if kind == .pilot {
                    try RetiredValues.check(scope.values)
                    result.warnings += RetiredValues.warnings(scope.values)
                }
                let patched = try KubernetesSettings(scope: scope).apply(to: objects(scope))
                result.warnings += patched.warnings
                result.unmatched.merge(patched.unmatched) { first, _ in first }
                result.rendered += patched.objects.compactMap { Self.rendered($0, scope) }
                if kind == .base { result.rendered += crds(scope) }
            }
        }
        if case .own(let owner) = options.labels { result.rendered = namespaces(result, owner) + result.rendered }
        result.rendered = Self.inOrder(result.rendered)
        result.warnings += try RenderedObjectCheck(spec: spec).run(result.objects)
        return result
    }

    private func makeScope(
        _ kind: ComponentKind,
        _ instance: Tree,
        _ settings: EffectiveSettings,
        _ entry: VersionCatalogue.Entry,
        _ options: RenderOptions,
        _ library: ProfileLibrary
    ) throws(RenderError) -> ComponentScope {
        var values = settings.values
        Self.carryOver(instance, kind, to: &values)
        let defaults = try library.defaults(of: kind, values: values, entry: entry, catalogue: catalogue)
        try ValueKinds.check(settings.values, against: defaults, at: "spec.values")
        if kind == .pilot || kind == .cni {
            let place = "spec.values.\(kind.rawValue)"
            try ValueKinds.check(settings.values.at(kind.rawValue), against: defaults, at: place)
        }
        var all = defaults.merged(with: values)
        if kind == .pilot || kind == .cni { all = all.merged(with: all.at(kind.rawValue).or(.object(TreeObject()))) }
        return ComponentScope(
            kind: kind,
            settings: instance,
            given: values,
            values: all,
            namespace: instance.text("namespace", or: settings.namespace),
            entry: entry,
            options: options,
            place: settings.place(of: instance, kind)
        )
    }

    /// Settings of an instance that rendering looks for among values.
    private static func carryOver(_ instance: Tree, _ kind: ComponentKind, to values: inout Tree) {
        let root = kind.valuesRoot
        let kubernetes = instance.at("k8s")
        if kind.isGateway {
            values.put(.string(instance.text("name", or: kind.workloadName)), "\(root).name")
            values.put(instance.at("label").or(.object(TreeObject())), "\(root).labels")
            let ports = kubernetes.at("service.ports")
            if ports.isSet { values.put(ports, "\(root).ports") }
        }
        if kind.workloadKind == "Deployment" {
            let (least, most) = (kubernetes.at("hpaSpec.minReplicas"), kubernetes.at("hpaSpec.maxReplicas"))
            if !least.isNull { values.put(least, "\(root).autoscaleMin") }
            if most.isSet { values.put(most, "\(root).autoscaleMax") }
            let replicas = kubernetes.at("replicaCount")
            if replicas.isSet { values.put(replicas, "\(root).replicaCount") }
        }
        if instance.has("hub") { values.put(instance.at("hub"), "\(root).hub") }
        if instance.has("tag") { values.put(.string(instance.text("tag")), "\(root).tag") }
    }

    private func objects(_ scope: ComponentScope) throws(RenderError) -> [Tree] {
        switch scope.kind {
        case .base: MeshFoundation(scope: scope).objects()
        case .pilot: try ControlPlane(scope: scope).objects()
        case .ingressGateways, .egressGateways: GatewayObjects(scope: scope).objects()
        case .cni: NodeAgent(scope: scope).objects()
        }
    }

    private func crds(_ scope: ComponentScope) -> [RenderedObject] {
        guard scope.values.at("base.enableIstioConfigCRDs") != .bool(false),
            scope.values.text("global.resourceScope", or: "all") != "namespace"
        else { return [] }
        let excluded = scope.values.at("base.excludedCRDs").elements.compactMap(\.string)
        return scope.options.crds.filter { !excluded.contains($0.name) }.map {
            RenderedObject(object: $0, component: "base", phase: .foundation)
        }
    }

    /// An object with its phase; nil for one that `global.resourceScope` leaves to somebody else.
    private static func rendered(_ tree: Tree, _ scope: ComponentScope) -> RenderedObject? {
        let type = tree["kind"]?.string.flatMap { ObjectType(rawValue: $0) }
        let isClusterScoped = type?.isClusterScoped ?? false
        if !scope.kind.isGateway {
            let wanted = scope.values.text("global.resourceScope", or: "all")
            if wanted == "cluster", !isClusterScoped { return nil }
            if wanted == "namespace", isClusterScoped { return nil }
        }
        var object = KubeObject(tree)
        if case .own(let owner) = scope.options.labels {
            object = KubeObject(CanonicalQuantities.apply(to: tree.withoutNulls))
            if let owner {
                object.labels[MeshNames.Label.owner] = owner
                object.labels[MeshNames.Label.component] = scope.kind.rawValue
            }
        }
        let phase = scope.kind.isGateway ? .gateways : type?.phase ?? .configuration
        return RenderedObject(
            object: KubeObject(object.tree.inKeyOrder),
            component: scope.componentName,
            phase: phase
        )
    }

    /// The namespaces objects live in, but for those every cluster has.
    private func namespaces(_ manifests: RenderedManifests, _ owner: String?) -> [RenderedObject] {
        let builtIn: Set = ["kube-system", "kube-public", "kube-node-lease", "default"]
        let names = Set(manifests.rendered.compactMap(\.object.namespace)).subtracting(builtIn).sorted()
        return names.map { name in
            var labels = [
                MeshNames.Label.managedBy: MeshNames.Label.managedByValue, "app.kubernetes.io/part-of": "istio",
            ]
            if let owner {
                labels[MeshNames.Label.owner] = owner
                labels[MeshNames.Label.component] = "base"
            }
            let kind = GroupVersionKind(apiVersion: "v1", kind: "Namespace")
            let object = KubeObject(kind: kind, key: ObjectKey(name: name), labels: labels)
            return RenderedObject(object: object, component: "base", phase: .foundation)
        }
    }

    /// By phase; within a phase in the order of rendering.
    private static func inOrder(_ objects: [RenderedObject]) -> [RenderedObject] {
        RenderPhase.allCases.flatMap { phase in objects.filter { $0.phase == phase } }
    }
}

extension Tree {
    /// An object with `apiVersion`, `kind` and `metadata` first and everything below ordered by key.
    var inKeyOrder: Tree {
        guard case .object(let object) = ordered else { return self }
        let first = ["apiVersion", "kind", "metadata"]
        let head = first.compactMap { key in object[key].map { (key: key, value: $0) } }
        let rest = object.entries.filter { !first.contains($0.key) }.map { (key: $0.key, value: $0.value) }
        return .object(TreeObject(head + rest))
    }
}
