internal import DataTree
internal import MeshAPI

extension ControlPlane {
    /// Admission webhooks and policies.
    var webhooks: [Tree] {
        var result: [Tree] = []
        if !values.has("global.operatorManageWebhooks") {
            result.append(injectionWebhooks(InjectionWebhook.all(revision: scope.revision, values), tag: nil))
            for tag in values.at("revisionTags").elements.map(\.printed) {
                result.append(injectionWebhooks(InjectionWebhook.all(tag: tag, values), tag: tag))
            }
        }
        guard holdsConfiguration else { return result }
        if values.has("global.configValidation") { result.append(validation) }
        if values.has("experimental.stableValidationPolicy") {
            let stem = "\(scope.suffix)-\(scope.meshNamespace).istio.io"
            result += StablePolicy(scope: scope).objects(
                policy: "stable-channel-policy\(stem)",
                binding: "stable-channel-policy-binding\(stem)",
                labels: [("app.kubernetes.io/name", "istiod")],
                selector: Self.selects(revision: scope.revision.isEmpty ? "default" : scope.revision)
            )
        }
        return result
    }

    private func injectionWebhooks(_ webhooks: [InjectionWebhook], tag: String?) -> Tree {
        let place = scope.namespace == "istio-system" ? "" : "-\(scope.namespace)"
        let stem = tag.map { "istio-revision-tag-\($0)" } ?? "istio-sidecar-injector\(scope.suffix)"
        return scope.object(
            .mutatingWebhooks,
            name: stem + place,
            namespace: nil,
            labels: labels([("app", "sidecar-injector"), (MeshNames.Label.tag, tag.map { .string($0) })]),
            annotations: values.at("sidecarInjectorWebhookAnnotations").ifSet,
            body: [("webhooks", .array(webhooks.map { webhook($0) }))]
        )
    }

    private func webhook(_ webhook: InjectionWebhook) -> Tree {
        let url = values.text("istiodRemote.injectionURL")
        let service: Tree = [
            "name": .string(name), "namespace": .string(scope.namespace),
            "path": .string(values.text("istiodRemote.injectionPath")), "port": 443,
        ]
        let client = fields([
            ("url", when(!url.isEmpty, .string(url))), ("service", when(url.isEmpty, service)),
            ("caBundle", values.at("istiodRemote.injectionCABundle").ifSet),
        ])
        let rule: Tree = [
            "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
        ]
        return [
            "name": .string("\(webhook.prefix)sidecar-injector.istio.io"), "clientConfig": client,
            "sideEffects": "None", "rules": [rule], "failurePolicy": "Fail",
            "reinvocationPolicy": .string(values.text("sidecarInjectorWebhook.reinvocationPolicy")),
            "admissionReviewVersions": ["v1"],
            "namespaceSelector": ["matchExpressions": .array(webhook.namespaces)],
            "objectSelector": ["matchExpressions": .array(webhook.objects)],
        ]
    }

    private var validation: Tree {
        let webhook = ValidationWebhook(
            name: "rev.validation.istio.io",
            service: name,
            namespace: scope.meshNamespace,
            selector: Self.selects(revision: scope.revision.isEmpty ? "default" : scope.revision)
        )
        return scope.object(
            .validatingWebhooks,
            name: "istio-validator\(scope.suffix)-\(scope.meshNamespace)",
            namespace: nil,
            labels: accessLabels + [("istio", "istiod"), ("istio.io/rev", scope.revisionLabel)],
            body: [("webhooks", [webhook.tree(values)])]
        )
    }

    /// A selector of objects labelled with a revision.
    static func selects(revision: String) -> Tree {
        ["matchExpressions": [["key": "istio.io/rev", "operator": "In", "values": [.string(revision)]]]]
    }
}

/// Which pods one of the injection webhooks is asked about; together they cover each pod at most once.
struct InjectionWebhook {
    /// Tells the webhooks of one configuration apart.
    var prefix: String
    /// Expressions over the labels of the namespace.
    var namespaces: [Tree]
    /// Expressions over the labels of the pod.
    var objects: [Tree]

    /// The webhooks of a revision; the default one also answers `istio-injection` and `sidecar.istio.io/inject`.
    static func all(revision: String, _ values: Tree) -> [InjectionWebhook] {
        let byRevision = forRevision(revision.isEmpty ? "default" : revision)
        return revision.isEmpty ? byRevision + forDefault(values) : byRevision
    }

    /// The webhooks of an alias of a revision.
    static func all(tag: String, _ values: Tree) -> [InjectionWebhook] {
        tag == "default" ? forRevision(tag) + forDefault(values) : forRevision(tag)
    }

    private static let inject = "sidecar.istio.io/inject"
    private static let revisionKey = "istio.io/rev"
    private static let injection = "istio-injection"

    private static func forRevision(_ revision: String) -> [InjectionWebhook] {
        [
            InjectionWebhook(
                prefix: "rev.namespace.",
                namespaces: [has(revisionKey, "In", [revision]), lacks(injection)],
                objects: [has(inject, "NotIn", ["false"])]
            ),
            InjectionWebhook(
                prefix: "rev.object.",
                namespaces: [lacks(revisionKey), lacks(injection)],
                objects: [has(inject, "NotIn", ["false"]), has(revisionKey, "In", [revision])]
            ),
        ]
    }

    private static func forDefault(_ values: Tree) -> [InjectionWebhook] {
        var result = [
            InjectionWebhook(
                prefix: "namespace.",
                namespaces: [has(injection, "In", ["enabled"])],
                objects: [has(inject, "NotIn", ["false"])]
            ),
            InjectionWebhook(
                prefix: "object.",
                namespaces: [lacks(injection), lacks(revisionKey)],
                objects: [has(inject, "In", ["true"]), lacks(revisionKey)]
            ),
        ]
        if values.has("sidecarInjectorWebhook.enableNamespacesByDefault") {
            result.append(
                InjectionWebhook(
                    prefix: "auto.",
                    namespaces: [
                        lacks(injection), lacks(revisionKey),
                        has("kubernetes.io/metadata.name", "NotIn", SystemNamespaces.names),
                    ],
                    objects: [lacks(inject), lacks(revisionKey)]
                )
            )
        }
        return result
    }

    private static func has(_ key: String, _ relation: String, _ values: [String]) -> Tree {
        ["key": .string(key), "operator": .string(relation), "values": .array(values.map { .string($0) })]
    }

    private static func lacks(_ key: String) -> Tree { ["key": .string(key), "operator": "DoesNotExist"] }
}

/// The webhook that checks mesh configuration.
struct ValidationWebhook {
    /// Its name.
    var name: String
    /// The Service that answers.
    var service: String
    /// The Service's namespace.
    var namespace: String
    /// Which objects it is asked about, nil for all.
    var selector: Tree?

    /// API groups of mesh configuration.
    static let groups: Tree = [
        "security.istio.io", "networking.istio.io", "telemetry.istio.io", "extensions.istio.io",
    ]

    /// The webhook; it lets everything pass until istiod writes its authority and `failurePolicy: Fail`.
    func tree(_ values: Tree) -> Tree {
        let url = values.text("base.validationURL")
        let authority = values.at("base.validationCABundle").ifSet
        let target: Tree = [
            "name": .string(service), "namespace": .string(namespace), "path": "/validate",
        ]
        let client = fields([
            ("url", when(!url.isEmpty, .string(url))), ("service", when(url.isEmpty, target)),
            ("caBundle", authority),
        ])
        let policy = authority != nil ? "Fail" : values.text("base.validationFailurePolicy", or: "Ignore")
        let rule: Tree = [
            "operations": ["CREATE", "UPDATE"], "apiGroups": Self.groups, "apiVersions": ["*"], "resources": ["*"],
        ]
        return fields([
            ("name", .string(name)), ("clientConfig", client), ("rules", [rule]),
            ("failurePolicy", .string(policy)), ("sideEffects", "None"), ("admissionReviewVersions", ["v1"]),
            ("objectSelector", selector),
        ])
    }
}
