extension APIResource {
    /// The resource as errors and RBAC rules name it: `deployments.apps`, or `pods` for the core group.
    public var qualifiedName: String { kind.group.isEmpty ? plural : "\(plural).\(kind.group)" }

    private init(_ group: String, _ version: String, _ kind: String, _ plural: String, namespaced: Bool = true) {
        self.init(
            kind: GroupVersionKind(group: group, version: version, kind: kind),
            plural: plural,
            isNamespaced: namespaced
        )
    }
}

// Core group.
extension APIResource {
    /// `v1` Pod.
    public static let pods = APIResource("", "v1", "Pod", "pods")
    /// `v1` Service.
    public static let services = APIResource("", "v1", "Service", "services")
    /// `v1` Endpoints.
    public static let endpoints = APIResource("", "v1", "Endpoints", "endpoints")
    /// `v1` ConfigMap.
    public static let configMaps = APIResource("", "v1", "ConfigMap", "configmaps")
    /// `v1` Secret.
    public static let secrets = APIResource("", "v1", "Secret", "secrets")
    /// `v1` ServiceAccount.
    public static let serviceAccounts = APIResource("", "v1", "ServiceAccount", "serviceaccounts")
    /// `v1` Namespace.
    public static let namespaces = APIResource("", "v1", "Namespace", "namespaces", namespaced: false)
    /// `v1` Node.
    public static let nodes = APIResource("", "v1", "Node", "nodes", namespaced: false)
    /// `v1` Event, the older form; ``events`` is the newer.
    public static let coreEvents = APIResource("", "v1", "Event", "events")
    /// `v1` ResourceQuota.
    public static let resourceQuotas = APIResource("", "v1", "ResourceQuota", "resourcequotas")
    /// `v1` LimitRange.
    public static let limitRanges = APIResource("", "v1", "LimitRange", "limitranges")
    /// `v1` PersistentVolumeClaim.
    public static let persistentVolumeClaims = APIResource("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims")
}

// Workloads.
extension APIResource {
    /// `apps/v1` Deployment.
    public static let deployments = APIResource("apps", "v1", "Deployment", "deployments")
    /// `apps/v1` ReplicaSet.
    public static let replicaSets = APIResource("apps", "v1", "ReplicaSet", "replicasets")
    /// `apps/v1` DaemonSet.
    public static let daemonSets = APIResource("apps", "v1", "DaemonSet", "daemonsets")
    /// `apps/v1` StatefulSet.
    public static let statefulSets = APIResource("apps", "v1", "StatefulSet", "statefulsets")
    /// `batch/v1` Job.
    public static let jobs = APIResource("batch", "v1", "Job", "jobs")
    /// `batch/v1` CronJob.
    public static let cronJobs = APIResource("batch", "v1", "CronJob", "cronjobs")
    /// `autoscaling/v2` HorizontalPodAutoscaler.
    public static let horizontalPodAutoscalers = APIResource(
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers"
    )
    /// `policy/v1` PodDisruptionBudget.
    public static let podDisruptionBudgets = APIResource(
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets"
    )
}

// Network, coordination, events.
extension APIResource {
    /// `networking.k8s.io/v1` NetworkPolicy.
    public static let networkPolicies = APIResource("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies")
    /// `networking.k8s.io/v1` Ingress.
    public static let ingresses = APIResource("networking.k8s.io", "v1", "Ingress", "ingresses")
    /// `discovery.k8s.io/v1` EndpointSlice.
    public static let endpointSlices = APIResource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
    /// `k8s.cni.cncf.io/v1` NetworkAttachmentDefinition, which clusters with Multus serve.
    public static let networkAttachmentDefinitions = APIResource(
        "k8s.cni.cncf.io",
        "v1",
        "NetworkAttachmentDefinition",
        "network-attachment-definitions"
    )
    /// `coordination.k8s.io/v1` Lease.
    public static let leases = APIResource("coordination.k8s.io", "v1", "Lease", "leases")
    /// `events.k8s.io/v1` Event.
    public static let events = APIResource("events.k8s.io", "v1", "Event", "events")
}

// Access control, admission, extension.
extension APIResource {
    /// `rbac.authorization.k8s.io/v1` Role.
    public static let roles = APIResource("rbac.authorization.k8s.io", "v1", "Role", "roles")
    /// `rbac.authorization.k8s.io/v1` RoleBinding.
    public static let roleBindings = APIResource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")
    /// `rbac.authorization.k8s.io/v1` ClusterRole.
    public static let clusterRoles = APIResource(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRole",
        "clusterroles",
        namespaced: false
    )
    /// `rbac.authorization.k8s.io/v1` ClusterRoleBinding.
    public static let clusterRoleBindings = APIResource(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        namespaced: false
    )
    /// `admissionregistration.k8s.io/v1` MutatingWebhookConfiguration.
    public static let mutatingWebhookConfigurations = APIResource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        namespaced: false
    )
    /// `admissionregistration.k8s.io/v1` ValidatingWebhookConfiguration.
    public static let validatingWebhookConfigurations = APIResource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        namespaced: false
    )
    /// `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicy, served since Kubernetes 1.30.
    public static let validatingAdmissionPolicies = APIResource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        namespaced: false
    )
    /// `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicyBinding, served since Kubernetes 1.30.
    public static let validatingAdmissionPolicyBindings = APIResource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        namespaced: false
    )
    /// `apiextensions.k8s.io/v1` CustomResourceDefinition.
    public static let customResourceDefinitions = APIResource(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        namespaced: false
    )
    /// `apiregistration.k8s.io/v1` APIService.
    public static let apiServices = APIResource(
        "apiregistration.k8s.io",
        "v1",
        "APIService",
        "apiservices",
        namespaced: false
    )
}

extension APIResource {
    /// Every resource named here, in the order of the groups above.
    public static let wellKnown: [APIResource] = [
        .pods, .services, .endpoints, .configMaps, .secrets, .serviceAccounts, .namespaces, .nodes, .coreEvents,
        .resourceQuotas, .limitRanges, .persistentVolumeClaims,
        .deployments, .replicaSets, .daemonSets, .statefulSets, .jobs, .cronJobs, .horizontalPodAutoscalers,
        .podDisruptionBudgets,
        .networkPolicies, .ingresses, .endpointSlices, .leases, .events,
        .roles, .roleBindings, .clusterRoles, .clusterRoleBindings, .mutatingWebhookConfigurations,
        .validatingWebhookConfigurations, .validatingAdmissionPolicies, .validatingAdmissionPolicyBindings,
        .customResourceDefinitions, .apiServices,
    ]

    /// The well-known resource that serves `kind`, nil for kinds not named here.
    public static func serving(_ kind: GroupVersionKind) -> APIResource? {
        byKind[kind]
    }

    private static let byKind: [GroupVersionKind: APIResource] = Dictionary(
        wellKnown.map { ($0.kind, $0) },
        uniquingKeysWith: { first, _ in first }
    )
}

extension GroupVersionKind {
    /// `v1` Pod.
    public static let pod = APIResource.pods.kind
    /// `v1` Service.
    public static let service = APIResource.services.kind
    /// `v1` ConfigMap.
    public static let configMap = APIResource.configMaps.kind
    /// `v1` Secret.
    public static let secret = APIResource.secrets.kind
    /// `v1` ServiceAccount.
    public static let serviceAccount = APIResource.serviceAccounts.kind
    /// `v1` Namespace.
    public static let namespace = APIResource.namespaces.kind
    /// `v1` Node.
    public static let node = APIResource.nodes.kind
    /// `apps/v1` Deployment.
    public static let deployment = APIResource.deployments.kind
    /// `apps/v1` ReplicaSet.
    public static let replicaSet = APIResource.replicaSets.kind
    /// `apps/v1` DaemonSet.
    public static let daemonSet = APIResource.daemonSets.kind
    /// `apps/v1` StatefulSet.
    public static let statefulSet = APIResource.statefulSets.kind
    /// `batch/v1` Job.
    public static let job = APIResource.jobs.kind
    /// `coordination.k8s.io/v1` Lease.
    public static let lease = APIResource.leases.kind
    /// `events.k8s.io/v1` Event.
    public static let event = APIResource.events.kind
    /// `discovery.k8s.io/v1` EndpointSlice.
    public static let endpointSlice = APIResource.endpointSlices.kind
    /// `autoscaling/v2` HorizontalPodAutoscaler.
    public static let horizontalPodAutoscaler = APIResource.horizontalPodAutoscalers.kind
    /// `policy/v1` PodDisruptionBudget.
    public static let podDisruptionBudget = APIResource.podDisruptionBudgets.kind
    /// `networking.k8s.io/v1` NetworkPolicy.
    public static let networkPolicy = APIResource.networkPolicies.kind
    /// `rbac.authorization.k8s.io/v1` Role.
    public static let role = APIResource.roles.kind
    /// `rbac.authorization.k8s.io/v1` RoleBinding.
    public static let roleBinding = APIResource.roleBindings.kind
    /// `rbac.authorization.k8s.io/v1` ClusterRole.
    public static let clusterRole = APIResource.clusterRoles.kind
    /// `rbac.authorization.k8s.io/v1` ClusterRoleBinding.
    public static let clusterRoleBinding = APIResource.clusterRoleBindings.kind
    /// `admissionregistration.k8s.io/v1` MutatingWebhookConfiguration.
    public static let mutatingWebhookConfiguration = APIResource.mutatingWebhookConfigurations.kind
    /// `admissionregistration.k8s.io/v1` ValidatingWebhookConfiguration.
    public static let validatingWebhookConfiguration = APIResource.validatingWebhookConfigurations.kind
    /// `apiextensions.k8s.io/v1` CustomResourceDefinition.
    public static let customResourceDefinition = APIResource.customResourceDefinitions.kind
}
