internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// What becomes of mesh configuration and of the MeshOperator's own settings.
enum ConfigurationChecks {
    static let all = [
        UpgradeCheck(name: "kinds") { kinds($0) },
        UpgradeCheck(name: "written versions") { writtenVersions($0) },
        UpgradeCheck(name: "fields") { fields($0) },
        UpgradeCheck(name: "settings") { settings($0) },
        UpgradeCheck(name: "behaviour") { behaviour($0) },
        UpgradeCheck(name: "injection labels") { injectionLabels($0) },
    ]

    // MARK: Kinds

    private static func kinds(_ world: IndexedWorld) -> [UpgradeFinding] {
        world.world.istio.compactMap { object in
            let kind = object.kind
            if let gone = IstioKinds.removed(kind) {
                return UpgradeFinding(
                    .refuses,
                    .removedKind,
                    ResourceID(object),
                    "\(kind.apiVersion) \(kind.kind) is read by no release since \(gone.last), and protects nothing",
                    remedy: gone.remedy
                )
            }
            guard let served = IstioKinds.served(kind) else { return nil }
            if !served.versions.contains(kind.version) {
                return UpgradeFinding(
                    .refuses,
                    .unservedVersion,
                    ResourceID(object),
                    field: "apiVersion",
                    "\(kind.apiVersion) is no version of \(kind.kind) that is served",
                    remedy: "write it as \(served.group)/\(served.versions[0])"
                )
            }
            guard let since = served.since.flatMap({ MeshVersion($0) }),
                let older = world.hops.first(where: { $0.entry.version.minor < since.minor })
            else { return nil }
            return UpgradeFinding(
                .warns,
                .unservedVersion,
                ResourceID(object),
                "\(kind.kind) is there since \(since.minorText); \(older.entry.version) passes over it",
                remedy: "do without it before going back",
                hop: older.entry.version.description
            )
        }
    }

    /// In which versions people and tools write, told once per kind and version.
    private static func writtenVersions(_ world: IndexedWorld) -> [UpgradeFinding] {
        struct Use {
            var names: [ObjectKey] = []
            let newest: String
        }
        var uses: [GroupVersionKind: Use] = [:]
        for object in world.world.istio {
            let kind = object.kind
            guard let served = IstioKinds.served(kind), served.versions.count > 1 else { continue }
            let newest = "\(served.group)/\(served.versions[0])"
            for written in writtenVersions(of: object) where written != newest {
                let key = GroupVersionKind(apiVersion: written, kind: kind.kind)
                guard served.versions.contains(key.version), key.group == kind.group else { continue }
                uses[key, default: Use(newest: newest)].names.append(object.key)
            }
        }
        return uses.map { kind, use in
            let names = use.names.sorted()
            let shown = names.prefix(3).map(\.description).joined(separator: ", ")
            return UpgradeFinding(
                .informs,
                .olderVersion,
                nil,
                field: "apiVersion",
                "\(names.count) of kind \(kind.kind) are written as \(kind.apiVersion) (\(shown)\(names.count > 3 ? ", …" : ""))",
                remedy: "write them as \(use.newest); the older version still works"
            )
        }
    }

    private static func writtenVersions(of object: KubeObject) -> Set<String> {
        var found: Set<String> = []
        let applied = object.annotations["kubectl.kubernetes.io/last-applied-configuration"]
        if let version = applied.flatMap({ try? Tree(json: $0) })?["apiVersion"]?.string { found.insert(version) }
        for entry in object.tree.value(at: "metadata", "managedFields")?.array ?? [] {
            // istiod writes statuses in a version of its own choosing.
            guard entry["subresource"]?.string ?? "" == "", let version = entry["apiVersion"]?.string else { continue }
            found.insert(version)
        }
        return found
    }

    // MARK: Fields

    /// Fields with a replacement; `*` stands for every element of a list.
    private static let ageing: [(kind: String, path: [String], remedy: String)] = [
        ("DestinationRule", ["trafficPolicy", "loadBalancer", "warmupDurationSecs"], "use warmup.duration"),
        (
            "DestinationRule",
            ["trafficPolicy", "portLevelSettings", "*", "loadBalancer", "warmupDurationSecs"], "use warmup.duration"
        ),
        (
            "DestinationRule",
            ["subsets", "*", "trafficPolicy", "loadBalancer", "warmupDurationSecs"], "use warmup.duration"
        ),
        (
            "DestinationRule",
            ["trafficPolicy", "loadBalancer", "consistentHash", "minimumRingSize"], "use ringHash.minimumRingSize"
        ),
        (
            "DestinationRule",
            ["subsets", "*", "trafficPolicy", "loadBalancer", "consistentHash", "minimumRingSize"],
            "use ringHash.minimumRingSize"
        ),
        ("VirtualService", ["http", "*", "mirrorPercent"], "use mirrorPercentage.value"),
        ("VirtualService", ["http", "*", "mirror_percent"], "use mirrorPercentage.value"),
    ]

    private static func fields(_ world: IndexedWorld) -> [UpgradeFinding] {
        world.world.istio.flatMap { object -> [UpgradeFinding] in
            let kind = object.kind.kind
            guard let spec = object.tree["spec"], object.kind.group == "networking.istio.io" else { return [] }
            return ageing.filter { $0.kind == kind }.compactMap { entry in
                guard let place = find(entry.path[...], in: spec, at: "spec") else { return nil }
                return UpgradeFinding(
                    .informs,
                    .deprecatedField,
                    ResourceID(object),
                    field: place,
                    "works for now and has a replacement",
                    remedy: entry.remedy
                )
            }
        }
    }

    /// The first place a path leads to, nil where it leads to none.
    private static func find(_ path: ArraySlice<String>, in tree: Tree, at place: String) -> String? {
        guard let first = path.first else { return tree.isNull ? nil : place }
        if first == "*" {
            for (index, element) in (tree.array ?? []).enumerated() {
                if let found = find(path.dropFirst(), in: element, at: "\(place)[\(index)]") { return found }
            }
            return nil
        }
        return tree[first].flatMap { find(path.dropFirst(), in: $0, at: "\(place).\(first)") }
    }

    // MARK: The MeshOperator's settings

    private static func settings(_ world: IndexedWorld) -> [UpgradeFinding] {
        let spec = world.world.spec
        var found = RetiredValues.findings(in: spec.values).map { value in
            UpgradeFinding(
                value.isRefused ? .refuses : .informs,
                .retiredSetting,
                nil,
                field: value.field,
                value.isRefused ? "no release takes it any more" : "belongs to an earlier release",
                remedy: value.remedy
            )
        }
        let config = MeshConfigShape.current.findings(in: spec.meshConfig, at: TreePath(keys: "spec", "meshConfig"))
        found += config.unknown.map { path in
            UpgradeFinding(
                .warns,
                .retiredSetting,
                nil,
                field: path.description,
                "is no field of MeshConfig, istiod passes over it",
                remedy: "remove it"
            )
        }
        for hop in world.hops {
            for (minor, note) in world.notes(of: hop) where note.isGone {
                guard let setting = note.setting, isGiven(setting, spec.values) else { continue }
                found.append(
                    UpgradeFinding(
                        .warns,
                        .retiredSetting,
                        nil,
                        field: "spec.values.\(setting)",
                        "has no effect from \(minor.name) on. \(note.text)",
                        remedy: "remove it",
                        hop: hop.entry.version.description
                    )
                )
            }
        }
        return found
    }

    /// Whether a dotted path leads to a value.
    static func isGiven(_ path: String, _ values: Tree) -> Bool {
        var current: Tree? = values
        for key in path.split(separator: ".") { current = current?[String(key)] }
        return current.map { !$0.isNull } ?? false
    }

    private static func behaviour(_ world: IndexedWorld) -> [UpgradeFinding] {
        world.hops.flatMap { hop in
            BehaviourFlag.changed(by: hop, in: world).map { flag in
                UpgradeFinding(
                    .informs,
                    .behaviourChange,
                    nil,
                    field: flag.setting.map { "spec.values.\($0)" } ?? "",
                    flag.text,
                    remedy: flag.remedy,
                    hop: hop.entry.version.description
                )
            }
        }
    }

    // MARK: Namespaces

    private static func injectionLabels(_ world: IndexedWorld) -> [UpgradeFinding] {
        world.world.namespaces.compactMap { namespace in
            let labels = namespace.labels
            guard let injection = labels[RevisionChoice.injectionLabel],
                let revision = labels[MeshNames.Label.revision],
                RevisionChoice.name(ofNamespace: labels).map({ !world.world.others.contains($0) }) ?? true
            else { return nil }
            return UpgradeFinding(
                .informs,
                .ambiguousInjection,
                ResourceID(namespace),
                field: "metadata.labels",
                "\(RevisionChoice.injectionLabel)=\(injection) and \(MeshNames.Label.revision)=\(revision) are both set; "
                    + "the former decides",
                remedy: "remove one of them"
            )
        }
    }
}
