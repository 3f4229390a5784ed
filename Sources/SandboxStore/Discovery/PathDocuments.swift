internal import DataTree
internal import KubeAPI
internal import MeshBase

/// Answers the paths that are no resource: probes, the version, and discovery in both its forms.
struct PathDocuments: Sendable {
    let context: ServerContext

    /// The answer; nil when there is nothing at the path.
    func answer(_ request: APIRequest) throws(APIFault) -> APIResponse? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard let first = parts.first else {
            return try json(["paths": .array(rootPaths.map { .string($0) })], request)
        }
        guard ["GET", "HEAD"].contains(request.method) else { return nil }
        switch first {
        case "healthz", "livez", "readyz": return probe(first, request)
        case "version" where parts.count == 1: return try json(version, request)
        case "api" where parts.count == 1:
            if let aggregated = try aggregated(request, groups: [""]) { return aggregated }
            return try json(versions, request)
        case "apis" where parts.count == 1:
            let groups = context.registry.groups.filter { !$0.isEmpty }
            if let aggregated = try aggregated(request, groups: groups) { return aggregated }
            return try json(
                ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups.map { group($0) })],
                request
            )
        case "apis" where parts.count == 2:
            guard !context.registry.versions(of: parts[1]).isEmpty else { return nil }
            var group = group(parts[1])
            group["kind"] = "APIGroup"
            group["apiVersion"] = "v1"
            return try json(group, request)
        case "api" where parts.count == 2: return try resources("", parts[1], request)
        case "apis" where parts.count == 3: return try resources(parts[1], parts[2], request)
        default: return nil
        }
    }

    /// An answer to a probe; with `verbose` it names what was looked at.
    ///
    /// A server whose store takes no more writes is alive, and not ready.
    private func probe(_ name: String, _ request: APIRequest) -> APIResponse {
        if name == "readyz", context.storage.failure != nil {
            let text = "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n\(name) check failed\n"
            return .text(text, status: 500)
        }
        guard request.query.contains(where: { $0.name == "verbose" }) else { return .text("ok") }
        return .text("[+]ping ok\n[+]log ok\n[+]etcd ok\n\(name) check passed\n")
    }

    private func json(_ tree: Tree, _ request: APIRequest) throws(APIFault) -> APIResponse {
        let representation = try Representation(request, shapes: false)
        return APIResponse(
            status: 200,
            headers: [HeaderField("Content-Type", representation.contentType)],
            body: .bytes(BodyCodec.encode(tree, representation))
        )
    }

    private var rootPaths: [String] {
        var paths = ["/api", "/api/v1", "/apis"]
        for group in context.registry.groups where !group.isEmpty {
            paths.append("/apis/\(group)")
            paths += context.registry.versions(of: group).map { "/apis/\(group)/\($0)" }
        }
        return paths + ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
    }

    private var version: Tree {
        let parts = context.configuration.version.split(separator: ".").map(String.init)
        return [
            "major": .string(parts.first ?? "1"), "minor": .string(parts.count > 1 ? parts[1] : "0"),
            "gitVersion": .string("v" + context.configuration.version), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "go1.25", "compiler": "gc", "platform": "linux/amd64",
        ]
    }

    private var versions: Tree {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [
                ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(context.configuration.serverAddress())]
            ],
        ]
    }

    // MARK: Discovery, group by group

    private func group(_ name: String) -> Tree {
        let versions = context.registry.versions(of: name).map { version -> Tree in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? [:]]
    }

    private func resources(_ group: String, _ version: String, _ request: APIRequest) throws(APIFault) -> APIResponse? {
        guard context.registry.versions(of: group).contains(version) else {
            if group.isEmpty || NativeResources.groups.contains(group) { throw .unknownPath() }
            return nil
        }
        var entries: [Tree] = []
        for resource in context.registry.resources(group: group, version: version) {
            entries.append(entry(resource))
            entries += resource.subresources.map { entry($0, of: resource) }
        }
        let name = group.isEmpty ? version : "\(group)/\(version)"
        return try json(
            [
                "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(name),
                "resources": .array(entries),
            ],
            request
        )
    }

    private func entry(_ resource: ServedResource) -> Tree {
        var entry: Tree = [
            "name": .string(resource.api.plural), "singularName": .string(resource.singular),
            "namespaced": .bool(resource.api.isNamespaced), "kind": .string(resource.kind.kind),
            "verbs": Self.list(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = Self.list(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = Self.list(resource.categories) }
        if resource.verbs.contains("list") {
            let stored = resource.storedKind
            let text = "\(stored.group)/\(stored.version)/\(stored.kind)"
            let hash = Digest.sha256(Array(text.utf8)).prefix(8)
            entry["storageVersionHash"] = .string(Base64.encode(Array(hash)))
        }
        return entry
    }

    private func entry(_ subresource: ServedResource.Subresource, of resource: ServedResource) -> Tree {
        var entry: Tree = [
            "name": .string("\(resource.api.plural)/\(subresource.name)"), "singularName": "",
            "namespaced": .bool(resource.api.isNamespaced),
        ]
        if let kind = subresource.kind {
            if !kind.group.isEmpty { entry["group"] = .string(kind.group) }
            entry["version"] = .string(kind.version)
        }
        entry["kind"] = .string((subresource.kind ?? resource.kind).kind)
        entry["verbs"] = Self.list(subresource.verbs)
        return entry
    }

    private static func list(_ texts: [String]) -> Tree { .array(texts.map { .string($0) }) }

    // MARK: Aggregated discovery

    private func aggregated(_ request: APIRequest, groups: [String]) throws(APIFault) -> APIResponse? {
        let choices = MediaType.choices(request.header("Accept"))
        let wanted = choices.first { choice in
            choice.name == "application/json"
                && (choice.parameters["as"] == nil || choice.parameters["g"] == "apidiscovery.k8s.io")
        }
        guard let wanted, wanted.parameters["as"] == "APIGroupDiscoveryList",
            let version = wanted.parameters["v"], ["v2", "v2beta1"].contains(version)
        else { return nil }
        let tree: Tree = [
            "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
            "metadata": [:], "items": .array(groups.map { aggregatedGroup($0) }),
        ]
        let bytes = tree.json(.compact) + [0x0a]
        let tag = Digest.sha256(bytes).map { String($0, radix: 16) }.joined()
        let headers = [
            HeaderField("Content-Type", "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"),
            HeaderField("ETag", "\"\(tag)\""), HeaderField("Vary", "Accept"),
        ]
        if request.header("If-None-Match") == "\"\(tag)\"" { return APIResponse(status: 304, headers: headers) }
        return APIResponse(status: 200, headers: headers, body: .bytes(bytes))
    }

    private func aggregatedGroup(_ name: String) -> Tree {
        let versions = context.registry.versions(of: name).map { version -> Tree in
            let resources = context.registry.resources(group: name, version: version).map { aggregatedResource($0) }
            return ["version": .string(version), "resources": .array(resources), "freshness": "Current"]
        }
        var metadata: Tree = ["creationTimestamp": .null]
        if !name.isEmpty { metadata["name"] = .string(name) }
        return ["metadata": metadata, "versions": .array(versions)]
    }

    private func aggregatedResource(_ resource: ServedResource) -> Tree {
        var result: Tree = [
            "resource": .string(resource.api.plural), "responseKind": Self.tree(resource.kind),
            "scope": resource.api.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular), "verbs": Self.list(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { result["shortNames"] = Self.list(resource.shortNames) }
        if !resource.categories.isEmpty { result["categories"] = Self.list(resource.categories) }
        let subresources = resource.subresources.sorted { $0.name < $1.name }.map { part -> Tree in
            [
                "subresource": .string(part.name), "responseKind": Self.tree(part.kind ?? resource.kind),
                "verbs": Self.list(part.verbs),
            ]
        }
        if !subresources.isEmpty { result["subresources"] = .array(subresources) }
        return result
    }

    private static func tree(_ kind: GroupVersionKind) -> Tree {
        ["group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind)]
    }
}
