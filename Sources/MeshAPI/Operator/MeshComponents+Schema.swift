internal import DataTree

extension MeshComponents {
    static let schema: FieldSchema = .object(
        "Which parts are installed, and how each runs on Kubernetes.",
        [
            .field(
                "base",
                .object(
                    "What all clusters of a mesh need: readers' permissions and the validation of configuration.",
                    [.field("enabled", MeshComponent.enabled), .field("k8s", MeshComponent.kubernetes)]
                )
            ),
            .field("pilot", .object("The control plane, istiod.", MeshComponent.fields)),
            .field(
                "cni",
                .object(
                    "A node agent that redirects the traffic of pods, so that they need no privileged init container.",
                    MeshComponent.fields
                )
            ),
            .field("ingressGateways", gateways("Gateways for traffic that comes into the mesh.")),
            .field("egressGateways", gateways("Gateways for traffic that leaves the mesh.")),
        ]
    )

    private static func gateways(_ description: String) -> FieldSchema {
        .list(
            description,
            of: .object("One gateway.", MeshComponent.gatewayFields),
            most: 64,
            keys: ["name"]
        )
    }
}

extension MeshComponent {
    static let enabled: FieldSchema = .boolean("Whether it is installed. Default: the profile decides.")

    static let fields: [FieldSchema.Property] = [
        .field("enabled", enabled),
        .field("namespace", .string("Where it lives. Default: the mesh's namespace.", .label)),
        .field("hub", .string("Registry and path of its image. Default: that of the mesh.", .imageHub)),
        .field("tag", .string("Tag of its image. Default: that of the mesh.", .imageTag)),
        .field("k8s", kubernetes),
    ]

    static let gatewayFields: [FieldSchema.Property] =
        [
            .required("name", .string("The name of its Deployment, Service and other objects.", .label)),
            .field(
                "label",
                .stringMap("Labels of its pods, by which Gateway resources select it. Default: app and istio, by kind.")
                    .limited(to: 32)
            ),
        ] + fields

    static let kubernetes: FieldSchema = .object(
        "How it runs on Kubernetes. Each field has the form of the Kubernetes API field of that name.",
        [
            field("affinity", "Which nodes and neighbours its pods want (Affinity)."),
            .field("env", variables),
            .field(
                "hpaSpec",
                .openObject(
                    "Its HorizontalPodAutoscaler's spec (autoscaling/v2), merged over what is rendered.",
                    [
                        .field("minReplicas", .integer("The least number of pods.").within(0...10000)),
                        .field("maxReplicas", .integer("The largest number of pods.").within(1...10000)),
                    ]
                )
            ),
            .field("imagePullPolicy", .choice("When nodes pull its image.", MeshOperatorSpec.ImagePullPolicy.self)),
            .field("nodeSelector", .stringMap("Labels of the nodes it may run on.").limited(to: 64)),
            field("podDisruptionBudget", "Its PodDisruptionBudget's spec."),
            .field("podAnnotations", .stringMap("Annotations of its pods.").limited(to: 64)),
            .field("priorityClassName", .string("The PriorityClass of its pods.", .subdomain)),
            field("readinessProbe", "The readiness probe of its main container (Probe)."),
            .field("replicaCount", .integer("How many pods run where no autoscaler decides.").within(0...10000)),
            .field(
                "resources",
                .openObject(
                    "CPU and memory of its main container (ResourceRequirements).",
                    [
                        .field("limits", amounts("The most it may use.")),
                        .field("requests", amounts("What it is promised.")),
                    ]
                )
            ),
            field("service", "Its Service's spec (ServiceSpec): type, ports, loadBalancerIP and so on."),
            field("strategy", "How pods are replaced (DeploymentStrategy)."),
            .field("tolerations", tolerations),
            .field("serviceAnnotations", .stringMap("Annotations of its Service.").limited(to: 64)),
            field("securityContext", "The security context of its pods (PodSecurityContext)."),
            list("volumes", "Further volumes of its pods (Volume)."),
            list("volumeMounts", "Further volume mounts of its main container (VolumeMount)."),
            .field("overlays", ObjectOverlay.listSchema),
        ]
    )

    private static let variables: FieldSchema = .list(
        "Environment variables of its main container, merged by name (EnvVar).",
        of: .openObject(
            "One variable: a name, and either a value or valueFrom.",
            [
                .required("name", .string("Its name.", .free).limited(to: 256)),
                .field("value", .string("Its value; put numbers in quotes.", .free).limited(to: 32768)),
            ]
        ),
        most: 128
    )

    private static let tolerations: FieldSchema = .list(
        "Taints its pods tolerate (Toleration).",
        of: .object(
            "One toleration.",
            [
                .field("key", .string("The taint's key; empty for all.", .free).limited(to: 316)),
                .field("operator", .string("Exists or Equal.", .free).limited(to: 16)),
                .field("value", .string("The taint's value.", .free).limited(to: 63)),
                .field("effect", .string("Such as NoSchedule; empty for all.", .free).limited(to: 32)),
                .field("tolerationSeconds", .integer("How long a NoExecute taint is tolerated.")),
            ]
        ),
        most: 128
    )

    private static func amounts(_ description: String) -> FieldSchema {
        FieldSchema(.map(FieldSchema(.quantity, "An amount such as 500m or 1Gi.")), description).limited(to: 32)
    }

    private static func field(_ name: String, _ description: String) -> FieldSchema.Property {
        .field(name, .freeObject(description))
    }

    private static func list(_ name: String, _ description: String) -> FieldSchema.Property {
        .field(name, .list(description, of: .freeObject("One element."), most: 128))
    }
}

extension ObjectOverlay {
    static let listSchema: FieldSchema = .list(
        "Changes made to rendered objects last, for what no other field can say.",
        of: .object(
            "Changes to one object.",
            [
                .field(
                    "apiVersion",
                    .string("The object's apiVersion, for people; not matched.", .free).limited(to: 316)
                ),
                .required("kind", .string("The object's kind, for example Deployment.", .free).limited(to: 63)),
                .required("name", .string("The object's name.", .free).limited(to: 253)),
                .field(
                    "patches",
                    .list(
                        "Changes, in order.",
                        of: .object(
                            "One change.",
                            [
                                .required(
                                    "path",
                                    .string(
                                        "Where: keys joined by dots, such as "
                                            + #"spec.template.spec.containers.[name:discovery].args.[30m]; "#
                                            + #"[name:value] and [value] select a list element, \. is a dot in a key."#,
                                        .free
                                    ).limited(to: 1024)
                                ),
                                .field(
                                    "value",
                                    FieldSchema(.any, "The new value; leave it out to delete what is there.")
                                ),
                            ]
                        ),
                        most: 128
                    )
                ),
            ]
        ),
        most: 128
    )
}
