extension LabelSelector {
    /// Labels that every one of `selectors` selects; nil where no object can have such.
    ///
    /// As few as will do: a label is left out where that is allowed, and has one of the values that selectors name where there is a choice.
    public static func labels(selectedByAll selectors: [LabelSelector]) -> [String: String]? {
        var byKey: [String: [LabelRequirement]] = [:]
        for requirement in selectors.flatMap(\.requirements) { byKey[requirement.key, default: []].append(requirement) }
        var labels: [String: String] = [:]
        for (key, requirements) in byKey {
            func fits(_ value: String?) -> Bool {
                let label = value.map { [key: $0] } ?? [:]
                return requirements.allSatisfy { $0.matches(label) }
            }
            if fits(nil) { continue }
            guard let value = candidates(requirements).first(where: fits) else { return nil }
            labels[key] = value
        }
        return labels
    }

    /// Values of a label among which there is one that meets all requirements, if any value does: those that are named, their neighbours
    /// where numbers are compared, and one that nobody names.
    private static func candidates(_ requirements: [LabelRequirement]) -> [String] {
        let named = Set(requirements.flatMap(\.values)).sorted()
        let neighbours = requirements.filter { $0.operation == .isGreater || $0.operation == .isLess }
            .flatMap(\.values).compactMap { Int64($0) }
            .flatMap { [$0.addingReportingOverflow(1), $0.subtractingReportingOverflow(1)] }
            .filter { !$0.overflow }.map { String($0.partialValue) }
        let other = (0...named.count).map { "other-\($0)" }.first { !named.contains($0) }
        return named + neighbours + [other].compactMap(\.self)
    }
}
