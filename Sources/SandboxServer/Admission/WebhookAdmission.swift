internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import SandboxStore

/// Calls the admission webhooks that are configured ("Dynamic Admission Control" in the Kubernetes documentation).
struct WebhookAdmission: AdmissionPlugin {
    private static let group = "admissionregistration.k8s.io"

    private let reader: ClusterReader
    private let caller: WebhookCaller

    /// Makes the plugin.
    init(
        reader: ClusterReader,
        transport: any WebhookTransport,
        random: RandomSource,
        standIn: (any WebhookStandIn)? = nil
    ) {
        self.reader = reader
        self.caller = WebhookCaller(reader: reader, transport: transport, random: random, standIn: standIn)
    }

    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {
        guard Self.isSubject(attributes) else { return }
        let webhooks = try await webhooks(.mutatingWebhookConfigurations)
        guard !webhooks.isEmpty else { return }
        let labels = await namespaceLabels(attributes)
        var changedAfter = [Bool](repeating: false, count: webhooks.count)
        var called = changedAfter
        for (index, webhook) in webhooks.enumerated() {
            let before = object
            guard try await run(webhook, attributes, &object, labels) else { continue }
            called[index] = true
            guard before != object else { continue }
            for earlier in 0..<index where called[earlier] { changedAfter[earlier] = true }
        }
        // Those that asked for it see once more what others made of the object.
        for (index, webhook) in webhooks.enumerated() where changedAfter[index] && webhook.isReinvoked {
            _ = try await run(webhook, attributes, &object, labels)
        }
    }

    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {
        guard Self.isSubject(attributes) else { return }
        let webhooks = try await webhooks(.validatingWebhookConfigurations)
        guard !webhooks.isEmpty else { return }
        let labels = await namespaceLabels(attributes)
        var unchanged = object
        for webhook in webhooks { _ = try await run(webhook, attributes, &unchanged, labels, mutates: false) }
    }

    /// Webhooks never see their own configurations, so that a broken one can be removed, nor reviews.
    private static func isSubject(_ attributes: AdmissionAttributes) -> Bool {
        attributes.kind.group != group && attributes.kind.group != "authentication.k8s.io"
            && attributes.kind.group != "authorization.k8s.io"
    }

    private func webhooks(_ resource: APIResource) async throws(APIFault) -> [AdmissionWebhook] {
        do {
            return try await reader.list(resource).sorted { $0.name < $1.name }.flatMap { configuration in
                (configuration.tree["webhooks"]?.array ?? []).compactMap {
                    AdmissionWebhook($0, configuration: configuration.name)
                }
            }
        } catch {
            throw APIFault.internalError("webhook configurations cannot be read: \(error)")
        }
    }

    private func namespaceLabels(_ attributes: AdmissionAttributes) async -> [String: String]? {
        guard let name = attributes.namespace else { return nil }
        return try? await reader.get(.namespaces, ObjectKey(name: name))?.labels
    }

    /// Calls one webhook if it is concerned; false when it is not.
    private func run(
        _ webhook: AdmissionWebhook,
        _ attributes: AdmissionAttributes,
        _ object: inout Tree?,
        _ labels: [String: String]?,
        mutates: Bool = true
    ) async throws(APIFault) -> Bool {
        guard let form = webhook.match.form(attributes, object),
            webhook.match.matchesNamespace(attributes, object, labels: labels)
        else { return false }
        var subject = WebhookSubject(
            request: attributes.requestTree(as: form),
            object: try await form.shown(object),
            old: try await form.shown(attributes.old)
        )
        guard try Self.meets(webhook, subject, attributes) else { return false }
        if attributes.isDryRun, !webhook.allowsDryRun {
            throw APIFault.badRequest("admission webhook \"\(webhook.name)\" does not support dry run")
        }
        let verdict: WebhookCaller.Verdict
        do {
            verdict = try await caller.call(webhook, subject)
            try apply(verdict, to: &subject.object, mutates: mutates)
        } catch {
            guard webhook.failsClosed else { return false }
            throw Self.failure(webhook, error.message)
        }
        for warning in verdict.warnings { attributes.warnings.add(warning) }
        guard verdict.isAllowed else { throw Self.denial(webhook, verdict.status) }
        if mutates, verdict.patch != nil { object = try await form.restored(subject.object) }
        return true
    }

    /// Whether the webhook's own conditions hold.
    ///
    /// - Throws: 403 when they cannot be evaluated and the webhook must not be passed by.
    private static func meets(
        _ webhook: AdmissionWebhook,
        _ subject: WebhookSubject,
        _ attributes: AdmissionAttributes
    ) throws(APIFault) -> Bool {
        switch webhook.conditions.evaluate(object: subject.object, old: subject.old, request: subject.request) {
        case .matches: return true
        case .differs: return false
        case .failed(let why):
            guard webhook.failsClosed else { return false }
            let resource = GroupResource(group: attributes.kind.group, resource: attributes.resource)
            throw APIFault.forbidden(resource, attributes.name, why)
        }
    }

    private func apply(
        _ verdict: WebhookCaller.Verdict,
        to object: inout Tree?,
        mutates: Bool
    ) throws(SandboxError) {
        guard mutates, verdict.isAllowed, let patch = verdict.patch, let before = object else { return }
        do {
            object = try JSONPatch(patch).apply(to: before)
        } catch {
            throw SandboxError(.webhookFailed, "the webhook's patch cannot be applied: \(error)", cause: error)
        }
    }

    private static func failure(_ webhook: AdmissionWebhook, _ why: String) -> APIFault {
        APIFault.internalError("failed calling webhook \"\(webhook.name)\": \(why)")
    }

    /// The refusal in the words of kube-apiserver.
    private static func denial(_ webhook: AdmissionWebhook, _ status: Tree?) -> APIFault {
        let prefix = "admission webhook \"\(webhook.name)\" denied the request"
        let reason = status?["reason"]?.string ?? ""
        var message = "\(prefix) without explanation"
        if let text = status?["message"]?.string, !text.isEmpty {
            message = "\(prefix): \(text)"
        } else if !reason.isEmpty {
            message = "\(prefix): \(reason)"
        }
        let code = status?["code"]?.integer.flatMap { Int(exactly: $0) } ?? 0
        return APIFault(code < 400 || code > 599 ? 400 : code, KubeStatus.Reason(reason), message)
    }
}
