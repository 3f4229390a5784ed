internal import DataTree
internal import KubeAPI

/// All that rendering one instance of a component looks at.
struct ComponentScope: Sendable {
    /// Which component.
    let kind: ComponentKind
    /// Its own settings within `spec.components`.
    let settings: Tree
    /// The mesh's values, with those that other settings come to.
    let given: Tree
    /// Its values: its defaults with the given ones over them.
    let values: Tree
    /// Where it lives.
    let namespace: String
    /// The version rendered.
    let entry: VersionCatalogue.Entry
    /// What comes from outside.
    let options: RenderOptions
    /// Where its settings stand in the spec: `components.pilot`, `components.ingressGateways[0]`.
    let place: TreePath

    /// The revision's name, empty for the default one.
    var revision: String { values.text("revision") }
    /// `-REVISION`, empty for the default one.
    var suffix: String { revision.isEmpty ? "" : "-\(revision)" }
    /// The revision as labels carry it.
    var revisionLabel: Tree { .string(revision.isEmpty ? "default" : revision) }
    /// The namespace of the control plane.
    var meshNamespace: String { values.text("global.istioNamespace", or: "istio-system") }
    /// The name of a gateway.
    var gatewayName: String { settings.text("name", or: kind.workloadName) }

    /// The name in status: `pilot`, or `ingressGateways/NAME`.
    var componentName: String { kind.isGateway ? "\(kind.rawValue)/\(gatewayName)" : kind.rawValue }

    /// Whether a behaviour of the version holds.
    func has(_ behaviour: VersionCatalogue.Behaviour) -> Bool { entry.minor.behaviours.contains(behaviour) }

    /// Labels every object of the mesh carries.
    var commonLabels: [(String, Tree?)] {
        var labels: [(String, Tree?)] = [
            ("app.kubernetes.io/instance", "istio"), ("app.kubernetes.io/part-of", "istio"),
            ("app.kubernetes.io/version", .string(entry.version.description)),
        ]
        switch options.labels {
        case .own: labels.append(("app.kubernetes.io/managed-by", "meshoperator"))
        case .upstream:
            labels.append(("app.kubernetes.io/managed-by", "Helm"))
            labels.append(("helm.sh/chart", .string("\(kind.chartName)-\(entry.version)")))
        }
        return labels
    }

    /// Labels that tell the component and the revision of an object.
    var identityLabels: [(String, Tree?)] {
        [
            ("istio.io/rev", revisionLabel),
            ("install.operator.istio.io/owning-resource", .string(values.text("ownerName", or: "unknown"))),
            ("operator.istio.io/component", .string(kind.labelName)),
        ]
    }

    /// An object with its metadata; `body` adds the rest.
    ///
    /// A nil namespace makes it cluster-scoped.
    func object(
        _ type: ObjectType,
        name: String,
        namespace: String?,
        labels: [(String, Tree?)],
        annotations: Tree? = nil,
        body: [(String, Tree?)]
    ) -> Tree {
        let metadata = fields([
            ("name", .string(name)), ("namespace", namespace.map { .string($0) }),
            ("labels", fields(labels + commonLabels)), ("annotations", annotations),
        ])
        return fields(
            [
                ("apiVersion", .string(type.apiVersion)), ("kind", .string(type.rawValue)), ("metadata", metadata),
            ] + body
        )
    }
}

/// The kinds of object rendering makes.
enum ObjectType: String, CaseIterable {
    case namespace = "Namespace"
    case serviceAccount = "ServiceAccount"
    case configMap = "ConfigMap"
    case service = "Service"
    case resourceQuota = "ResourceQuota"
    case deployment = "Deployment"
    case daemonSet = "DaemonSet"
    case role = "Role"
    case roleBinding = "RoleBinding"
    case clusterRole = "ClusterRole"
    case clusterRoleBinding = "ClusterRoleBinding"
    case autoscaler = "HorizontalPodAutoscaler"
    case disruptionBudget = "PodDisruptionBudget"
    case networkPolicy = "NetworkPolicy"
    case mutatingWebhooks = "MutatingWebhookConfiguration"
    case validatingWebhooks = "ValidatingWebhookConfiguration"
    case admissionPolicy = "ValidatingAdmissionPolicy"
    case admissionPolicyBinding = "ValidatingAdmissionPolicyBinding"
    case endpointSlice = "EndpointSlice"
    case networkAttachment = "NetworkAttachmentDefinition"

    /// Group and version.
    var apiVersion: String {
        switch self {
        case .namespace, .serviceAccount, .configMap, .service, .resourceQuota: "v1"
        case .deployment, .daemonSet: "apps/v1"
        case .role, .roleBinding, .clusterRole, .clusterRoleBinding: "rbac.authorization.k8s.io/v1"
        case .autoscaler: "autoscaling/v2"
        case .disruptionBudget: "policy/v1"
        case .networkPolicy: "networking.k8s.io/v1"
        case .mutatingWebhooks, .validatingWebhooks, .admissionPolicy, .admissionPolicyBinding:
            "admissionregistration.k8s.io/v1"
        case .endpointSlice: "discovery.k8s.io/v1"
        case .networkAttachment: "k8s.cni.cncf.io/v1"
        }
    }

    /// When objects of the kind are applied, for a component that is no gateway.
    var phase: RenderPhase {
        switch self {
        case .namespace: .foundation
        case .deployment, .daemonSet, .service, .endpointSlice, .autoscaler, .disruptionBudget, .networkPolicy:
            .controlPlane
        case .mutatingWebhooks, .validatingWebhooks, .admissionPolicy, .admissionPolicyBinding: .webhooks
        default: .configuration
        }
    }

    /// Whether objects of the kind live outside namespaces.
    var isClusterScoped: Bool {
        switch self {
        case .namespace, .clusterRole, .clusterRoleBinding, .mutatingWebhooks, .validatingWebhooks, .admissionPolicy,
            .admissionPolicyBinding:
            true
        default: false
        }
    }
}
