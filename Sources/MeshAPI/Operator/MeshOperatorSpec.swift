package import DataTree

/// What the user wants of a mesh.
package struct MeshOperatorSpec: Sendable, Hashable {
    /// When kubelets pull images.
    package enum ImagePullPolicy: String, Sendable, Hashable, CaseIterable {
        /// At each start.
        case always = "Always"
        /// Only when the node lacks the image.
        case ifNotPresent = "IfNotPresent"
        /// Never.
        case never = "Never"
    }

    /// Which images to use.
    package struct Images: Sendable, Hashable {
        /// Registry and path, nil for the version's.
        package var hub: String?
        /// Tag, nil for the version's.
        package var tag: String?
        /// When to pull, nil for Kubernetes' rule.
        package var pullPolicy: ImagePullPolicy?
        /// Names of Secrets that hold registry credentials.
        package var pullSecrets: [String] = []
    }

    /// An entry of the version catalogue, nil for its default.
    package var version: String?
    /// The name in object names and in `istio.io/rev`, nil for the default revision.
    package var revision: String?
    /// The profile the settings start from.
    package var profile = MeshNames.defaultProfile
    /// Where the control plane lives.
    package var namespace = MeshNames.defaultNamespace
    /// Which images to use.
    package var images = Images()
    /// Istio's MeshConfig, an object; merged over the profile's.
    package var meshConfig: Tree = .object(TreeObject())
    /// Settings per component.
    package var components = MeshComponents()
    /// Istio's Helm values, an object; merged over the profile's.
    package var values: Tree = .object(TreeObject())
    /// Slow start of endpoints, mesh-wide; nil for none.
    package var slowStart: SlowStart?
    /// Start and stop order of sidecars, nil for Istio's own defaults.
    package var lifecycle: SidecarLifecycle?
    /// How versions change.
    package var upgrade = UpgradePlan()
    /// What deletion of the resource may do.
    package var teardown = TeardownPolicy()
    /// Whether all writes are held.
    package var paused = false
    /// Whether objects of the right name that are not ours are taken over.
    package var adopt = false

    /// Makes a spec of defaults.
    package init() {}

    /// Reads a `spec` strictly.
    package init(decoding tree: Tree, at path: TreePath = TreePath(keys: "spec")) throws(SpecError) {
        var issues = Self.schema.issues(in: tree, at: path)
        let reader = FieldReader(tree)
        self.init()
        version = reader.text("version")
        revision = reader.text("revision").flatMap { $0.isEmpty ? nil : $0 }
        profile = reader.text("profile") ?? profile
        namespace = reader.text("namespace") ?? namespace
        images = Images(
            hub: reader.text("hub"),
            tag: reader.text("tag"),
            pullPolicy: reader.choice("imagePullPolicy"),
            pullSecrets: reader.texts("imagePullSecrets")
        )
        meshConfig = reader.object("meshConfig")
        components = MeshComponents(reader.object("components"))
        values = reader.object("values")
        slowStart = reader.optionalChild("slowStart").map { SlowStart($0) }
        lifecycle = reader.optionalChild("lifecycle").map { SidecarLifecycle($0) }
        upgrade = UpgradePlan(reader.child("upgrade"))
        teardown = TeardownPolicy(reader.child("teardown"))
        paused = reader.flag("paused") ?? false
        adopt = reader.flag("adopt") ?? false
        issues += upgrade.issues(at: path.appending("upgrade"))
        issues += MeshConfigShape.current.findings(in: meshConfig, at: path.appending("meshConfig")).issues
        issues += ValuesShape.current.findings(in: values, at: path.appending("values")).issues
        let known = Set(issues.map(\.path))
        for (key, part) in [("meshConfig", meshConfig), ("components", components.tree), ("values", values)] {
            issues += ControlCharacters.issues(in: part, at: path.appending(key)).filter { !known.contains($0.path) }
        }
        if !issues.isEmpty { throw SpecError(issues: issues) }
    }
}

/// Endpoints that just appeared get their share of traffic gradually (Envoy's slow start).
package struct SlowStart: Sendable, Hashable {
    /// How long an endpoint counts as new.
    package var window: Duration = .seconds(60)
    /// The shape of the ramp: 1 is linear, more begins slower.
    package var aggression = 1.0
    /// The least share of its final weight a new endpoint gets, in percent.
    package var minWeightPercent = 10.0

    init(_ reader: FieldReader) {
        window = reader.duration("window") ?? window
        aggression = reader.number("aggression") ?? aggression
        minWeightPercent = reader.number("minWeightPercent") ?? minWeightPercent
    }
}

/// The order in which sidecar and application start and stop.
package struct SidecarLifecycle: Sendable, Hashable {
    /// Whether the application starts only once the sidecar accepts traffic.
    package var holdApplicationUntilProxyStarts = false
    /// How long a stopping sidecar keeps accepting new connections.
    package var minDrainDuration: Duration = .seconds(3)
    /// Whether a stopping sidecar then waits until no connection is left.
    package var waitForConnections = true

    init(_ reader: FieldReader) {
        holdApplicationUntilProxyStarts = reader.flag("holdApplicationUntilProxyStarts") ?? false
        minDrainDuration = reader.duration("minDrainDuration") ?? minDrainDuration
        waitForConnections = reader.flag("waitForConnections") ?? true
    }
}

/// What deletion of a MeshOperator may do.
package struct TeardownPolicy: Sendable, Hashable {
    /// What to do while pods still use the mesh.
    package enum InUse: String, Sendable, Hashable, CaseIterable {
        /// Keep the mesh until they are gone.
        case wait = "Wait"
        /// Remove it all the same.
        case remove = "Remove"
    }

    /// What to do with Istio's CRDs, and with them all of the user's mesh configuration.
    package enum CRDs: String, Sendable, Hashable, CaseIterable {
        /// Leave them.
        case keep = "Keep"
        /// Delete them.
        case delete = "Delete"
    }

    /// While pods still use the mesh.
    package var inUse = InUse.wait
    /// What happens to CRDs.
    package var crds = CRDs.keep

    init() {}

    init(_ reader: FieldReader) {
        inUse = reader.choice("inUse") ?? inUse
        crds = reader.choice("crds") ?? crds
    }
}
