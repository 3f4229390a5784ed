internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// Reads a body as an object of one kind: checks what it claims to be, drops what the kind does not have, fills in defaults.
struct ObjectDecoder: Sendable {
    let context: ServerContext
    let scope: RequestScope
    let validation: WriteParameters.FieldValidation

    private var kind: GroupVersionKind { scope.resource.kind }
    private var isNative: Bool {
        if case .native = scope.resource.origin { true } else { false }
    }

    /// The object that a body stands for.
    ///
    /// - Parameters:
    ///   - body: the body.
    ///   - isPatched: whether the body is a stored object after a patch, so that refusals speak of the patch.
    ///   - isApplied: whether the body is a configuration for server-side apply, which takes no defaults yet.
    /// - Returns: the object, pruned and with its defaults.
    /// - Throws: 400 for what is no object of the kind, 422 for such a patch.
    func decode(_ body: Tree, isPatched: Bool = false, isApplied: Bool = false) throws(APIFault) -> Tree {
        guard body.object != nil else {
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind.kind)): couldn't get version/kind; "
                    + "json parse error: the body is no object"
            )
        }
        var tree = try identified(body)
        try checkTypes(tree, isPatched: isPatched)
        let unknown = scope.resource.schema.node.prune(&tree, isWholeObject: false)
        try report(unknown, isPatched: isPatched, isApplied: isApplied)
        if isApplied { return tree }
        return completed(tree)
    }

    /// An object without what means nothing, and with its defaults.
    func completed(_ tree: Tree) -> Tree {
        var tree = tree
        if isNative {
            NativeForm.normalise(&tree, scope.resource.schema.node)
        } else {
            scope.resource.schema.node.pruneNulls(&tree)
        }
        scope.resource.schema.complete(&tree)
        return tree
    }

    // MARK: Identity

    private func identified(_ body: Tree) throws(APIFault) -> Tree {
        var tree = body
        let (version, name) = (body["apiVersion"]?.string ?? "", body["kind"]?.string ?? "")
        if !isNative, name.isEmpty || version.isEmpty {
            let what = name.isEmpty ? "Kind" : "apiVersion"
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind.kind)): Object '\(what)' is missing in "
                    + "'\(body.jsonText(.compact).prefix(256))'"
            )
        }
        if !version.isEmpty, version != kind.apiVersion {
            let given = GroupVersionKind(apiVersion: version, kind: name)
            if isNative, context.registry.versions(of: given.group).contains(given.version) == false {
                throw .badRequest(
                    "\(name) in version \"\(given.version)\" cannot be handled as a \(kind.kind): no kind \"\(name)\" is "
                        + "registered for version \"\(version)\" in scheme "
                        + "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
                )
            }
            throw .badRequest(
                "the API version in the data (\(version)) does not match the expected API version (\(kind.apiVersion))"
            )
        }
        if !name.isEmpty, name != kind.kind {
            let package = kind.group.split(separator: ".").first.map(String.init) ?? "core"
            throw .badRequest(
                "\(name) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): converting "
                    + "(\(kind.version).\(name)) to (\(package).\(kind.kind)): unknown conversion"
            )
        }
        tree["apiVersion"] = .string(kind.apiVersion)
        tree["kind"] = .string(kind.kind)
        return tree
    }

    /// 422: the patch makes something that is no object of the kind.
    private func refusedPatch(_ why: String) -> APIFault {
        let patch = String(decoding: scope.request.body, as: UTF8.self)
        let none = GroupVersionKind(group: "", version: "", kind: "")
        return .invalid(none, "", [.invalid("patch", "\"\(patch)\"", why)])
    }

    // MARK: Form

    /// Values of the wrong type are refused at once where the type is compiled in: everywhere in native kinds, and in the
    /// metadata of custom ones.
    private func checkTypes(_ tree: Tree, isPatched: Bool) throws(APIFault) {
        let mismatch: String?
        if isNative {
            mismatch = GoTypes.mismatch(tree, scope.resource.schema.node)
        } else {
            mismatch = GoTypes.mismatch(["metadata": tree["metadata"] ?? [:]], Self.metadataOnly(scope.resource.schema))
        }
        guard let mismatch else { return }
        if isPatched { throw refusedPatch(mismatch) }
        throw .badRequest(
            "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): \(mismatch)"
        )
    }

    private static func metadataOnly(_ schema: ObjectSchema) -> SchemaNode {
        var facts = SchemaFacts()
        facts.properties = [SchemaProperty(name: "metadata", schema: schema.metadata)]
        return SchemaNode(facts)
    }

    private func report(_ unknown: [TreePath], isPatched: Bool, isApplied: Bool) throws(APIFault) {
        var texts = unknown.map { "unknown field \"\($0)\"" }
        if !isPatched, !isApplied, validation != .ignore {
            let body = scope.request.body
            if BodyCodec.isJSON(body), (try? Tree(json: body)) == nil {
                texts = DuplicateFields.paths(in: body).map { "duplicate field \"\($0)\"" } + texts
            }
        }
        if texts.isEmpty { return }
        if isApplied {
            let name = KubeObject(["metadata": ["namespace": .string(scope.namespace ?? "")]])
            let place = [name.namespace ?? "", scope.info.name ?? ""].filter { !$0.isEmpty }.joined(separator: "/")
            let issues = unknown.map { ".\($0): field not declared in schema" }.joined(separator: "\n")
            throw APIFault(
                500,
                "",
                "failed to create typed patch object (\(place); \(kind.group)/\(kind.version), Kind=\(kind.kind)): \(issues)"
            )
        }
        switch validation {
        case .ignore: return
        case .warn: for text in texts { scope.warnings.add(text) }
        case .strict:
            let text = "strict decoding error: " + texts.joined(separator: ", ")
            if isPatched {
                throw refusedPatch(text)
            }
            throw .badRequest(
                "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): \(text)"
            )
        }
    }
}

/// What Go's decoder says about values that do not fit the types of native kinds.
enum GoTypes {
    /// The first value of the wrong type, in Go's words; nil when all fit.
    static func mismatch(_ tree: Tree, _ node: SchemaNode) -> String? { mismatch(tree, node, [], nil, 0) }

    private static func mismatch(
        _ tree: Tree,
        _ node: SchemaNode,
        _ path: [String],
        _ owner: String?,
        _ depth: Int
    ) -> String? {
        guard depth < 128, !tree.isNull else { return nil }
        if node.facts.format == "quantity", Quantity(tree) == nil {
            return "quantities must match the regular expression "
                + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        }
        if node.facts.format == "byte", let text = tree.string, !Base64.isValid(text) {
            return "illegal base64 data at input byte \(Base64.firstFault(text))"
        }
        if let wrong = wrongType(tree, node.facts) {
            let place = path.isEmpty ? "" : "Go struct field \(owner ?? "Object").\(path.joined(separator: ".")) "
            let preposition = path.isEmpty ? "Go value " : place
            return "json: cannot unmarshal \(wrong.found) into \(preposition)of type \(wrong.wanted)"
        }
        switch tree {
        case .array(let elements):
            guard let items = node.facts.items else { return nil }
            for element in elements {
                if let found = mismatch(element, items, path, owner, depth + 1) { return found }
            }
        case .object(let object):
            let name = node.facts.extensions.definitionName?.split(separator: ".").last.map(String.init) ?? owner
            for entry in object {
                guard let child = node.child(entry.key) else { continue }
                // Keys of maps are not part of a path in Go.
                let place = node.property(entry.key) == nil ? path : path + [entry.key]
                if let found = mismatch(entry.value, child, place, name, depth + 1) { return found }
            }
        default: break
        }
        return nil
    }

    private static func wrongType(_ tree: Tree, _ facts: SchemaFacts) -> (found: String, wanted: String)? {
        guard let type = facts.type, !facts.extensions.isIntOrString, facts.format != "quantity" else { return nil }
        let found =
            switch tree {
            case .bool: "bool"
            case .integer, .double, .bigInteger: "number"
            case .string: "string"
            case .array: "array"
            default: "object"
            }
        switch (type, tree) {
        case (.string, .string), (.boolean, .bool), (.array, .array), (.object, .object), (.number, .integer),
            (.number, .double):
            return nil
        case (.integer, .integer(let value)):
            let fits = facts.format != "int32" || Int32(exactly: value) != nil
            return fits ? nil : ("number \(value)", "int32")
        case (.integer, .double(let value)) where value == value.rounded(): return nil
        default: return (found, goName(type, facts))
        }
    }

    private static func goName(_ type: SchemaFacts.ValueType, _ facts: SchemaFacts) -> String {
        switch type {
        case .string: "string"
        case .boolean: "bool"
        case .integer: facts.format ?? "int64"
        case .number: "float64"
        case .array: "[]" + (facts.items.map { element($0) } ?? "string")
        case .object: facts.extensions.definitionName.map(shortName) ?? "map[string]string"
        }
    }

    private static func element(_ node: SchemaNode) -> String {
        if let name = node.facts.extensions.definitionName { return shortName(name) }
        return node.facts.type.map { goName($0, node.facts) } ?? "string"
    }

    private static func shortName(_ definition: String) -> String {
        definition.split(separator: ".").suffix(2).joined(separator: ".")
    }
}

/// The form in which native kinds are kept: what Go's types cannot tell from absence is absent.
enum NativeForm {
    /// Lists that stay when they are empty.
    private static let keptLists: Set<String> = ["endpoints", "rules"]

    /// Drops nulls, empty lists and empty maps; structures without fields stay.
    static func normalise(_ tree: inout Tree, _ node: SchemaNode, depth: Int = 0) {
        guard depth < 128 else { return }
        switch tree {
        case .array(var elements):
            guard let items = node.facts.items else { return }
            tree = .null
            for index in elements.indices { normalise(&elements[index], items, depth: depth + 1) }
            tree = .array(elements)
        case .object(var object):
            tree = .null
            var empty: Set<String> = []
            for position in object.entries.indices {
                let entry = object.entries[position]
                let child = node.child(entry.key)
                if isEmpty(entry.value, child) && !(depth == 0 && keptLists.contains(entry.key)) {
                    empty.insert(entry.key)
                } else if let child {
                    object.update(at: position) { normalise(&$0, child, depth: depth + 1) }
                }
            }
            if !empty.isEmpty { object.filter { !empty.contains($0.key) } }
            tree = .object(object)
        default:
            // Quantities are kept in their canonical form.
            guard node.facts.format == "quantity", let quantity = Quantity(tree) else { return }
            tree = .string(quantity.description)
        }
    }

    private static func isEmpty(_ value: Tree, _ node: SchemaNode?) -> Bool {
        switch value {
        case .null: return true
        case .array(let elements): return elements.isEmpty && node?.facts.type == .array
        case .object(let object):
            guard object.isEmpty, let facts = node?.facts, facts.properties.isEmpty else { return false }
            if case .schema = facts.additional { return true }
            return false
        default: return false
        }
    }
}
