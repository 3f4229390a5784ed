internal import DataTree
internal import ExpressionLanguage

/// Why an expression of a policy has no value.
struct PolicyFailure: Error {
    var text: String
}

/// One expression of a policy or of a webhook, compiled once.
struct PolicyExpression: Sendable {
    /// The steps that one evaluation may take.
    static let cost: UInt64 = 1_000_000

    let source: String
    /// The type of the value; dynamic where the expression does not compile.
    let type: ExpressionType
    /// Why it does not compile, in the words of kube-apiserver; nil when it does.
    let problem: String?
    private let compiled: Expression?

    /// Compiles an expression.
    ///
    /// - Parameters:
    ///   - source: The text.
    ///   - variables: The types of the variables it may use.
    ///   - wanted: The types its value may have; empty for any.
    init(_ source: String, _ variables: [String: ExpressionType], _ wanted: [ExpressionType]) {
        self.source = source
        do throws(ExpressionError) {
            let expression = try Expression(source, variables: variables)
            let isFine = wanted.isEmpty || expression.resultType == .dynamic || wanted.contains(expression.resultType)
            type = expression.resultType
            compiled = isFine ? expression : nil
            let names = wanted.map { $0 == .null ? "null_type" : "\($0)" }
            let list = names.count == 1 ? names[0] : "one of [\(names.joined(separator: " "))]"
            problem = isFine ? nil : "must evaluate to \(list) but got \(expression.resultType)"
        } catch {
            type = .dynamic
            compiled = nil
            problem = "compilation failed: \(error.message)"
        }
    }

    /// The value; what it costs is taken from `meter`.
    func evaluate(_ values: [String: ExpressionValue], _ meter: inout CostMeter) throws(PolicyFailure)
        -> ExpressionValue
    {
        guard let compiled else { throw PolicyFailure(text: "compilation error: \(problem ?? "")") }
        let limit = min(Self.cost, meter.remaining)
        var inner = CostMeter(limit: limit)
        defer { meter.spend(limit - inner.remaining) }
        do throws(ExpressionError) {
            return try compiled.evaluate(values, meter: &inner)
        } catch {
            if error.code == .costExceeded, limit < Self.cost {
                throw PolicyFailure(
                    text: "validation failed due to running out of cost budget, no further validation rules will be run"
                )
            }
            throw PolicyFailure(text: "expression '\(source)' resulted in error: \(error.message)")
        }
    }
}

/// What expressions of policies and webhooks know about a request.
struct PolicyValues: Sendable {
    /// All variables by name.
    private(set) var all: [String: ExpressionValue]

    /// Makes the values that every expression knows.
    init(object: Tree?, old: Tree?, request: Tree, namespace: Tree? = nil) {
        all = [
            "object": Self.value(object), "oldObject": Self.value(old), "request": Self.value(request),
            "namespaceObject": Self.value(namespace), "params": .null,
        ]
    }

    /// Adds the parameters of a binding.
    mutating func set(params: Tree?) { all["params"] = Self.value(params) }

    /// Adds the variables that a policy composes.
    mutating func set(variables: MapValue) { all["variables"] = .map(variables) }

    private static func value(_ tree: Tree?) -> ExpressionValue {
        // Data of no declared type always has a value.
        (try? ExpressionValue(tree ?? .null, as: .dynamic)) ?? .null
    }

    /// The types of the variables.
    static func types(hasParams: Bool) -> [String: ExpressionType] {
        var result: [String: ExpressionType] = [
            "object": .dynamic, "oldObject": .dynamic, "request": .dynamic, "namespaceObject": .dynamic,
        ]
        if hasParams { result["params"] = .dynamic }
        return result
    }
}
