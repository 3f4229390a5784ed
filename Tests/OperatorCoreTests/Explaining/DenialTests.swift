internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Testing

@testable internal import OperatorCore

/// Who answers 403, and what helps: an admission plugin's answer is no lack of a permission.
@Suite struct DenialTests {
    @Test(arguments: [
        (
            "services \"gw\" is forbidden: User \"system:serviceaccount:m:op\" cannot patch resource \"services\" in API group \"\" in the "
                + "namespace \"istio-system\"", Denial.permission, "Manifests/install.yaml"
        ), ("forbidden: User \"op\" cannot get path \"/version\"", .permission, "Manifests/install.yaml"),
        ("no reason given", .permission, "Manifests/install.yaml"),
        (
            "services \"gw\" is forbidden: exceeded quota: none, requested: services=1, used: services=0, limited: services=0",
            .quota, "ResourceQuota"
        ),
        (
            "configmaps \"istio\" is forbidden: unable to create new content in namespace x because it is being terminated",
            .terminating, "kubectl describe namespace"
        ), ("admission webhook \"v.example.com\" denied the request: no", .admission, "policy or webhook"),
        (
            "services \"gw\" is forbidden: ValidatingAdmissionPolicy 'no-lb' with binding 'no-lb' denied request: no",
            .admission, "policy or webhook"
        ), ("pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": x", .admission, "policy or webhook"),
        (
            "pods \"a\" is forbidden: maximum cpu usage per Container is 1, but limit is 2", .admission,
            "policy or webhook"
        ),
    ])
    func isTold(words: String, denial: Denial, remedy: String) {
        let error = KubeError(.forbidden, words)
        #expect(Denial(error) == denial)
        let id = ResourceID(group: "", kind: "Service", key: ObjectKey(namespace: "istio-system", name: "gw"))
        let message = ForbiddenNote.message([StepFailure(id: id, error: error)]) ?? ""
        #expect(message.contains(remedy) && message.contains(words) && message.hasSuffix("at least once a minute"))
        #expect(message.contains("the operator may not patch services") == (denial == .permission), "\(message)")
        #expect(message.contains("Manifests/install.yaml") == (denial == .permission), "\(message)")
    }

    /// Answers that are no lack of a permission, and what is said to help.
    static let remedies: [(KubeError, String)] = [
        (
            KubeError(
                .invalid,
                "ConfigMap \"c\" is invalid: data: Forbidden: field is immutable when `immutable` is set"
            ),
            "delete ConfigMap n/c, which somebody made immutable, and it is made anew"
        ),
        (KubeError(.forbidden, "admission webhook \"v.example.com\" denied the request: no"), Denial.admission.remedy),
        (KubeError(.invalid, "ConfigMap \"c\" is invalid: data: Required value"), "change what it names"),
        (
            KubeError(.invalid, "ConfigMap \"c\" is invalid: spec.selector: field is immutable"),
            "put back what it names, or delete ConfigMap n/c, and it is made anew"
        ),
    ]

    @Test func remedyForAWorkload() {
        let id = ResourceID(group: "apps", kind: "Deployment", key: ObjectKey(namespace: "n", name: "d"))
        let error = KubeError(.invalid, "Deployment \"d\" is invalid: spec.selector: field is immutable")
        let text = RefusalText(resource: KubeObject(.null), blueprint: nil).remedy([StepFailure(id: id, error: error)])
        #expect(text == "put back what it names, or delete Deployment n/d with its pods, and it is made anew")
    }

    @Test(arguments: remedies) func remedy(_ error: KubeError, _ remedy: String) {
        let id = ResourceID(group: "", kind: "ConfigMap", key: ObjectKey(namespace: "n", name: "c"))
        let text = RefusalText(resource: KubeObject(.null), blueprint: nil)
        let failure = StepFailure(id: id, error: error)
        #expect(text.remedy([failure]) == remedy)
        #expect(text.remedy([failure, failure]) == remedy, "each once")
        #expect(text.text(failure) == "ConfigMap n/c: \(error.message)")
    }
}
