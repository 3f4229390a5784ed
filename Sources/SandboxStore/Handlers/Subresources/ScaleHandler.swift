internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// Serves `scale` of native workloads and of custom resources.
struct ScaleHandler: Sendable {
    let context: ServerContext

    func handle(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let paths = Self.paths(scope.resource)
        if scope.info.verb == .get {
            guard let object = try await context.read(scope.resource, scope.key()) else {
                throw .notFound(scope.resource.groupResource, scope.info.name ?? "")
            }
            let served = try await context.served(object.tree, scope.resource)
            try Self.checkNumber(served, paths)
            return presenter.scale(Self.scale(served, paths))
        }
        let isPatch = scope.info.verb == .patch
        let parameters = try WriteParameters(scope.request, kind: isPatch ? "PatchOptions" : "UpdateOptions")
        let body =
            try isPatch ? BodyCodec.decode(scope.request, as: "application/json") : BodyCodec.decode(scope.request)
        let patchKind = try isPatch ? Self.patchKind(scope) : .merge
        var update = ObjectUpdate(context: context, scope: scope, parameters: parameters)
        update.subresource = "scale"
        update.retriesConflicts = isPatch
        let result = try await update.run { old throws(APIFault) in
            guard let old else { throw .notFound(scope.resource.groupResource, scope.info.name ?? "") }
            let present = Self.scale(old, paths)
            let wanted = try isPatch ? Self.patched(present, body, patchKind) : body
            try Self.checkType(wanted, isPatched: isPatch)
            return ObjectUpdate.Wanted(object: try Self.scaled(old, wanted, paths, scope), isOwned: paths.isCustom)
        }
        return presenter.scale(Self.scale(try await context.served(result.object, scope.resource), paths))
    }

    /// Where the numbers are.
    struct Paths: Sendable {
        var wanted: [String]
        var present: [String]
        /// Where the selector is: text for custom resources, a selector for native ones.
        var selector: [String]?
        var isCustom: Bool
    }

    private static func paths(_ resource: ServedResource) -> Paths {
        guard case .custom(let version) = resource.origin, let scale = version.scale else {
            return Paths(
                wanted: ["spec", "replicas"],
                present: ["status", "replicas"],
                selector: ["spec", "selector"],
                isCustom: false
            )
        }
        func keys(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }
        return Paths(
            wanted: keys(scale.specReplicas),
            present: keys(scale.statusReplicas),
            selector: scale.labelSelector.map(keys),
            isCustom: true
        )
    }

    /// - Throws: 500 when a custom resource does not say how many it wants.
    private static func checkNumber(_ object: Tree, _ paths: Paths) throws(APIFault) {
        guard paths.isCustom, value(paths.wanted, of: object) == nil else { return }
        throw .internalError("the spec replicas field \".\(paths.wanted.joined(separator: "."))\" does not exist")
    }

    /// - Throws: 400 when the number does not fit, 422 when a patch made it so.
    private static func checkType(_ scale: Tree, isPatched: Bool) throws(APIFault) {
        guard let mismatch = GoTypes.mismatch(["spec": scale["spec"] ?? [:]], schema) else { return }
        guard isPatched else {
            throw .badRequest("Scale in version \"v1\" cannot be handled as a Scale: \(mismatch.text)")
        }
        let patch = Tree.string(GoText.json(scale, ["kind", "apiVersion", "metadata"])).jsonText(.compact)
        let none = GroupVersionKind(group: "", version: "", kind: "")
        throw .invalid(none, "", [.invalid("patch", patch, mismatch.text)])
    }

    /// The part of `Scale` that is written (autoscaling/v1).
    private static let schema: SchemaNode = {
        func object(_ name: String, _ properties: [SchemaProperty]) -> SchemaNode {
            var facts = SchemaFacts()
            facts.type = .object
            facts.extensions.definitionName = "io.k8s.api.autoscaling.v1.\(name)"
            facts.properties = properties
            return SchemaNode(facts)
        }
        var number = SchemaFacts()
        number.type = .integer
        number.format = "int32"
        let spec = object("ScaleSpec", [SchemaProperty(name: "replicas", schema: SchemaNode(number))])
        return object("Scale", [SchemaProperty(name: "spec", schema: spec)])
    }()

    private static func value(_ keys: [String], of tree: Tree) -> Tree? {
        tree.value(at: TreePath(keys.map { .key($0) }))
    }

    private static func scale(_ object: Tree, _ paths: Paths) -> Tree {
        var metadata: Tree = [:]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            if let value = object["metadata"]?[field] { metadata[field] = value }
        }
        var spec: Tree = [:]
        if let wanted = value(paths.wanted, of: object), wanted != 0 { spec["replicas"] = wanted }
        var status: Tree = ["replicas": value(paths.present, of: object) ?? 0]
        if let selector = paths.selector.flatMap({ value($0, of: object) }) {
            let text = paths.isCustom ? selector.string : selectorText(selector)
            if let text, !text.isEmpty { status["selector"] = .string(text) }
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
        ]
    }

    private static func selectorText(_ tree: Tree) -> String? {
        if tree["matchLabels"] != nil || tree["matchExpressions"] != nil { return (try? LabelSelector(tree))?.text }
        return NativeColumns.labels(tree)
    }

    private static func patchKind(_ scope: RequestScope) throws(APIFault) -> PatchHandler.Kind {
        switch scope.request.header("Content-Type").flatMap({ MediaType($0)?.name }) {
        case MediaTypes.jsonPatch: return .json
        case MediaTypes.mergePatch, MediaTypes.strategicPatch, MediaTypes.applyPatch: return .merge
        default:
            throw .unsupportedMediaType([MediaTypes.jsonPatch, MediaTypes.mergePatch, MediaTypes.strategicPatch])
        }
    }

    private static func patched(_ scale: Tree, _ patch: Tree, _ kind: PatchHandler.Kind) throws(APIFault) -> Tree {
        do throws(PatchError) {
            return kind == .json ? try JSONPatch(patch).apply(to: scale) : MergePatch.apply(patch, to: scale)
        } catch {
            throw .badRequest(error.message)
        }
    }

    /// The object with the number that `scale` asks for.
    private static func scaled(_ old: Tree, _ scale: Tree, _ paths: Paths, _ scope: RequestScope) throws(APIFault)
        -> Tree
    {
        let kind = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
        let name = scope.info.name ?? ""
        if let given = scale.value(at: "metadata", "name")?.string, !given.isEmpty, given != name {
            throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
        }
        let wanted = scale.value(at: "spec", "replicas")?.integer ?? 0
        if wanted < 0 {
            throw .invalid(
                kind,
                name,
                [.invalid("spec.replicas", "\(wanted)", "must be greater than or equal to 0")]
            )
        }
        var new = old
        new.set(.integer(wanted), at: paths.wanted)
        if let revision = scale.value(at: "metadata", "resourceVersion")?.string, !revision.isEmpty {
            new.set(.string(revision), at: ["metadata", "resourceVersion"])
        }
        if let uid = scale.value(at: "metadata", "uid") { new.set(uid, at: ["metadata", "uid"]) }
        return new
    }
}
