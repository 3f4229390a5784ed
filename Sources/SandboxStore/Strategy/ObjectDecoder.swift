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
        let mismatch = self.mismatch(tree)
        if let mismatch, !isApplied || !mismatch.isTime { try refuse(mismatch, isPatched: isPatched) }
        let unknown = scope.resource.schema.node.prune(&tree, isWholeObject: false)
        try report(unknown, isPatched: isPatched, isApplied: isApplied)
        if isApplied {
            // To the merge any text is a text; only its result is read into Go's types.
            if let mismatch { throw refusedConfiguration(tree, mismatch) }
            return tree
        }
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

    /// The first value of the wrong type where the type is compiled in: everywhere in native kinds, and in the metadata of
    /// custom ones.
    private func mismatch(_ tree: Tree) -> GoTypes.Mismatch? {
        if isNative { return GoTypes.mismatch(tree, scope.resource.schema.node) }
        return GoTypes.mismatch(["metadata": tree["metadata"] ?? [:]], Self.metadataOnly(scope.resource.schema))
    }

    private func refuse(_ mismatch: GoTypes.Mismatch, isPatched: Bool) throws(APIFault) {
        if isPatched { throw refusedPatch(mismatch.text) }
        throw .badRequest(
            "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): \(mismatch.text)"
        )
    }

    /// 500: a configuration that is applied has a time that cannot be read.
    private func refusedConfiguration(_ tree: Tree, _ mismatch: GoTypes.Mismatch) -> APIFault {
        let object = KubeObject(tree)
        let name = "\(kind.group)/\(kind.version), Kind=\(kind.kind)"
        let place = "\(object.namespace ?? "")/\(object.name); \(name)"
        return APIFault(
            500,
            .unknown,
            "failed to convert new object (\(place)) to proper version: unable to convert unstructured object to \(name): "
                + mismatch.text
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
                .unknown,
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
