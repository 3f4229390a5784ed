internal import DataTree
internal import KubeAPI

/// Asks the ValidatingAdmissionPolicies that a binding has put into force.
struct PolicyAdmission: Sendable {
    let context: ServerContext

    private static let group = "admissionregistration.k8s.io"
    private static let policies = GroupResource(group: group, resource: "validatingadmissionpolicies")
    private static let bindings = GroupResource(group: group, resource: "validatingadmissionpolicybindings")
    private static let namespaces = GroupResource(group: "", resource: "namespaces")

    /// A policy against the request, with the binding through which it is.
    private struct Refusal {
        var policy: String
        var binding: String?
        var denial: PolicyDenial

        var message: String {
            let through = binding.map { " with binding '\($0)'" } ?? ""
            return "ValidatingAdmissionPolicy '\(policy)'\(through) denied request: \(denial.message)"
        }
    }

    /// Asks every policy in force; warnings go to the client.
    ///
    /// - Throws: The first refusal, with the reason the policy names.
    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {
        guard Self.isSubject(attributes) else { return }
        let bindings = context.storage.peek(Self.bindings).map { KubeObject($0.tree) }
        guard !bindings.isEmpty else { return }
        let policies = context.policies.policies(context.storage.peek(Self.policies))
        let namespace = try await namespace(attributes)
        var refusals: [Refusal] = []
        for policy in policies {
            let own = bindings.filter { $0.tree.value(at: "spec", "policyName") == .string(policy.name) }
            guard !own.isEmpty else { continue }
            refusals += try await ask(policy, own, attributes, object, namespace)
        }
        guard let first = refusals.first else { return }
        throw Self.fault(first.message, first.denial.reason, attributes, object)
    }

    /// Policies and webhooks are never asked about each other, so that a broken one can be removed, nor about reviews.
    private static func isSubject(_ attributes: AdmissionAttributes) -> Bool {
        ![group, "authentication.k8s.io", "authorization.k8s.io"].contains(attributes.kind.group)
    }

    private func namespace(_ attributes: AdmissionAttributes) async throws(APIFault) -> Tree? {
        guard let name = attributes.namespace, attributes.kind.kind != "Namespace" else { return nil }
        do throws(StorageError) {
            return try await context.storage.get(Self.namespaces, ObjectKey(name: name)).object?.tree
        } catch {
            throw .internalError(error.message)
        }
    }

    private func ask(
        _ policy: AdmissionPolicy,
        _ bindings: [KubeObject],
        _ attributes: AdmissionAttributes,
        _ object: Tree?,
        _ namespace: Tree?
    ) async throws(APIFault) -> [Refusal] {
        let labels = namespace.map { KubeObject($0).labels }
        guard let match = policy.match, let form = match.form(attributes, object),
            match.matchesNamespace(attributes, object, labels: labels)
        else { return [] }
        let params = PolicyParams(context: context, kind: policy.paramKind)
        if let problem = params.problem { return refusal(policy, nil, "failed to configure policy: \(problem)") }
        let values: PolicyValues
        do throws(APIFault) {
            values = PolicyValues(
                object: try await form.shown(object),
                old: try await form.shown(attributes.old),
                request: attributes.requestTree(as: form),
                namespace: namespace
            )
        } catch {
            let why = "failed to configure policy: failed to convert object version: \(error.message)"
            return refusal(policy, nil, why)
        }
        var result: [Refusal] = []
        for binding in bindings {
            guard Self.concerns(binding, attributes, object, labels) else { continue }
            do throws(PolicyFailure) {
                let found = try await params.found(binding.tree["spec"] ?? [:], attributes.namespace)
                result += judge(policy, binding, values, found, attributes.warnings)
            } catch {
                result += refusal(policy, binding.name, "failed to configure binding: \(error.text)")
            }
        }
        return result
    }

    private func refusal(_ policy: AdmissionPolicy, _ binding: String?, _ why: String) -> [Refusal] {
        guard policy.failsClosed else { return [] }
        return [
            Refusal(policy: policy.name, binding: binding, denial: PolicyDenial(message: why, reason: .invalid))
        ]
    }

    private static func concerns(
        _ binding: KubeObject,
        _ attributes: AdmissionAttributes,
        _ object: Tree?,
        _ labels: [String: String]?
    ) -> Bool {
        guard let resources = binding.tree.value(at: "spec", "matchResources") else { return true }
        guard let match = AdmissionMatch(resources, rules: "resourceRules", isOpen: true) else { return false }
        return match.form(attributes, object) != nil && match.matchesNamespace(attributes, object, labels: labels)
    }

    /// What comes of a binding: refusals, and warnings where it asks for no more.
    private func judge(
        _ policy: AdmissionPolicy,
        _ binding: KubeObject,
        _ values: PolicyValues,
        _ params: [Tree?],
        _ warnings: WarningSink
    ) -> [Refusal] {
        let actions = (binding.tree.value(at: "spec", "validationActions")?.array ?? []).compactMap(\.string)
        var result: [Refusal] = []
        for param in params {
            var values = values
            values.set(params: param)
            for denial in policy.denials(values) {
                if actions.contains("Warn"), !denial.isAlwaysRefusal {
                    warnings.add(
                        "Validation failed for ValidatingAdmissionPolicy '\(policy.name)' with binding "
                            + "'\(binding.name)': \(denial.message)"
                    )
                }
                if actions.contains("Deny") || denial.isAlwaysRefusal {
                    result.append(Refusal(policy: policy.name, binding: binding.name, denial: denial))
                }
            }
        }
        return result
    }

    private static func fault(
        _ message: String,
        _ reason: KubeStatus.Reason,
        _ attributes: AdmissionAttributes,
        _ object: Tree?
    ) -> APIFault {
        let resource = GroupResource(group: attributes.kind.group, resource: attributes.resource)
        let prefix = object?.value(at: "metadata", "generateName")?.string ?? ""
        let name = [attributes.name, prefix, "Unknown!"].first { !$0.isEmpty } ?? ""
        var fault = APIFault.forbidden(resource, name, message)
        fault.status.reason = reason
        switch reason {
        case .forbidden: fault.status.code = 403
        case .unauthorized: fault.status.code = 401
        case .requestEntityTooLarge: fault.status.code = 413
        default: fault.status.code = 422
        }
        fault.status.details?.causes = [FaultCause(reason: "", message: message, field: "")]
        return fault
    }
}
