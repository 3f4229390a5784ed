internal import DataTree
internal import KubeAPI

/// Turns objects into the answer the client asked for: whole, as a table, or metadata only; JSON or YAML.
struct ObjectPresenter: Sendable {
    let context: ServerContext
    let scope: RequestScope
    let representation: Representation

    /// - Throws: 406 when the client takes nothing that can be produced.
    init(context: ServerContext, scope: RequestScope) throws(APIFault) {
        self.context = context
        self.scope = scope
        self.representation = try Representation(scope.request)
    }

    /// An object, complete with its kind.
    func object(_ tree: Tree, status: Int = 200) -> APIResponse {
        respond(shaped(tree), status: status)
    }

    /// A body that is not an object of the collection, such as a `Status`.
    func plain(_ tree: Tree, status: Int = 200) -> APIResponse { respond(tree, status: status) }

    /// The Scale of an object, in the shape the client asked for.
    func scale(_ tree: Tree) -> APIResponse {
        switch representation.shape {
        case .whole: return respond(tree)
        case .metadata(let version): return respond(Self.metadataOnly(tree, version: version))
        case .table(let version): return respond(table(of: tree, ScaleColumns.columns(of: scope.resource), version))
        }
    }

    /// A page of a list.
    func list(_ page: ListPage) -> APIResponse {
        var metadata: Tree = ["resourceVersion": .string(String(page.revision))]
        if let token = page.token { metadata["continue"] = .string(token) }
        if case .custom = scope.resource.origin, page.token == nil, scope.resource.kind != scope.resource.storedKind {
            metadata["continue"] = ""
        }
        if let remaining = page.remaining { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        switch representation.shape {
        case .table(let version):
            return respond(table(page.items, scope.resource.tableColumns, version: version, metadata: metadata))
        case .metadata(let version):
            let items = page.items.map { Self.metadataOnly($0, version: version) }
            return respond([
                "kind": "PartialObjectMetadataList", "apiVersion": .string("meta.k8s.io/\(version)"),
                "metadata": metadata, "items": .array(items),
            ])
        case .whole:
            let keepsKind =
                if case .custom = scope.resource.origin { true } else { false }
            let items = keepsKind ? page.items : page.items.map(Self.withoutKind)
            return respond([
                "kind": .string(scope.resource.listKind), "apiVersion": .string(scope.resource.kind.apiVersion),
                "metadata": metadata, "items": .array(items),
            ])
        }
    }

    /// An object in the shape the client asked for; as part of a watch, tables name their columns only once.
    func shaped(_ tree: Tree, namesColumns: Bool = true) -> Tree {
        switch representation.shape {
        case .whole: return tree
        case .metadata(let version): return Self.metadataOnly(tree, version: version)
        case .table(let version):
            var result = table(of: tree, scope.resource.tableColumns, version)
            if !namesColumns { result["columnDefinitions"] = Tree.null }
            return result
        }
    }

    /// A table of one row.
    private func table(of tree: Tree, _ columns: [TableColumn], _ version: String) -> Tree {
        var metadata: Tree = [:]
        if let revision = tree["metadata"]?["resourceVersion"] { metadata["resourceVersion"] = revision }
        return table([tree], columns, version: version, metadata: metadata)
    }

    private func table(_ items: [Tree], _ columns: [TableColumn], version: String, metadata: Tree) -> Tree {
        let printer = TablePrinter(
            columns: columns,
            now: context.configuration.now(),
            inclusion: TablePrinter.Inclusion(rawValue: scope.request.parameter("includeObject") ?? "") ?? .metadata
        )
        return printer.table(items, version: version, metadata: metadata)
    }

    static func metadataOnly(_ tree: Tree, version: String) -> Tree {
        [
            "kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(version)"),
            "metadata": tree["metadata"] ?? [:],
        ]
    }

    private static func withoutKind(_ tree: Tree) -> Tree {
        guard case .object(var object) = tree else { return tree }
        object.filter { $0.key != "kind" && $0.key != "apiVersion" }
        return .object(object)
    }

    private func respond(_ tree: Tree, status: Int = 200) -> APIResponse {
        APIResponse(
            status: status,
            headers: [HeaderField("Content-Type", representation.contentType)],
            body: .bytes(BodyCodec.encode(tree, representation))
        )
    }
}
