internal import DataTree

/// An admission policy that refuses configuration outside of what upstream calls stable.
struct StablePolicy {
    /// What to render it from.
    let scope: ComponentScope

    /// The policy and its binding.
    func objects(policy: String, binding: String, labels: [(String, Tree?)], selector: Tree?) -> [Tree] {
        let rule: Tree = [
            "apiGroups": ValidationWebhook.groups, "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
            "resources": ["*"],
        ]
        let constraints = fields([("resourceRules", [rule]), ("objectSelector", selector)])
        let spec: Tree = [
            "failurePolicy": "Fail", "matchConstraints": constraints, "variables": .array(variables),
            "validations": .array(validations),
        ]
        let bindingSpec: Tree = ["policyName": .string(policy), "validationActions": ["Deny"]]
        var bound = scope.object(
            .admissionPolicyBinding,
            name: binding,
            namespace: nil,
            labels: labels,
            body: [("spec", bindingSpec)]
        )
        // Upstream's installer leaves this one object without labels.
        if scope.options.labels == .upstream { bound.set(nil, at: ["metadata", "labels"]) }
        return [
            scope.object(.admissionPolicy, name: policy, namespace: nil, labels: labels, body: [("spec", spec)]),
            bound,
        ]
    }

    private var variables: [Tree] {
        let kinds = ["EnvoyFilter", "WasmPlugin", "ProxyConfig", "Telemetry"]
        return (kinds + (scope.has(.stableAuthorization) ? ["AuthorizationPolicy"] : [])).map {
            ["name": .string("is\($0)"), "expression": .string("object.kind == '\($0)'")]
        }
    }

    private var validations: [Tree] {
        let telemetry = """
            !variables.isTelemetry || !(
              (has(object.spec.tracing) && object.spec.tracing.exists(t, has(t.useRequestIdForTraceSampling)))
              || (has(object.spec.metrics) && object.spec.metrics.exists(m, has(m.reportingInterval)))
              || (has(object.spec.accessLogging) && object.spec.accessLogging.exists(l, has(l.filter)))
            )
            """
        let authorization = """
            !variables.isAuthorizationPolicy || !has(object.spec.rules) || !object.spec.rules.exists(r,
              has(r.from) && r.from.exists(f,
                has(f.source) && (has(f.source.trustDomains) || has(f.source.notTrustDomains))))
            """
        let expressions = [
            "!variables.isEnvoyFilter", "!variables.isWasmPlugin", "!variables.isProxyConfig", telemetry,
        ]
        return (expressions + (scope.has(.stableAuthorization) ? [authorization] : [])).map {
            ["expression": .string($0)]
        }
    }
}
