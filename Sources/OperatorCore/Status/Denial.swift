internal import KubeAPI
internal import KubeClient

/// Who answered 403: the authorizer, or one of the admission plugins behind it.
///
/// Source: the texts of Kubernetes' `k8s.io/apiserver/pkg/endpoints/handlers/responsewriters` (`User "x" cannot …`) and of its admission
/// plugins; what is in none of these forms counts as a lack of permission.
enum Denial: Hashable, CaseIterable {
    /// The authorizer: the operator lacks a permission.
    case permission
    /// The plugin ResourceQuota.
    case quota
    /// The plugin NamespaceLifecycle.
    case terminating
    /// A webhook, a policy or another plugin.
    case admission

    /// Finds out who answered.
    init(_ error: KubeError) {
        let words = error.status?.message ?? error.message
        let causes = error.status?.details?.causes ?? []
        if causes.contains(where: { $0.reason == "NamespaceTerminating" })
            || words.contains("because it is being terminated")
        {
            self = .terminating
        } else if words.contains("exceeded quota") || words.contains("failed quota") {
            self = .quota
        } else if words.contains("admission webhook") || words.contains("AdmissionPolicy")
            || words.contains("violates PodSecurity")
            || words.contains(" is forbidden: ") && !words.contains("User \"") && !words.contains(" cannot ")
        {
            self = .admission
        } else {
            self = .permission
        }
    }

    /// What helps.
    var remedy: String {
        switch self {
        case .permission: "give the permission back with kubectl apply -f Manifests/install.yaml"
        case .quota: "raise the ResourceQuota that is named, or delete what uses it up"
        case .terminating: "wait until the namespace is gone, or find out with kubectl describe namespace what keeps it"
        case .admission: "let the policy or webhook that is named admit the object, or change the field that it names"
        }
    }
}
