internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// Makes the kinds that CustomResourceDefinitions define part of the API.
struct CustomDefinitions: Sendable {
    static let collection = GroupResource(group: "apiextensions.k8s.io", resource: "customresourcedefinitions")
    /// Keeps a definition until its objects are gone.
    static let cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io"

    let context: ServerContext

    /// Serves every definition that the store holds.
    func loadAll() {
        for object in context.storage.peek(Self.collection) { register(object) }
    }

    /// Takes note of a definition that was written: accepts its names and serves it.
    func written(_ definition: StoredObject) async {
        register(definition)
        var accepted = definition.tree
        accepted["status"] = status(of: definition.tree)
        guard accepted != definition.tree else { return }
        let write = StorageWrite(
            Self.collection,
            definition.key,
            if: .revision(definition.revision),
            .put(accepted)
        )
        // Whoever wrote in between brings the definition here again.
        _ = try? await context.storage.write(write)
    }

    /// Stops serving a definition that was removed at a revision.
    func removed(_ name: String, at revision: UInt64) {
        context.registry.setCustom(name, [], at: revision)
    }

    private func register(_ definition: StoredObject) {
        context.registry.setCustom(
            definition.key.name,
            Self.resources(of: definition.tree),
            at: definition.revision
        )
    }

    // MARK: Status

    /// The status after the names were accepted.
    private func status(of definition: Tree) -> Tree {
        var status = definition["status"] ?? [:]
        let spec = definition["spec"] ?? [:]
        let conflict = nameConflict(of: definition)
        if conflict == nil { status["acceptedNames"] = spec["names"] ?? [:] }
        var conditions = status["conditions"]?.array ?? []
        Self.set(
            &conditions,
            "NamesAccepted",
            conflict == nil,
            reason: conflict == nil ? "NoConflicts" : "PluralConflict",
            message: conflict ?? "no conflicts found",
            time: context.timestamp
        )
        let isEstablished = conditions.contains { $0["type"] == "Established" && $0["status"] == "True" }
        if conflict == nil || !isEstablished {
            Self.set(
                &conditions,
                "Established",
                conflict == nil,
                reason: conflict == nil ? "InitialNamesAccepted" : "NotAccepted",
                message: conflict == nil ? "the initial names have been accepted" : "not all names are accepted",
                time: context.timestamp
            )
        }
        status["conditions"] = .array(conditions)
        var stored = status["storedVersions"]?.array ?? []
        if let version = Self.storageVersion(spec), !stored.contains(.string(version)) {
            stored.append(.string(version))
        }
        status["storedVersions"] = .array(stored)
        return status
    }

    private func nameConflict(of definition: Tree) -> String? {
        let name = KubeObject(definition).name
        guard let group = definition.value(at: "spec", "group")?.string,
            let plural = definition.value(at: "spec", "names", "plural")?.string,
            let kind = definition.value(at: "spec", "names", "kind")?.string
        else { return nil }
        for version in context.registry.versions(of: group) {
            for other in context.registry.resources(group: group, version: version) {
                if case .custom(let custom) = other.origin, custom.definition == name { continue }
                if other.api.plural == plural { return "\"\(plural)\" is already in use" }
                if other.kind.kind == kind { return "\"\(kind)\" is already in use" }
            }
        }
        return nil
    }

    private static func set(
        _ conditions: inout [Tree],
        _ type: String,
        _ isTrue: Bool,
        reason: String,
        message: String,
        time: String
    ) {
        let status: Tree = isTrue ? "True" : "False"
        let index = conditions.firstIndex { $0["type"] == .string(type) }
        let old = index.map { conditions[$0] }
        // The first reason stays while the condition holds.
        if let old, old["status"] == status, isTrue { return }
        let changed = old?["status"] == status ? old?["lastTransitionTime"] : nil
        let condition: Tree = [
            "type": .string(type), "status": status, "lastTransitionTime": changed ?? .string(time),
            "reason": .string(reason), "message": .string(message),
        ]
        if let index { conditions[index] = condition } else { conditions.append(condition) }
    }

    static func storageVersion(_ spec: Tree) -> String? {
        spec["versions"]?.array?.first { $0["storage"] == true }?["name"]?.string
    }

    // MARK: Resources

    /// What a definition serves: one resource for each served version.
    static func resources(of definition: Tree) -> [ServedResource] {
        let spec = definition["spec"] ?? [:]
        guard let group = spec["group"]?.string, let plural = spec.value(at: "names", "plural")?.string,
            let kind = spec.value(at: "names", "kind")?.string, let storage = storageVersion(spec)
        else { return [] }
        let storedKind = GroupVersionKind(group: group, version: storage, kind: kind)
        return (spec["versions"]?.array ?? []).compactMap { version in
            guard version["served"] == true, let name = version["name"]?.string else { return nil }
            let api = APIResource(
                kind: GroupVersionKind(group: group, version: name, kind: kind),
                plural: plural,
                isNamespaced: spec["scope"]?.string != "Cluster"
            )
            var result = resource(api, version, spec, storedKind, KubeObject(definition).name)
            if case .custom(var custom) = result.origin {
                custom.isTerminating = KubeObject(definition).isDeleting
                custom.conversion = conversion(spec)
                result.origin = .custom(custom)
            }
            return result
        }
    }

    private static func conversion(_ spec: Tree) -> CustomVersion.Conversion? {
        guard spec.value(at: "conversion", "strategy") == "Webhook" else { return nil }
        let webhook = spec.value(at: "conversion", "webhook") ?? [:]
        return CustomVersion.Conversion(
            client: webhook["clientConfig"] ?? [:],
            reviewVersions: (webhook["conversionReviewVersions"]?.array ?? []).compactMap(\.string)
        )
    }

    private static func resource(
        _ api: APIResource,
        _ version: Tree,
        _ spec: Tree,
        _ storedKind: GroupVersionKind,
        _ definition: String
    ) -> ServedResource {
        let names = spec["names"] ?? [:]
        var result = ServedResource(api, singular: names["singular"]?.string ?? api.kind.kind.lowercased())
        result.verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
        result.shortNames = (names["shortNames"]?.array ?? []).compactMap(\.string)
        result.categories = (names["categories"]?.array ?? []).compactMap(\.string)
        result.storedKind = storedKind
        let schema = version.value(at: "schema", "openAPIV3Schema").flatMap { try? CustomResourceSchema(parsing: $0) }
        result.schema = schema.map { ObjectSchema(custom: $0) } ?? .anything
        let subresources = version["subresources"] ?? [:]
        let verbs = ["get", "patch", "update"]
        if subresources.has("status") { result.subresources.append(ServedResource.Subresource("status", verbs: verbs)) }
        if subresources.has("scale") {
            let scale = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
            result.subresources.append(ServedResource.Subresource("scale", kind: scale, verbs: verbs))
        }
        result.origin = .custom(custom(api, version, names, definition))
        return result
    }

    private static func custom(_ api: APIResource, _ version: Tree, _ names: Tree, _ definition: String)
        -> CustomVersion
    {
        let subresources = version["subresources"] ?? [:]
        let scale = subresources["scale"].flatMap { scale -> CustomVersion.Scale? in
            guard let wanted = scale["specReplicasPath"]?.string, let present = scale["statusReplicasPath"]?.string
            else { return nil }
            return CustomVersion.Scale(
                specReplicas: wanted,
                statusReplicas: present,
                labelSelector: scale["labelSelectorPath"]?.string
            )
        }
        var warning: String?
        if version["deprecated"] == true {
            warning = version["deprecationWarning"]?.string ?? "\(api.kind.apiVersion) \(api.kind.kind) is deprecated"
        }
        let fields = (version["selectableFields"]?.array ?? []).compactMap { $0["jsonPath"]?.string }
        return CustomVersion(
            definition: definition,
            listKind: names["listKind"]?.string ?? api.kind.kind + "List",
            columns: CustomColumns.columns(version["additionalPrinterColumns"]),
            hasStatus: subresources.has("status"),
            scale: scale,
            selectableFields: Set(fields.map { String($0.drop { $0 == "." }) }),
            deprecationWarning: warning
        )
    }
}
