internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase

/// What the operator is not allowed to do, in words for people.
enum ForbiddenNote {
    /// The type of the condition that is there only while something is forbidden.
    static let conditionType = MeshConditionReason.forbidden.rawValue

    private static let again = "it is tried again, at least once a minute"

    /// Names the verb, the resource, the object and what the API server said.
    static func text(_ failure: StepFailure) -> String {
        let resource = OwnedKind.of(failure.id)?.resource.qualifiedName ?? failure.id.kind
        let object = failure.id.key.name == "*" ? "" : " \(failure.id.key)"
        let words = (failure.error.status?.message ?? failure.error.message).prefix(400)
        switch Denial(failure.error) {
        case .permission: return "the operator may not \(failure.verb) \(resource)\(object): \(words)"
        case .quota, .terminating, .admission: return "the API server does not admit \(resource)\(object): \(words)"
        }
    }

    /// Names all of them, the first few in full, and the remedies; nil where nothing is forbidden.
    static func message(_ failures: [StepFailure]) -> String? {
        let forbidden = failures.filter { $0.error.code == .forbidden }
        guard !forbidden.isEmpty else { return nil }
        let more = forbidden.count > 5 ? "; and \(forbidden.count - 5) more" : ""
        let kinds = Set(forbidden.map { Denial($0.error) })
        let remedies = Denial.allCases.filter(kinds.contains).map(\.remedy).joined(separator: "; ")
        return forbidden.prefix(5).map(text).joined(separator: "; ") + more + "; \(remedies); \(again)"
    }

    /// Names a request of the operator's own bookkeeping: finalizer, status, version.
    static func message(_ error: KubeError) -> String {
        "\(error.message.prefix(600)); \(Denial(error).remedy); \(again)"
    }
}

extension MeshOperatorStatus {
    /// Says that something the operator needs for the MeshOperator as a whole is forbidden.
    mutating func noteForbidden(_ error: KubeError, generation: Int64, now: Timestamp) {
        let message = ForbiddenNote.message(error)
        for (type, state) in [(MeshConditionType.reconciled, MeshCondition.State.no), (.degraded, .yes)] {
            set(MeshCondition(type, state, .forbidden, message, generation: generation, at: now.rfc3339))
        }
        var mark = MeshCondition(.degraded, .yes, .forbidden, message, generation: generation, at: now.rfc3339)
        mark.type = ForbiddenNote.conditionType
        set(mark)
    }

    /// Says that writes go on failing for a cause that may pass, and that the mesh is not whole where an object of it is `missing`.
    mutating func noteTrouble(_ words: String, missing: ResourceID?, generation: Int64, now: Timestamp) {
        let message = "a write goes on failing: \(words.prefix(800)); it is tried again, more and more seldom"
        var conditions: [(MeshConditionType, MeshCondition.State, String)] = [
            (.reconciled, .no, message), (.degraded, .yes, message),
        ]
        if let missing { conditions.append((.ready, .no, "\(missing) is gone; \(message)")) }
        for (type, state, text) in conditions {
            set(MeshCondition(type, state, .apiUnavailable, text, generation: generation, at: now.rfc3339))
        }
        if missing != nil, phase == .ready { phase = .degraded }
    }
}

extension MeshStores {
    /// The kinds that may not be read, as failures that name them, in a fixed order.
    var obstacles: [StepFailure] {
        all.compactMap { resource, store in
            guard let problem = store.obstacle else { return nil }
            let id = ResourceID(group: resource.kind.group, kind: resource.kind.kind, key: ObjectKey(name: "*"))
            var failure = StepFailure(id: id, error: KubeError(.forbidden, problem.message))
            failure.verb = "list and watch"
            return failure
        }
    }

    /// The kinds of which nothing has been read yet since that is forbidden.
    var unreadKinds: Set<OwnedKind> {
        Set(OwnedKind.all.filter { kind in kindStore(kind).map { !$0.isSynced && $0.obstacle != nil } ?? false })
    }

    /// Whether nobody can tell who uses a mesh, since pods or namespaces may not be read.
    var isUsageUnknown: Bool { [pods, namespaceStore].contains { $0?.obstacle != nil } }
}
