internal import DataTree

/// Finds what makes a schema not structural, in the words of CustomResourceDefinition validation.
struct StructureChecker {
    /// Where a level stands, which decides how a missing type is reported.
    private enum Level {
        case root, item, field

        var whereMissing: String {
            switch self {
            case .root: "at the root"
            case .item: "for specified array items"
            case .field: "for specified object fields"
            }
        }
    }

    private(set) var issues: [FieldIssue] = []

    /// Checks a whole schema.
    mutating func check(_ node: SchemaNode, at path: String) {
        check(node, at: path, .root)
        checkDefaults(node, at: path, depth: 0)
    }

    private mutating func add(_ kind: FieldIssue.Kind, _ path: String, _ value: Tree = .null, _ detail: String) {
        issues.append(FieldIssue(kind, at: path, value: value, detail: detail))
    }

    private mutating func check(_ node: SchemaNode, at path: String, _ level: Level) {
        let facts = node.facts
        checkType(facts, at: path, level)
        checkExtensions(node, at: path, level)
        if !facts.properties.isEmpty, case .none = facts.additional {
        } else if !facts.properties.isEmpty {
            add(.forbidden, path + ".additionalProperties", "additionalProperties and properties are mutual exclusive")
        }
        if facts.limits.hasUniqueItems {
            let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
            add(.forbidden, path + ".uniqueItems", detail)
        }
        if facts.type == .array, facts.items == nil { add(.required, path + ".items", "must be specified") }
        for property in facts.properties {
            check(property.schema, at: "\(path).properties[\(property.name)]", .field)
        }
        if let items = facts.items { check(items, at: path + ".items", .item) }
        if case .schema(let values) = facts.additional { check(values, at: path + ".additionalProperties", .field) }
        forEachCombination(facts.combinations, at: path) { checker, branch, place in
            checker.checkBranch(branch, of: node, at: place)
        }
    }

    private mutating func add(_ kind: FieldIssue.Kind, _ path: String, _ detail: String) {
        add(kind, path, .null, detail)
    }

    private mutating func checkType(_ facts: SchemaFacts, at path: String, _ level: Level) {
        if level == .root {
            if facts.type == nil {
                add(.required, path + ".type", "must not be empty at the root")
            } else if facts.type != .object {
                add(.invalid, path + ".type", .string(facts.type?.rawValue ?? ""), "must be object at the root")
            }
            return
        }
        if facts.type == nil, !facts.extensions.isIntOrString, !facts.extensions.preservesUnknownFields {
            add(.required, path + ".type", "must not be empty \(level.whereMissing)")
        }
    }

    private mutating func checkExtensions(_ node: SchemaNode, at path: String, _ level: Level) {
        let facts = node.facts
        if facts.extensions.isIntOrString, let type = facts.type {
            add(.invalid, path + ".type", .string(type.rawValue), "must be empty if x-kubernetes-int-or-string is true")
        }
        if facts.extensions.preservesUnknownFields, let type = facts.type, type != .object {
            let detail = "must be object if x-kubernetes-preserve-unknown-fields is true"
            add(.invalid, path + ".type", .string(type.rawValue), detail)
        }
        if facts.extensions.isEmbeddedResource {
            if facts.type != .object {
                add(.invalid, path + ".type", "must be object if x-kubernetes-embedded-resource is true")
            }
            if !facts.extensions.preservesUnknownFields, facts.properties.isEmpty {
                let detail = """
                    must not be empty if x-kubernetes-embedded-resource is true without \
                    x-kubernetes-preserve-unknown-fields
                    """
                add(.required, path + ".properties", detail)
            }
        }
        if level == .root || facts.extensions.isEmbeddedResource, let metadata = node.property("metadata") {
            for property in metadata.facts.properties where property.name != "name" && property.name != "generateName" {
                let detail =
                    "must not specify anything other than name and generateName, but metadata is implicitly specified"
                add(.forbidden, path + ".properties[metadata]", detail)
                break
            }
        }
        if facts.extensions.isAtomicMap, facts.type != .object {
            add(
                .invalid,
                path + ".type",
                .string(facts.type?.rawValue ?? ""),
                "must be object if x-kubernetes-map-type is specified"
            )
        }
        checkListType(facts, at: path)
    }

    private mutating func checkListType(_ facts: SchemaFacts, at path: String) {
        guard let listType = facts.extensions.listType else { return }
        if facts.type != .array {
            let value = Tree.string(facts.type?.rawValue ?? "")
            add(.invalid, path + ".type", value, "must be array if x-kubernetes-list-type is specified")
            return
        }
        switch listType {
        case .atomic: return
        case .set:
            guard let items = facts.items?.facts, items.type == .array || items.type == .object else { return }
            let isAtomic = items.type == .object ? items.extensions.isAtomicMap : items.extensions.listType == .atomic
            if !isAtomic {
                let detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
                let keyword = items.type == .object ? "x-kubernetes-map-type" : "x-kubernetes-list-type"
                add(.invalid, "\(path).items.\(keyword)", detail)
            }
        case .map(let keys):
            guard let items = facts.items, items.facts.type == .object else {
                let value = Tree.string(facts.items?.facts.type?.rawValue ?? "")
                add(
                    .invalid,
                    path + ".items.type",
                    value,
                    "must be object if parent array's x-kubernetes-list-type is map"
                )
                return
            }
            for (index, key) in keys.enumerated() { checkKey(key, index, of: items, at: path) }
        }
    }

    private mutating func checkKey(_ key: String, _ index: Int, of items: SchemaNode, at path: String) {
        let place = "\(path).x-kubernetes-list-map-keys[\(index)]"
        guard let property = items.property(key) else {
            add(.invalid, place, .string(key), "entries must all be names of item properties")
            return
        }
        let type = property.facts.type
        if type == .object || type == .array {
            let detail = "must be a scalar type if parent array's x-kubernetes-list-type is map"
            add(.invalid, "\(path).items.properties[\(key)].type", .string(type?.rawValue ?? ""), detail)
        }
        if !items.facts.required.contains(key), property.facts.defaultValue == nil {
            let detail = """
                this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property
                """
            add(.required, "\(path).items.properties[\(key)].default", detail)
        }
    }
}

// MARK: - Combinations

extension StructureChecker {
    private mutating func forEachCombination(
        _ combinations: SchemaCombinations,
        at path: String,
        _ body: (inout StructureChecker, SchemaNode, String) -> Void
    ) {
        for (name, nodes) in [
            ("allOf", combinations.allOf), ("anyOf", combinations.anyOf), ("oneOf", combinations.oneOf),
        ] {
            for (index, node) in nodes.enumerated() { body(&self, node, "\(path).\(name)[\(index)]") }
        }
        if let not = combinations.not { body(&self, not, path + ".not") }
    }

    /// A branch may constrain what the level itself specifies, and nothing else.
    private mutating func checkBranch(_ branch: SchemaNode, of owner: SchemaNode, at path: String) {
        let facts = branch.facts
        let isIntOrString = owner.facts.extensions.isIntOrString
        if let type = facts.type, !isIntOrString || (type != .integer && type != .string) {
            add(.forbidden, path + ".type", "must be empty to be structural")
        }
        if facts.title != nil { add(.forbidden, path + ".title", "must be empty to be structural") }
        if facts.summary != nil { add(.forbidden, path + ".description", "must be empty to be structural") }
        if facts.defaultValue != nil { add(.forbidden, path + ".default", "must be undefined to be structural") }
        if facts.isNullable { add(.forbidden, path + ".nullable", "must be false to be structural") }
        if case .none = facts.additional {
        } else {
            add(.forbidden, path + ".additionalProperties", "must be undefined to be structural")
        }
        let extensions = facts.extensions
        for (name, isSet) in [
            ("x-kubernetes-preserve-unknown-fields", extensions.preservesUnknownFields),
            ("x-kubernetes-embedded-resource", extensions.isEmbeddedResource),
            ("x-kubernetes-int-or-string", extensions.isIntOrString),
        ] where isSet {
            add(.forbidden, "\(path).\(name)", "must be false to be structural")
        }
        if !facts.rules.isEmpty {
            add(.forbidden, path + ".x-kubernetes-validations", "must be empty to be structural")
        }
        checkStructure(of: branch, within: owner, at: path)
    }

    private mutating func checkStructure(of branch: SchemaNode, within owner: SchemaNode, at path: String) {
        for property in branch.facts.properties {
            let place = "\(path).properties[\(property.name)]"
            if let known = owner.property(property.name) {
                checkBranch(property.schema, of: known, at: place)
            } else if case .schema(let known) = owner.facts.additional {
                checkBranch(property.schema, of: known, at: place)
            } else if !owner.facts.extensions.preservesUnknownFields {
                add(
                    .required,
                    Self.specified(path) + ".properties[\(property.name)]",
                    "because it is defined in \(place)"
                )
            }
        }
        if let items = branch.facts.items {
            if let known = owner.facts.items {
                checkBranch(items, of: known, at: path + ".items")
            } else {
                add(.required, Self.specified(path) + ".items", "because it is defined in \(path).items")
            }
        }
        forEachCombination(branch.facts.combinations, at: path) { checker, inner, place in
            checker.checkBranch(inner, of: owner, at: place)
        }
    }

    /// The path of the level that a branch belongs to.
    private static func specified(_ path: String) -> String {
        let marks = [".allOf[", ".anyOf[", ".oneOf[", ".not"]
        var bytes = Array(path.utf8)
        for index in bytes.indices where marks.contains(where: { bytes[index...].starts(with: $0.utf8) }) {
            bytes.removeSubrange(index...)
            break
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

// MARK: - Defaults

extension StructureChecker {
    /// A default must itself be valid, and hold nothing that pruning would remove.
    private mutating func checkDefaults(_ node: SchemaNode, at path: String, depth: Int) {
        guard depth < SchemaParser.maximumDepth else { return }
        if let value = node.facts.defaultValue {
            var pruned = value
            let removed = node.prune(&pruned, isWholeObject: node.facts.extensions.isEmbeddedResource)
            if !removed.isEmpty { add(.invalid, path + ".default", value, "must not have unknown fields") }
            node.applyDefaults(&pruned)
            issues += node.validate(pruned, at: path + ".default")
        }
        for property in node.facts.properties {
            checkDefaults(property.schema, at: "\(path).properties[\(property.name)]", depth: depth + 1)
        }
        if let items = node.facts.items { checkDefaults(items, at: path + ".items", depth: depth + 1) }
        if case .schema(let values) = node.facts.additional {
            checkDefaults(values, at: path + ".additionalProperties", depth: depth + 1)
        }
    }
}

extension SchemaNode {
    /// What keeps the schema from being structural, in the words of CustomResourceDefinition validation.
    package func structuralIssues(at path: String) -> [FieldIssue] {
        var checker = StructureChecker()
        checker.check(self, at: path)
        return checker.issues
    }
}
