internal import DataTree
internal import ExpressionLanguage
internal import KubeAPI
internal import Synchronization

/// A ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1), its expressions compiled.
struct AdmissionPolicy: Sendable {
    /// One entry of `validations`.
    struct Rule: Sendable {
        var expression: PolicyExpression
        var message: String
        var messageExpression: PolicyExpression?
        var reason: KubeStatus.Reason
    }

    let name: String
    /// Which requests it is about; nil when its selectors cannot be read.
    let match: AdmissionMatch?
    /// Whether what cannot be evaluated refuses the request.
    let failsClosed: Bool
    let conditions: MatchConditions
    /// `paramKind`.
    let paramKind: GroupVersionKind?
    let variables: [(name: String, expression: PolicyExpression)]
    let rules: [Rule]
    let annotations: [PolicyExpression]

    /// Reads and compiles a policy; what does not compile fails when it is evaluated.
    init(_ tree: Tree) {
        let spec = tree["spec"] ?? [:]
        name = KubeObject(tree).name
        match = AdmissionMatch(spec["matchConstraints"] ?? [:], rules: "resourceRules")
        failsClosed = spec["failurePolicy"]?.string != "Ignore"
        paramKind = spec["paramKind"].map {
            GroupVersionKind(apiVersion: $0["apiVersion"]?.string ?? "", kind: $0["kind"]?.string ?? "")
        }
        let hasParams = paramKind != nil
        conditions = MatchConditions(spec["matchConditions"], hasParams: hasParams)
        var types = PolicyValues.types(hasParams: hasParams)
        var variables: [(name: String, expression: PolicyExpression)] = []
        for variable in spec["variables"]?.array ?? [] {
            types["variables"] = Self.type(of: variables)
            let name = variable["name"]?.string ?? ""
            variables.append((name, PolicyExpression(variable["expression"]?.string ?? "", types, [])))
        }
        types["variables"] = Self.type(of: variables)
        self.variables = variables
        rules = (spec["validations"]?.array ?? []).map { Self.rule($0, types) }
        annotations = (spec["auditAnnotations"]?.array ?? []).map {
            PolicyExpression($0["valueExpression"]?.string ?? "", types, [.string, .null])
        }
    }

    private static func rule(_ tree: Tree, _ types: [String: ExpressionType]) -> Rule {
        let message = tree["messageExpression"]?.string ?? ""
        return Rule(
            expression: PolicyExpression(tree["expression"]?.string ?? "", types, [.bool]),
            message: tree["message"]?.string ?? "",
            messageExpression: message.isEmpty ? nil : PolicyExpression(message, types, [.string]),
            reason: KubeStatus.Reason(tree["reason"]?.string ?? "Invalid")
        )
    }

    private static func type(of variables: [(name: String, expression: PolicyExpression)]) -> ExpressionType {
        // Names with two underscores would be taken for escaped ones.
        if variables.contains(where: { $0.name.contains("__") }) { return .map(.string, .dynamic) }
        return .object(
            ObjectType(
                name: "kubernetes.variables",
                fields: variables.map { ObjectType.Field(key: $0.name, type: $0.expression.type) }
            )
        )
    }
}

/// The variables of one evaluation, worked out when they are first asked for (`spec.variables`).
final class PolicyVariables: Sendable {
    private struct State: Sendable {
        var values: [String: Result<ExpressionValue, ExpressionError>] = [:]
        var meter: CostMeter
    }

    private let policy: AdmissionPolicy
    private let base: PolicyValues
    private let state: Mutex<State>

    /// Makes the variables of a policy over the values of a request.
    init(_ policy: AdmissionPolicy, _ base: PolicyValues, cost: UInt64) {
        self.policy = policy
        self.base = base
        state = Mutex(State(meter: CostMeter(limit: cost)))
    }

    /// The variables up to `count`, as `variables` shows them.
    func map(first count: Int) -> MapValue {
        let names = policy.variables.prefix(count).map(\.name)
        return MapValue(names: names) { name throws(ExpressionError) in
            guard let index = names.firstIndex(of: name) else { return nil }
            return try self.value(name, at: index)
        }
    }

    private func value(_ name: String, at index: Int) throws(ExpressionError) -> ExpressionValue {
        if let known = state.withLock({ $0.values[name] }) { return try known.get() }
        var values = base
        // A variable sees only those before it, so this comes to an end.
        values.set(variables: map(first: index))
        var meter = state.withLock { $0.meter }
        let before = meter.remaining
        let result: Result<ExpressionValue, ExpressionError>
        do throws(PolicyFailure) {
            result = .success(try policy.variables[index].expression.evaluate(values.all, &meter))
        } catch {
            let text = "composited variable \"\(name)\" fails to evaluate: \(error.text)"
            result = .failure(ExpressionError(.evaluation, text))
        }
        state.withLock { state in
            state.meter.spend(before - meter.remaining)
            state.values[name] = result
        }
        return try result.get()
    }
}

/// Policies compiled before, by the revision at which they were.
final class PolicyCache: Sendable {
    private let known = Mutex<[String: (revision: UInt64, policy: AdmissionPolicy)]>([:])

    /// The compiled policies of what is stored, in the same order.
    func policies(_ stored: [StoredObject]) -> [AdmissionPolicy] {
        let before = known.withLock { $0 }
        var after: [String: (revision: UInt64, policy: AdmissionPolicy)] = [:]
        for object in stored {
            let name = object.key.name
            if let found = before[name], found.revision == object.revision {
                after[name] = found
            } else {
                after[name] = (object.revision, AdmissionPolicy(object.tree))
            }
        }
        let result = stored.compactMap { after[$0.key.name]?.policy }
        known.withLock { $0 = after }
        return result
    }
}
