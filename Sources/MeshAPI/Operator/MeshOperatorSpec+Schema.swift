internal import DataTree

extension MeshOperatorSpec {
    /// What a `spec` may hold.
    package static let schema: FieldSchema = .object(
        "What the mesh is to be: version, profile and settings. The operator makes the cluster agree with it.",
        installFields + settingFields + lifeFields
    ).rule(
        "!has(self.revision) || size(self.revision) == 0 || self.revision != 'default'",
        "revision must not be 'default': leave it out for the default revision"
    )

    private static let installFields: [FieldSchema.Property] = [
        .field(
            "version",
            .string(
                "The mesh's version, for example 1.30.2, one of those the operator knows (`meshctl version` lists them). "
                    + "Changing it upgrades the mesh. Without it the operator's newest version is installed.",
                .version
            )
        ),
        .field(
            "revision",
            .string(
                "A name for this control plane, used in object names (istiod-NAME) and in the label istio.io/rev=NAME "
                    + "by which namespaces and pods choose it. Leave it out for the default revision.",
                .label
            ).limited(to: 56)
        ),
        .field(
            "profile",
            .choice(
                "The settings to start from: default (control plane and ingress gateway), demo (with ingress and egress gateways and small "
                    + "requests), minimal (control plane alone), remote (uses a control plane elsewhere), empty (nothing "
                    + "but what components enable), preview and stable (variants of default).",
                MeshProfileName.self
            ).defaulting(to: .string(MeshNames.defaultProfile))
        ),
        .field(
            "namespace",
            .string("The namespace of the control plane. It cannot be changed later.", .label)
                .defaulting(to: .string(MeshNames.defaultNamespace))
                .rule("self == oldSelf", "namespace cannot be changed: delete the MeshOperator and create a new one")
        ),
        .field(
            "hub",
            .string("Registry and path of all images, for example docker.io/istio. Default: the version's.", .imageHub)
        ),
        .field("tag", .string("Tag of all images. Default: the version's.", .imageTag)),
        .field(
            "imagePullPolicy",
            .choice("When nodes pull images. Default: Kubernetes' own rule.", ImagePullPolicy.self)
        ),
        .field(
            "imagePullSecrets",
            .list(
                "Names of Secrets with registry credentials, in the namespaces where pods run.",
                of: .string("Name of a Secret.", .subdomain),
                most: 16
            )
        ),
    ]

    private static let settingFields: [FieldSchema.Property] = [
        .field(
            "meshConfig",
            .freeObject(
                "Istio's MeshConfig: access logs, tracing, outbound traffic policy, defaultConfig of proxies, and so on. "
                    + "Merged over the profile's; changes take effect without a restart of the control plane."
            )
        ),
        .field("components", MeshComponents.schema),
        .field(
            "values",
            .freeObject(
                "Istio's Helm values (global, pilot, sidecarInjectorWebhook, gateways, telemetry, …), merged over the "
                    + "profile's. Where they say the same as meshConfig, they win; k8s settings of components are applied last."
            )
        ),
        .field("slowStart", SlowStart.schema),
        .field("lifecycle", SidecarLifecycle.schema),
    ]

    private static let lifeFields: [FieldSchema.Property] = [
        .field("upgrade", UpgradePlan.schema),
        .field("teardown", TeardownPolicy.schema),
        .field(
            "paused",
            .boolean("Holds all writes of the operator for this mesh while true.").defaulting(to: false)
        ),
        .field(
            "adopt",
            .boolean(
                "Allows the operator to take over objects that carry the right names but were made by somebody else, "
                    + "for example by istioctl or Helm."
            ).defaulting(to: false)
        ),
    ]
}

/// The built-in profiles.
package enum MeshProfileName: String, Sendable, Hashable, CaseIterable {
    /// Control plane and ingress gateway, with production requests.
    case `default`
    /// Control plane with both gateways and small requests.
    case demo
    /// As default, without any gateway.
    case minimal
    /// Uses a control plane elsewhere.
    case remote
    /// Nothing is enabled.
    case empty
    /// As default, with what upstream previews.
    case preview
    /// As default, with only stable features.
    case stable
}

extension SlowStart {
    static let schema: FieldSchema = .object(
        "Endpoints that just appeared get their share of traffic gradually, everywhere in the mesh. "
            + "A DestinationRule's own warmup wins. Without this field there is no slow start. It is read by this project's "
            + "control plane; upstream's istiod has no mesh-wide slow start and ignores it.",
        [
            .field(
                "window",
                .string("How long an endpoint counts as new, for example 60s.", .duration).defaulting(to: "60s")
            ),
            .field(
                "aggression",
                .number("The shape of the ramp: 1.0 is linear, more begins slower; at least 1.0, fractions allowed.")
                    .within(1...100).defaulting(to: 1)
            ),
            .field(
                "minWeightPercent",
                .number("The least share of its final weight a new endpoint gets, in percent; fractions allowed.")
                    .within(0...100).defaulting(to: 10)
            ),
        ]
    )
}

extension SidecarLifecycle {
    static let schema: FieldSchema = .object(
        "The order in which sidecars and applications start and stop. Without this field Istio's defaults hold.",
        [
            .field(
                "holdApplicationUntilProxyStarts",
                .boolean("Starts the application only once its sidecar accepts traffic.").defaulting(to: false)
            ),
            .field(
                "minDrainDuration",
                .string("How long a stopping sidecar keeps accepting new connections.", .duration)
                    .defaulting(to: "3s")
            ),
            .field(
                "waitForConnections",
                .boolean("Lets a stopping sidecar wait until no connection is left.").defaulting(to: true)
            ),
        ]
    )
}

extension TeardownPolicy {
    static let schema: FieldSchema = .object(
        "What deletion of this resource may do.",
        [
            .field(
                "inUse",
                .choice(
                    "While pods still use the mesh: Wait keeps it and says which pods, Remove removes it all the same.",
                    InUse.self
                ).defaulting(to: "Wait")
            ),
            .field(
                "crds",
                .choice(
                    "What happens to Istio's CRDs: Keep, or Delete, which deletes all mesh configuration with them.",
                    CRDs.self
                ).defaulting(to: "Keep")
            ),
        ]
    )
}
