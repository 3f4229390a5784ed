internal import DataTree
internal import PatternMatching

extension SchemaValidator {
    mutating func checkString(_ text: String, _ facts: SchemaFacts) {
        let limits = facts.limits
        if limits.maxLength != nil || limits.minLength != nil {
            let length = Int64(text.unicodeScalars.count)
            if let most = limits.maxLength, length > most {
                add(.tooLong, detail: "may not be more than \(most) \(most == 1 ? "byte" : "bytes")")
            }
            if let least = limits.minLength, length < least {
                addInBody(value: .string(text), "should be at least \(least) chars long")
            }
        }
        if let pattern = limits.pattern, !pattern.matches(text) {
            addInBody(value: .string(text), "should match '\(pattern.source)'")
        }
        if let format = facts.format, !StringFormat.accepts(text, format: format) {
            addInBody(
                .typeInvalid,
                value: .string(text),
                "must be of type \(format): \(GoSyntax.quoted(text))"
            )
        }
    }

    mutating func checkNumber(_ value: Tree, _ limits: ValueLimits) {
        guard let number = value.number else { return }
        if let most = limits.maximum {
            if limits.excludesMaximum ? number >= most : number > most {
                let words = limits.excludesMaximum ? "less than" : "less than or equal to"
                addInBody(value: value, "should be \(words) \(GoSyntax.number(most))")
            }
        }
        if let least = limits.minimum {
            if limits.excludesMinimum ? number <= least : number < least {
                let words = limits.excludesMinimum ? "greater than" : "greater than or equal to"
                addInBody(value: value, "should be \(words) \(GoSyntax.number(least))")
            }
        }
        if let factor = limits.multipleOf, factor != 0 {
            let quotient = number / factor
            if quotient != quotient.rounded() {
                addInBody(value: value, "should be a multiple of \(GoSyntax.number(factor))")
            }
        }
    }

    mutating func checkAllowed(_ value: Tree, _ limits: ValueLimits) {
        guard !limits.allowed.isEmpty, !limits.allowed.contains(where: { Self.isSame($0, value) }) else { return }
        let names = limits.allowed.map { allowed in
            GoSyntax.quoted(allowed.string ?? allowed.jsonText(.compact))
        }
        add(.notSupported, value: value, detail: "supported values: \(names.joined(separator: ", "))")
    }

    private static func isSame(_ left: Tree, _ right: Tree) -> Bool {
        if left == right { return true }
        if let first = left.number, let second = right.number { return first == second }
        return false
    }

    mutating func checkCombinations(_ value: Tree, _ combinations: SchemaCombinations, depth: Int) {
        guard !combinations.isEmpty else { return }
        let name = GoSyntax.quoted(name)
        for node in combinations.allOf {
            let found = issues(of: value, node, depth: depth)
            if !found.isEmpty {
                addWhole("\(name) must validate all the schemas (allOf)")
                issues += found
            }
        }
        if !combinations.anyOf.isEmpty {
            let results = combinations.anyOf.map { issues(of: value, $0, depth: depth) }
            if !results.contains(where: \.isEmpty) {
                addWhole("\(name) must validate at least one schema (anyOf)")
                issues += Self.nearest(results)
            }
        }
        if !combinations.oneOf.isEmpty {
            let results = combinations.oneOf.map { issues(of: value, $0, depth: depth) }
            let matches = results.count { $0.isEmpty }
            if matches == 0 {
                addWhole("\(name) must validate one and only one schema (oneOf). Found none valid")
                issues += Self.nearest(results)
            } else if matches > 1 {
                addWhole("\(name) must validate one and only one schema (oneOf). Found \(matches) valid alternatives")
            }
        }
        if let not = combinations.not, issues(of: value, not, depth: depth).isEmpty {
            addWhole("\(name) must not validate the schema (not)")
        }
    }

    /// Issues of combined schemas are reported for the whole object, as kube-openapi does.
    private mutating func addWhole(_ detail: String) {
        issues.append(FieldIssue(.invalid, at: "", value: "", detail: detail))
    }

    private func issues(of value: Tree, _ node: SchemaNode, depth: Int) -> [FieldIssue] {
        var inner = self
        inner.issues = []
        inner.validate(value, replacing: nil, node, depth: depth + 1)
        return inner.issues
    }

    private static func nearest(_ results: [[FieldIssue]]) -> [FieldIssue] {
        results.min { $0.count < $1.count } ?? []
    }
}
