package import DataTree
internal import KubeAPI

extension FieldSchema {
    /// Everything in `value` that this schema does not allow, at most 50 issues.
    ///
    /// Bounds, forms and unknown fields are checked here as the API server checks them; CEL rules are not.
    /// A `null` counts as absent.
    package func issues(in value: Tree, at path: TreePath = .root) -> [SpecIssue] {
        var found: [SpecIssue] = []
        check(value, path, &found)
        return found
    }

    private func check(_ value: Tree, _ path: TreePath, _ found: inout [SpecIssue]) {
        guard found.count < 50, !value.isNull else { return }
        switch (shape, value) {
        case (.any, _): break
        case (.object(let properties, let isOpen), .object(let object)):
            checkFields(object, properties, isOpen: isOpen, path, &found)
        case (.map(let element), .object(let object)):
            checkCount(object.count, of: "entries", value, path, &found)
            for entry in object { element.check(entry.value, path.appending(entry.key), &found) }
        case (.list(let element, let keys), .array(let items)):
            checkCount(items.count, of: "elements", value, path, &found)
            for (index, item) in items.enumerated().prefix(Int(bounds.most ?? 1000)) {
                element.check(item, path.appending(index: index), &found)
            }
            checkUnique(items, keys, path, &found)
        case (.string(let form), .string(let text)): checkText(text, form, path, &found)
        case (.integer, .integer(let number)): checkNumber(Double(number), value, path, &found)
        case (.number, .integer), (.number, .double): checkNumber(value.number ?? 0, value, path, &found)
        case (.boolean, .bool), (.integerOrString, .string): break
        case (.quantity, .string), (.quantity, .integer): checkQuantity(value, path, &found)
        case (.integerOrString, .integer(let number)): checkNumber(Double(number), value, path, &found)
        case (.quantity, .double):
            // The API server knows no such kind either: x-kubernetes-int-or-string takes whole numbers and text.
            let problem = "is a number with a fraction, which amounts are not"
            let remedy = "put it in quotes, \"\(value.jsonText(.compact))\", or write it with a unit such as 500m"
            found.append(SpecIssue(path: path, value: value, problem: problem, remedy: remedy))
        default:
            found.append(
                SpecIssue(
                    path: path,
                    value: value,
                    problem: "is of kind \(value.kindName), not \(kindName)",
                    remedy: "write a value of kind \(kindName)"
                )
            )
        }
    }

    private func checkFields(
        _ object: TreeObject,
        _ properties: [Property],
        isOpen: Bool,
        _ path: TreePath,
        _ found: inout [SpecIssue]
    ) {
        for entry in object {
            if let property = properties.first(where: { $0.name == entry.key }) {
                property.schema.check(entry.value, path.appending(entry.key), &found)
            } else if !isOpen, found.count < 50 {
                let known = properties.map(\.name).joined(separator: ", ")
                let problem = "is not a field of this object"
                let remedy = "remove it, or use one of: \(known)"
                found.append(
                    SpecIssue(path: path.appending(entry.key), value: entry.value, problem: problem, remedy: remedy)
                )
            }
        }
        for property in properties where property.isRequired && (object[property.name] ?? .null).isNull {
            let remedy = "set it: \(property.schema.description)"
            found.append(
                SpecIssue(path: path.appending(property.name), value: nil, problem: "is missing", remedy: remedy)
            )
        }
    }

    private func checkText(_ text: String, _ form: TextForm, _ path: TreePath, _ found: inout [SpecIssue]) {
        // A password in an address is not shown again.
        let value: Tree = form == .httpAddress && text.contains("@") ? "an address with a user name" : .string(text)
        if !choices.isEmpty {
            guard !choices.contains(text) else { return }
            let remedy = "use one of: \(choices.joined(separator: ", "))"
            found.append(SpecIssue(path: path, value: value, problem: "is not a known choice", remedy: remedy))
            return
        }
        let count = text.unicodeScalars.count
        if let most = bounds.most, Double(count) > most {
            let problem = "has \(count) characters, more than \(Self.number(most))"
            found.append(SpecIssue(path: path, value: value, problem: problem, remedy: "shorten it"))
        } else if let least = bounds.least, Double(count) < least {
            found.append(SpecIssue(path: path, value: value, problem: "is too short", remedy: form.remedy))
        } else if !form.accepts(text) {
            found.append(SpecIssue(path: path, value: value, problem: "is not well formed", remedy: form.remedy))
        }
    }

    private func checkNumber(_ number: Double, _ value: Tree, _ path: TreePath, _ found: inout [SpecIssue]) {
        var problem: String?
        if let least = bounds.least, number < least { problem = "is less than \(Self.number(least))" }
        if let most = bounds.most, number > most { problem = "is more than \(Self.number(most))" }
        guard let problem else { return }
        let range =
            switch (bounds.least, bounds.most) {
            case (let least?, let most?): "from \(Self.number(least)) to \(Self.number(most))"
            case (let least?, nil): "of at least \(Self.number(least))"
            case (nil, let most?): "of at most \(Self.number(most))"
            case (nil, nil): ""
            }
        found.append(SpecIssue(path: path, value: value, problem: problem, remedy: "use a number \(range)"))
    }

    private func checkQuantity(_ value: Tree, _ path: TreePath, _ found: inout [SpecIssue]) {
        let amount = Quantity(value)
        guard amount == nil || amount.map({ $0.billionths < 0 }) == true else { return }
        let problem = amount == nil ? "is no amount" : "is negative"
        let remedy = "write an amount such as 500m, 1Gi or 2"
        found.append(SpecIssue(path: path, value: value, problem: problem, remedy: remedy))
    }

    private func checkCount(
        _ count: Int,
        of what: String,
        _ value: Tree,
        _ path: TreePath,
        _ found: inout [SpecIssue]
    ) {
        if let most = bounds.most, Double(count) > most {
            let problem = "has \(count) \(what), more than \(Self.number(most))"
            found.append(SpecIssue(path: path, value: value, problem: problem, remedy: "use fewer \(what)"))
        }
        if let least = bounds.least, Double(count) < least {
            let problem = "has \(count) \(what), fewer than \(Self.number(least))"
            found.append(SpecIssue(path: path, value: value, problem: problem, remedy: "add \(what)"))
        }
    }

    private func checkUnique(_ items: [Tree], _ keys: [String], _ path: TreePath, _ found: inout [SpecIssue]) {
        guard !keys.isEmpty else { return }
        var seen: Set<[Tree]> = []
        for (index, item) in items.enumerated() where found.count < 50 {
            let identity = keys.map { item[$0] ?? .null }
            if seen.insert(identity).inserted { continue }
            let names = keys.joined(separator: " and ")
            found.append(
                SpecIssue(
                    path: path.appending(index: index),
                    value: identity.first,
                    problem: "repeats the \(names) of an earlier element",
                    remedy: "give each element its own \(names)"
                )
            )
        }
    }

    /// The name of the kind of value allowed, in Kubernetes' words.
    package var kindName: String {
        switch shape {
        case .object, .map: "object"
        case .list: "array"
        case .string: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .integerOrString: "integer or string"
        case .quantity: "quantity"
        case .any: "any"
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
