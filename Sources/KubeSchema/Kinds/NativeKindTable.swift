internal import KubeAPI
internal import MeshBase

/// The catalogue as a table: kind, plural, short names, categories, scope, verbs, subresources, OpenAPI package.
///
/// A dash stands for none, `*` for the verbs of stored objects. Subresources are `status`, or `name=apiVersion.Kind:verbs`.
enum NativeKindTable {
    static let text = """
        v1 io.k8s.api.core.v1
        Binding bindings - - ns create -
        ConfigMap configmaps cm - ns * -
        Endpoints endpoints ep - ns * -
        Event events ev - ns * -
        LimitRange limitranges limits - ns * -
        Namespace namespaces ns - cluster namespace finalize=v1.Namespace:update,status
        Node nodes no - cluster * status
        PersistentVolume persistentvolumes pv - cluster * status
        PersistentVolumeClaim persistentvolumeclaims pvc - ns * status
        Pod pods po all ns * \
        binding=v1.Binding:create,ephemeralcontainers=v1.Pod:get+patch+update,eviction=policy/v1.Eviction:create,\
        log=v1.Pod:get,resize=v1.Pod:get+patch+update,status
        PodTemplate podtemplates - - ns * -
        ReplicationController replicationcontrollers rc all ns * \
        scale=autoscaling/v1.Scale:get+patch+update,status
        ResourceQuota resourcequotas quota - ns * status
        Secret secrets - - ns * -
        Service services svc all ns * status
        ServiceAccount serviceaccounts sa - ns * token=authentication.k8s.io/v1.TokenRequest:create
        apiregistration.k8s.io/v1 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1
        APIService apiservices - api-extensions cluster * status
        apps/v1 io.k8s.api.apps.v1
        ControllerRevision controllerrevisions - - ns * -
        DaemonSet daemonsets ds all ns * status
        Deployment deployments deploy all ns * scale=autoscaling/v1.Scale:get+patch+update,status
        ReplicaSet replicasets rs all ns * scale=autoscaling/v1.Scale:get+patch+update,status
        StatefulSet statefulsets sts all ns * scale=autoscaling/v1.Scale:get+patch+update,status
        events.k8s.io/v1 io.k8s.api.events.v1
        Event events ev - ns * -
        authentication.k8s.io/v1 io.k8s.api.authentication.v1
        SelfSubjectReview selfsubjectreviews - - cluster create -
        TokenReview tokenreviews - - cluster create -
        authorization.k8s.io/v1 io.k8s.api.authorization.v1
        LocalSubjectAccessReview localsubjectaccessreviews - - ns create -
        SelfSubjectAccessReview selfsubjectaccessreviews - - cluster create -
        SelfSubjectRulesReview selfsubjectrulesreviews - - cluster create -
        SubjectAccessReview subjectaccessreviews - - cluster create -
        autoscaling/v2 io.k8s.api.autoscaling.v2
        HorizontalPodAutoscaler horizontalpodautoscalers hpa all ns * status
        autoscaling/v1 io.k8s.api.autoscaling.v1
        HorizontalPodAutoscaler horizontalpodautoscalers hpa all ns * status
        batch/v1 io.k8s.api.batch.v1
        CronJob cronjobs cj all ns * status
        Job jobs - all ns * status
        certificates.k8s.io/v1 io.k8s.api.certificates.v1
        CertificateSigningRequest certificatesigningrequests csr - cluster * \
        approval=certificates.k8s.io/v1.CertificateSigningRequest:get+patch+update,status
        networking.k8s.io/v1 io.k8s.api.networking.v1
        Ingress ingresses ing - ns * status
        IngressClass ingressclasses - - cluster * -
        NetworkPolicy networkpolicies netpol - ns * -
        policy/v1 io.k8s.api.policy.v1
        PodDisruptionBudget poddisruptionbudgets pdb - ns * status
        rbac.authorization.k8s.io/v1 io.k8s.api.rbac.v1
        ClusterRole clusterroles - - cluster * -
        ClusterRoleBinding clusterrolebindings - - cluster * -
        Role roles - - ns * -
        RoleBinding rolebindings - - ns * -
        storage.k8s.io/v1 io.k8s.api.storage.v1
        StorageClass storageclasses sc - cluster * -
        admissionregistration.k8s.io/v1 io.k8s.api.admissionregistration.v1
        MutatingWebhookConfiguration mutatingwebhookconfigurations - api-extensions cluster * -
        ValidatingAdmissionPolicy validatingadmissionpolicies - api-extensions cluster * status
        ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings - api-extensions cluster * -
        ValidatingWebhookConfiguration validatingwebhookconfigurations - api-extensions cluster * -
        apiextensions.k8s.io/v1 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1
        CustomResourceDefinition customresourcedefinitions crd,crds api-extensions cluster * status
        scheduling.k8s.io/v1 io.k8s.api.scheduling.v1
        PriorityClass priorityclasses pc - cluster * -
        coordination.k8s.io/v1 io.k8s.api.coordination.v1
        Lease leases - - ns * -
        node.k8s.io/v1 io.k8s.api.node.v1
        RuntimeClass runtimeclasses - - cluster * -
        discovery.k8s.io/v1 io.k8s.api.discovery.v1
        EndpointSlice endpointslices - - ns * -
        """

    private static let storedVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    static func read() -> [NativeKind] {
        var kinds: [NativeKind] = []
        var apiVersion = ""
        var package = ""
        for line in text.split(ascii: "\n") {
            let words = line.split(ascii: " ").map(String.init)
            if words.count == 2 {
                apiVersion = words[0]
                package = words[1]
            } else if words.count == 7 {
                kinds.append(kind(words, apiVersion, package))
            }
        }
        return kinds
    }

    private static func kind(_ words: [String], _ apiVersion: String, _ package: String) -> NativeKind {
        let name = GroupVersionKind(apiVersion: apiVersion, kind: words[0])
        let resource = APIResource(kind: name, plural: words[1], isNamespaced: words[4] == "ns")
        return NativeKind(
            resource: resource,
            singular: words[0].lowercased(),
            shortNames: list(words[2]),
            categories: list(words[3]),
            verbs: verbs(words[5]),
            subresources: list(words[6]).map { subresource($0, of: name) },
            definitionName: "\(package).\(words[0])"
        )
    }

    private static func verbs(_ word: String) -> [String] {
        switch word {
        case "*": storedVerbs
        case "namespace": storedVerbs.filter { $0 != "deletecollection" }
        default: list(word)
        }
    }

    private static func list(_ word: String) -> [String] {
        word == "-" ? [] : word.split(ascii: ",").map(String.init)
    }

    private static func subresource(_ word: String, of kind: GroupVersionKind) -> NativeKind.Subresource {
        let halves = word.split(ascii: "=")
        guard halves.count == 2 else {
            return NativeKind.Subresource(name: word, kind: kind, verbs: ["get", "patch", "update"])
        }
        let parts = halves[1].split(ascii: ":")
        let dot = parts[0].lastIndex(of: ".") ?? parts[0].startIndex
        let target = GroupVersionKind(
            apiVersion: String(parts[0][..<dot]),
            kind: String(parts[0][dot...].dropFirst())
        )
        let verbs = parts.count > 1 ? parts[1].split(ascii: "+").map(String.init) : []
        return NativeKind.Subresource(name: String(halves[0]), kind: target, verbs: verbs)
    }
}
