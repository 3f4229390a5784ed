internal import DataTree
internal import KubeAPI

/// Writes what can be done with a kind, as paths and operations.
struct OpenAPIPaths {
    private let flavour: OpenAPIFlavour
    /// The paths written, in order.
    private(set) var paths = TreeObject()

    init(_ flavour: OpenAPIFlavour) {
        self.flavour = flavour
    }

    /// Writes the paths of a kind.
    mutating func add(_ kind: PublishedKind) {
        let root = "/\(kind.groupPath)"
        let plural = kind.resource.plural
        let isNamespaced = kind.resource.isNamespaced
        let collection = isNamespaced ? "\(root)/namespaces/{namespace}/\(plural)" : "\(root)/\(plural)"
        let outer = isNamespaced ? [Self.namespaceParameter] : []
        var operations: [(method: String, verb: String)] = [("get", "list"), ("post", "create")]
        if kind.verbs.contains("deletecollection") { operations.append(("delete", "deletecollection")) }
        add(collection, kind, operations.filter { kind.verbs.contains($0.verb) }, outer)
        if isNamespaced, kind.verbs.contains("list") { add("\(root)/\(plural)", kind, [("get", "list")], []) }
        guard kind.verbs.contains("get") || !kind.subresources.isEmpty else { return }
        let item = collection + "/{name}"
        let names = [Self.nameParameter] + outer
        let itemOperations = [("get", "get"), ("put", "update"), ("delete", "delete"), ("patch", "patch")]
        add(item, kind, itemOperations.filter { kind.verbs.contains($0.1) }, names)
        for subresource in kind.subresources {
            var target = kind
            target.resource.kind = subresource.kind
            let methods = subresource.verbs.compactMap { verb in Self.methods[verb].map { (method: $0, verb: verb) } }
            add("\(item)/\(subresource.name)", target, methods, names, of: subresource.name)
        }
    }

    private static let methods = ["get": "get", "create": "post", "update": "put", "patch": "patch"]
    private static let nameParameter = parameter("name", "The name of the object.", place: "path")
    private static let namespaceParameter = parameter("namespace", "The namespace of the object.", place: "path")

    private static func parameter(_ name: String, _ description: String, place: String, type: String = "string") -> Tree
    {
        [
            "name": .string(name), "in": .string(place), "description": .string(description),
            "required": .bool(place == "path"), "type": .string(type), "uniqueItems": true,
        ]
    }

    /// A parameter in the form of the flavour.
    private func shaped(_ parameter: Tree) -> Tree {
        guard flavour == .v3 else { return parameter }
        var result = parameter
        result["schema"] = ["type": parameter["type"] ?? "string", "uniqueItems": true]
        result["type"] = nil
        result["uniqueItems"] = nil
        return result
    }

    private mutating func add(
        _ path: String,
        _ kind: PublishedKind,
        _ operations: [(method: String, verb: String)],
        _ parameters: [Tree],
        of subresource: String? = nil
    ) {
        guard !operations.isEmpty else { return }
        var item = TreeObject()
        for (method, verb) in operations {
            item[method] = operation(verb, kind, path, subresource)
        }
        if !parameters.isEmpty { item["parameters"] = .array(parameters.map { shaped($0) }) }
        paths[path] = .object(item)
    }

    private func operation(_ verb: String, _ kind: PublishedKind, _ path: String, _ subresource: String?) -> Tree {
        let name = kind.resource.kind
        let group = name.group.split(separator: ".").first.map { String($0).capitalizedFirst } ?? "Core"
        let scope = path.contains("{namespace}") ? "Namespaced" : ""
        let suffix = subresource.map(\.capitalizedFirst) ?? ""
        let isEverywhere = verb == "list" && kind.resource.isNamespaced && scope.isEmpty
        let identifier = [
            verb, group, name.version.capitalizedFirst, scope, kind.resource.kind.kind, suffix,
            isEverywhere ? "ForAllNamespaces" : "",
        ].joined()
        var result: Tree = [
            "operationId": .string(identifier), "tags": [.string("\(group.lowercased())_\(name.version)")],
            "x-kubernetes-action": .string(Self.action(verb)),
            "x-kubernetes-group-version-kind": [
                "group": .string(name.group), "kind": .string(name.kind), "version": .string(name.version),
            ],
        ]
        result["parameters"] = .array(queryParameters(verb))
        let isSubresource = subresource != nil && subresource != "status"
        let definition =
            isSubresource
            ? OpenAPISchemas.subresourceDefinitions[name.kind] ?? kind.definitionName
            : (verb == "list" ? kind.listDefinitionName : kind.definitionName)
        let isStatus = verb == "delete" || verb == "deletecollection"
        write(
            into: &result,
            body: ["create", "update"].contains(verb) ? definition : Self.bodies[verb],
            answer: isStatus ? "io.k8s.apimachinery.pkg.apis.meta.v1.Status" : definition,
            types: verb == "patch" ? Self.patchTypes(kind) : ["application/json", "application/yaml"],
            isRequired: !verb.hasPrefix("delete")
        )
        return result
    }

    private static let bodies = [
        "patch": "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
        "delete": "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
        "deletecollection": "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
    ]

    private static func action(_ verb: String) -> String {
        switch verb {
        case "create": "post"
        case "update": "put"
        default: verb
        }
    }

    private func queryParameters(_ verb: String) -> [Tree] {
        var parameters: [Tree] = []
        func add(_ name: String, _ text: String, _ type: String = "string") {
            parameters.append(shaped(Self.parameter(name, text, place: "query", type: type)))
        }
        if verb == "list" || verb == "deletecollection" {
            add("labelSelector", "Only objects with these labels.")
            add("fieldSelector", "Only objects with these fields.")
            add("limit", "The most objects in one answer.", "integer")
            add("continue", "Where the answer before ended.")
            add("resourceVersion", "The version to read.")
        }
        if verb == "list" { add("watch", "Answer with changes as they happen.", "boolean") }
        guard verb != "list", verb != "get" else { return parameters }
        add("dryRun", "All: process the request, but store nothing.")
        if verb.hasPrefix("delete") {
            add("gracePeriodSeconds", "How long the object may take to stop.", "integer")
            add("propagationPolicy", "What happens to dependents: Orphan, Background or Foreground.")
        } else {
            add("fieldManager", "The name under which ownership of fields is recorded.")
            add("fieldValidation", "What to do about unknown and duplicate fields: Ignore, Warn or Strict.")
        }
        if verb == "patch" { add("force", "Take over fields that others own.", "boolean") }
        return parameters
    }

    /// The kinds of patch taken: clients choose by them, and only compiled types know how to merge lists by keys.
    private static func patchTypes(_ kind: PublishedKind) -> [String] {
        ["application/json-patch+json", "application/merge-patch+json"]
            + (kind.isNative ? ["application/strategic-merge-patch+json"] : []) + ["application/apply-patch+yaml"]
    }

    private func write(
        into operation: inout Tree,
        body: String?,
        answer: String,
        types: [String],
        isRequired: Bool
    ) {
        func reference(_ name: String) -> Tree { ["$ref": .string(flavour.referencePrefix + name)] }
        func content(_ name: String, _ types: [String]) -> Tree {
            .object(TreeObject(types.map { (key: $0, value: ["schema": reference(name)]) }))
        }
        switch flavour {
        case .v2:
            operation["produces"] = ["application/json", "application/yaml"]
            operation["consumes"] = .array(types.map { .string($0) })
            if let body {
                let parameter: Tree = [
                    "name": "body", "in": "body", "required": .bool(isRequired),
                    "schema": reference(body),
                ]
                operation["parameters"] = .array([parameter] + (operation["parameters"]?.array ?? []))
            }
            operation["responses"] = ["200": ["description": "OK", "schema": reference(answer)]]
        case .v3:
            if let body { operation["requestBody"] = ["content": content(body, types)] }
            let answers = content(answer, ["application/json", "application/yaml"])
            operation["responses"] = ["200": ["description": "OK", "content": answers]]
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
