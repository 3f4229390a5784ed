internal import DataTree
internal import KubeAPI

/// Refuses what would take more than the ResourceQuotas of its namespace leave.
///
/// What is used is counted in the store at the time of the request.
struct QuotaAdmission: Sendable {
    let context: ServerContext

    private static let quotas = GroupResource(group: "", resource: "resourcequotas")
    /// Updates can change only what these take.
    private static let changeable: Set<String> = ["services", "persistentvolumeclaims"]

    /// Checks a new object, or a changed one that takes more than before.
    ///
    /// - Throws: 403 naming the quota, what was asked for, what is used and what is allowed.
    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {
        guard let object, let namespace = attributes.namespace, attributes.subresource.isEmpty else { return }
        let resource = GroupResource(group: attributes.kind.group, resource: attributes.resource)
        guard attributes.operation == .create || Self.changeable.contains(resource.description) else { return }
        let quotas = context.storage.peek(Self.quotas).filter { $0.key.namespace == namespace }
        guard !quotas.isEmpty else { return }
        var asked = QuotaUsage.of(object, resource)
        if let old = attributes.old {
            asked.merge(QuotaUsage.of(old, resource).mapValues { Quantity(Int64(0)) - $0 }) { $0 + $1 }
        }
        for quota in quotas where QuotaUsage.concerns(quota.tree, object, resource) {
            try check(quota.tree, asked, attributes, object, resource)
        }
    }

    private func check(
        _ quota: Tree,
        _ asked: [String: Quantity],
        _ attributes: AdmissionAttributes,
        _ object: Tree,
        _ resource: GroupResource
    ) throws(APIFault) {
        let name = KubeObject(quota).name
        let hard = quota.value(at: "spec", "hard")?.object?.entries ?? []
        let missing = QuotaUsage.missing(object, required: hard.map(\.key))
        if !missing.isEmpty {
            let list = missing.sorted { $0.key < $1.key }
                .map { "\($0.key) for: \($0.value.sorted().joined(separator: ","))" }.joined(separator: "; ")
            throw .forbidden(resource, attributes.refusedName, "failed quota: \(name): must specify \(list)")
        }
        let concerned = hard.filter { (asked[$0.key]?.billionths ?? 0) > 0 }
        guard !concerned.isEmpty else { return }
        let used = used(quota, resource, attributes.namespace)
        var texts: [(asked: String, used: String, hard: String)] = []
        for entry in concerned.sorted(by: { $0.key < $1.key }) {
            guard let limit = Quantity(entry.value), let amount = asked[entry.key] else { continue }
            let present = used[entry.key] ?? Quantity(Int64(0))
            if present + amount > limit {
                texts.append(("\(entry.key)=\(amount)", "\(entry.key)=\(present)", "\(entry.key)=\(limit)"))
            }
        }
        guard !texts.isEmpty else { return }
        func joined(_ part: ((asked: String, used: String, hard: String)) -> String) -> String {
            texts.map(part).joined(separator: ",")
        }
        throw .forbidden(
            resource,
            attributes.refusedName,
            "exceeded quota: \(name), requested: \(joined(\.asked)), used: \(joined(\.used)), limited: \(joined(\.hard))"
        )
    }

    private func used(_ quota: Tree, _ resource: GroupResource, _ namespace: String?) -> [String: Quantity] {
        var result: [String: Quantity] = [:]
        for stored in context.storage.peek(resource) where stored.key.namespace == namespace {
            guard QuotaUsage.concerns(quota, stored.tree, resource) else { continue }
            result.merge(QuotaUsage.of(stored.tree, resource)) { $0 + $1 }
        }
        return result
    }
}
