internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import PatternMatching

/// What becomes of EnvoyFilters.
///
/// They are judged by their text: words, names, types and versions. Whether a patch still has the effect it is meant to have, given
/// the configuration of a proxy, is not known here: patches that match on a listener, a route or a cluster by name, and values of
/// types whose fields change, may stop working without a finding.
enum EnvoyFilterChecks {
    static let all = [
        UpgradeCheck(name: "EnvoyFilter versions") { versions($0) },
        UpgradeCheck(name: "EnvoyFilter words") { world in
            each(world) { EnvoyFilterWords(filter: $0, patch: $1).findings() }
        },
        UpgradeCheck(name: "EnvoyFilter names") { names($0) },
        UpgradeCheck(name: "EnvoyFilter types") { world in each(world) { types($0, $1) } },
        UpgradeCheck(name: "EnvoyFilter selectors") { selectors($0) },
    ]

    private static func each(
        _ world: IndexedWorld,
        _ check: (EnvoyFilterView, EnvoyFilterView.Patch) -> [UpgradeFinding]
    ) -> [UpgradeFinding] {
        world.filters.flatMap { filter in filter.patches.flatMap { check(filter, $0) } }
    }

    // MARK: Versions

    /// Expressions read before: those of a cluster's filters are few, and copied from one to the next.
    private struct VersionPatterns {
        private var read: [String: Pattern?] = [:]

        /// Whether a patch applies to a proxy of a version; nil where its expression cannot be read.
        mutating func applies(_ expression: String?, to version: MeshVersion) -> Bool? {
            guard let expression else { return true }
            if let pattern = read[expression] { return pattern?.matches(version.description) }
            let pattern = try? Pattern(expression)
            read[expression] = .some(pattern)
            return pattern?.matches(version.description)
        }
    }

    private static func versions(_ world: IndexedWorld) -> [UpgradeFinding] {
        guard let running = world.runningVersion, !world.hops.isEmpty else { return [] }
        var siblings: [String: [String?]] = [:]
        for filter in world.filters {
            for patch in filter.patches {
                siblings["\(filter.id.key.namespace ?? "") \(patch.identity)", default: []].append(patch.proxyVersion)
            }
        }
        var patterns = VersionPatterns()
        return each(world) { filter, patch in
            guard let expression = patch.proxyVersion else { return [] }
            let field = "\(patch.path).match.proxy.proxyVersion"
            guard let now = patterns.applies(expression, to: running) else {
                return [
                    UpgradeFinding(
                        .warns,
                        .envoyFilterInvalid,
                        filter.id,
                        field: field,
                        "\"\(expression.prefix(60))\" is no regular expression in RE2's syntax",
                        remedy: "correct it"
                    )
                ]
            }
            let same = siblings["\(filter.id.key.namespace ?? "") \(patch.identity)"] ?? []
            for hop in world.hops where (patterns.applies(expression, to: hop.entry.version) ?? false) != now {
                let version = hop.entry.version
                if !now {
                    let begin = UpgradeFinding(
                        .informs,
                        .envoyFilterVersionMismatch,
                        filter.id,
                        field: field,
                        "\"\(expression.prefix(60))\" matches \(version) and not \(running): the patch begins to have an effect",
                        remedy: "nothing, if it was written for this",
                        hop: version.description
                    )
                    return [begin]
                }
                if same.contains(where: { $0 != expression && patterns.applies($0, to: version) == true }) { return [] }
                let end = UpgradeFinding(
                    .refuses,
                    .envoyFilterVersionMismatch,
                    filter.id,
                    field: field,
                    "\"\(expression.prefix(60))\" matches \(running) and not \(version): the patch stops having an effect",
                    remedy: "add a patch for \(version.minorText), or let the expression match it",
                    hop: version.description
                )
                return [end]
            }
            return []
        }
    }

    // MARK: Names

    private static func names(_ world: IndexedWorld) -> [UpgradeFinding] {
        var added: Set<String> = []
        for patch in world.filters.flatMap(\.patches) where patch.operation != "REMOVE" {
            if let name = patch.value?["name"]?.string { added.insert(name) }
        }
        return each(world) { filter, patch in
            let places = [
                (".match.listener.filterChain.filter.name", patch.filter, EnvoyNames.networkFilters),
                (".match.listener.filterChain.filter.subFilter.name", patch.subFilter, EnvoyNames.httpFilters),
                (".match.listener.listenerFilter", patch.listenerFilter, EnvoyNames.listenerFilters),
            ]
            return places.compactMap { place, name, known in
                guard let name, !name.isEmpty else { return nil }
                return judge(name, known, added, filter.id, patch.path + place, patch.operation)
            }
        }
    }

    private static func judge(
        _ name: String,
        _ known: Set<String>,
        _ added: Set<String>,
        _ id: ResourceID,
        _ field: String,
        _ operation: String
    ) -> UpgradeFinding? {
        let shown = String(name.prefix(80))
        if let canonical = EnvoyNames.canonical[name] {
            return UpgradeFinding(
                .warns,
                .envoyFilterRetiredName,
                id,
                field: field,
                "\"\(shown)\" matches nothing since 1.19, the patch has no effect",
                remedy: "write \(canonical)"
            )
        }
        if let instead = EnvoyNames.removed[name] {
            return UpgradeFinding(
                .warns,
                .envoyFilterRetiredName,
                id,
                field: field,
                "\"\(shown)\" is no filter of proxies any more, the patch has no effect",
                remedy: "use \(instead)"
            )
        }
        guard !known.contains(name), !added.contains(name),
            !EnvoyNames.prefixesOfExtensions.contains(where: { name.hasPrefix($0) })
        else { return nil }
        let isRelative = ["INSERT_BEFORE", "INSERT_AFTER", "REPLACE"].contains(operation)
        return UpgradeFinding(
            .warns,
            .envoyFilterUnknownPlace,
            id,
            field: field,
            "\"\(shown)\" is no filter that istiod makes, and no EnvoyFilter adds it"
                + (isRelative ? ": \(operation) then drops what it would write" : ""),
            remedy: "name a filter there is, or use INSERT_FIRST or ADD with a priority"
        )
    }

    // MARK: Types

    /// Types of Envoy's API version 2, and filters that leave their type out.
    private static func types(_ filter: EnvoyFilterView, _ patch: EnvoyFilterView.Patch) -> [UpgradeFinding] {
        guard let value = patch.value else { return [] }
        var found: [UpgradeFinding] = []
        var open = [(tree: value, path: "\(patch.path).patch.value", depth: 0)]
        while let (tree, path, depth) = open.popLast(), depth < 40, found.count < 8 {
            switch tree {
            case .array(let elements):
                for (index, element) in elements.enumerated() { open.append((element, "\(path)[\(index)]", depth + 1)) }
            case .object(let object):
                if let type = object["@type"]?.string ?? object["type_url"]?.string, isOld(type) {
                    found.append(oldType(filter.id, path, type))
                }
                if let name = object["name"]?.string, object["config"]?.object != nil {
                    found.append(untyped(filter.id, "\(path).config", name))
                }
                for entry in object { open.append((entry.value, "\(path).\(entry.key)", depth + 1)) }
            default: break
            }
        }
        return found
    }

    /// Whether a type URL names a message of Envoy's API version 2; Istio's own types of an old version are still there.
    static func isOld(_ type: String) -> Bool {
        let name = type.split(separator: "/").last ?? ""
        guard name.hasPrefix("envoy.") else { return false }
        if name.hasPrefix("envoy.api.v2.") { return true }
        let parts = name.split(separator: ".")
        return parts.contains { ["v2", "v2alpha", "v2alpha1", "v2beta", "v1alpha1"].contains($0) }
            && ["config", "data", "service", "admin", "type"].contains(parts.dropFirst().first ?? "")
    }

    private static func oldType(_ id: ResourceID, _ path: String, _ type: String) -> UpgradeFinding {
        UpgradeFinding(
            .warns,
            .envoyFilterOldAPI,
            id,
            field: "\(path).@type",
            "\(type.prefix(120)) is of Envoy's API version 2, which istiod and proxies no longer take",
            remedy: "write the type of version 3, which is named envoy.extensions.… or envoy.config.….v3"
        )
    }

    private static func untyped(_ id: ResourceID, _ path: String, _ name: String) -> UpgradeFinding {
        UpgradeFinding(
            .warns,
            .envoyFilterOldAPI,
            id,
            field: path,
            "filter \"\(name.prefix(80))\" is configured without a type, which proxies no longer take",
            remedy: "move it below typed_config with an @type"
        )
    }

    // MARK: Selectors

    private static func selectors(_ world: IndexedWorld) -> [UpgradeFinding] {
        guard !world.world.pods.isEmpty else { return [] }
        return world.filters.compactMap { filter in
            guard !filter.selector.isEmpty, !filter.hasTargets else { return nil }
            let namespace = filter.id.key.namespace ?? ""
            let isRoot = namespace == world.world.rootNamespace
            let isUsed =
                isRoot
                ? world.pods.values.contains { $0.contains { matches($0, filter.selector) } }
                : (world.pods[namespace] ?? []).contains { matches($0, filter.selector) }
            guard !isUsed else { return nil }
            let text = filter.selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return UpgradeFinding(
                .informs,
                .envoyFilterSelectsNothing,
                filter.id,
                field: "spec.workloadSelector",
                "\(text.joined(separator: ", ")) selects no pod \(isRoot ? "of any namespace" : "of \(namespace)")",
                remedy: "correct the labels, or remove it"
            )
        }
    }

    private static func matches(_ pod: IndexedWorld.Pod, _ selector: [String: String]) -> Bool {
        selector.allSatisfy { pod.labels[$0.key] == $0.value }
    }
}
