internal import DataTree
package import KubeAPI
package import MeshAPI

/// Makes a MeshOperator of an `install.istio.io/v1alpha1 IstioOperator`, so that both render the same mesh.
package struct IstioOperatorConversion {
    /// The kind converted.
    package static let kind = GroupVersionKind(group: "install.istio.io", version: "v1alpha1", kind: "IstioOperator")

    /// The MeshOperator.
    package private(set) var object: KubeObject
    /// What could not be carried over, or means something else now.
    package private(set) var warnings: [String] = []

    private static let known: Set = [
        "profile", "installPackagePath", "hub", "tag", "namespace", "revision", "compatibilityVersion", "meshConfig",
        "components", "values", "unvalidatedValues",
    ]

    /// Converts; throws ``SpecError`` for fields an IstioOperator does not have and parts that cannot be converted.
    package init(_ source: KubeObject, catalogue: VersionCatalogue) throws(SpecError) {
        let spec = source.tree["spec"].flatMap { $0.isNull ? nil : $0 } ?? .object(TreeObject())
        let issues = Self.issues(in: spec)
        if !issues.isEmpty { throw SpecError(issues: issues) }
        let name = source.name.isEmpty ? "mesh" : source.name
        object = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: name), labels: source.labels)
        object.annotations = source.annotations
        object.tree["spec"] = Self.carryOver(Self.expanded(spec), catalogue)
        warnings += Self.additions(in: spec)
        if let path = spec["installPackagePath"]?.string, !path.isEmpty {
            warnings.append("spec.installPackagePath: \"\(path)\" is not used: the operator renders from its own data")
        }
        if let place = spec["namespace"]?.string, place != object.tree.at("spec.namespace").string {
            warnings.append("spec.namespace: \"\(place)\" has no effect; set spec.values.global.istioNamespace")
        }
        if spec.at("components.istiodRemote").isSet {
            warnings.append("spec.components.istiodRemote has no effect; use spec.profile: remote")
        }
    }

    private static func issues(in spec: Tree) -> [SpecIssue] {
        let path = TreePath(keys: "spec")
        guard let object = spec.object else {
            return [SpecIssue(path: path, value: spec, problem: "is not an object", remedy: "write fields under spec")]
        }
        var found = object.filter { !known.contains($0.key) }.map { entry in
            SpecIssue(
                path: path.appending(entry.key),
                value: entry.value,
                problem: "is not a field of an IstioOperator",
                remedy: "remove it, or use one of: \(known.sorted().joined(separator: ", "))"
            )
        }
        let ambient = "asks for ambient mode, which the operator does not install"
        if spec.at("components.ztunnel.enabled") == .bool(true) {
            let place = path.appending("components").appending("ztunnel")
            found.append(SpecIssue(path: place, value: nil, problem: ambient, remedy: "remove it"))
        }
        if let profile = spec["profile"]?.string, profile.hasSuffix("ambient") {
            let remedy = "use default" + (profile.hasPrefix("openshift") ? ", or openshift" : "")
            found.append(
                SpecIssue(path: path.appending("profile"), value: spec["profile"], problem: ambient, remedy: remedy)
            )
        }
        return found
    }

    /// What an IstioOperator's profile stands for that is none of a MeshOperator's: OpenShift is a platform there.
    private static func expanded(_ spec: Tree) -> Tree {
        guard spec["profile"]?.string == "openshift" else { return spec }
        let below: Tree = [
            "components": ["cni": ["enabled": true, "namespace": "kube-system"]],
            "values": ["global": ["platform": "openshift"]],
        ]
        var result = below.merged(with: spec.withoutNulls)
        result["profile"] = nil
        return result
    }

    private static func carryOver(_ spec: Tree, _ catalogue: VersionCatalogue) -> Tree {
        var values = spec["values"].flatMap { $0.isNull ? nil : $0 } ?? .object(TreeObject())
        if let older = spec["compatibilityVersion"], older.isSet {
            values.put(.string(older.printed), "compatibilityVersion")
        }
        if let more = spec["unvalidatedValues"], more.isSet { values = values.merged(with: more) }
        let tag = spec["tag"].flatMap { $0.isSet ? $0.printed : nil }
        let version = tag.flatMap { catalogue.entry($0) }
        return fields([
            ("version", version.map { .string($0.version.description) }),
            ("revision", values["revision"]?.ifSet ?? spec["revision"]?.ifSet),
            ("profile", spec["profile"]?.ifSet),
            ("namespace", .string(values.text("global.istioNamespace", or: MeshNames.defaultNamespace))),
            ("hub", spec["hub"]?.ifSet), ("tag", version == nil ? tag.map { .string($0) } : nil),
            ("meshConfig", spec["meshConfig"]?.ifSet), ("components", spec["components"].flatMap(components)),
            ("values", values.ifSet),
        ])
    }

    /// Components with tags as text and names where gateways have none; ambient's are left out.
    private static func components(_ tree: Tree) -> Tree? {
        guard let object = tree.object else { return tree.isNull ? nil : tree }
        var result = TreeObject()
        for entry in object where !["ztunnel", "istiodRemote"].contains(entry.key) && !entry.value.isNull {
            guard let gateways = entry.value.array else {
                result[entry.key] = component(entry.value)
                continue
            }
            let kind = ComponentKind(rawValue: entry.key)
            result[entry.key] = .array(
                gateways.map { gateway in
                    var named = component(gateway)
                    if gateway.text("name").isEmpty, let kind { named["name"] = .string(kind.workloadName) }
                    return named
                }
            )
        }
        return .object(result)
    }

    private static func component(_ tree: Tree) -> Tree {
        guard case .object = tree else { return tree }
        var result = tree
        if let tag = tree["tag"], tag.string == nil, tag.isSet { result["tag"] = .string(tag.printed) }
        for part in ["limits", "requests"] {
            for amount in tree.at("k8s.resources.\(part)").sortedEntries {
                // A schema has no kind for an amount with a fraction but text.
                guard case .double = amount.value else { continue }
                result.set(.string(amount.value.printed), at: ["k8s", "resources", part, amount.key])
            }
        }
        return result
    }

    /// Fields that upstream's installer reads and passes over, and that have an effect here.
    private static func additions(in spec: Tree) -> [String] {
        spec.at("components").sortedEntries.flatMap { entry -> [String] in
            let several = entry.value.array
            return (several ?? [entry.value]).enumerated().flatMap { index, component in
                ["volumes", "volumeMounts"].filter { component.has("k8s.\($0)") }.map { field in
                    let place = "spec.components.\(entry.key)" + (several == nil ? "" : "[\(index)]")
                    return "\(place).k8s.\(field): is applied here, which upstream's installer does not do"
                }
            }
        }
    }
}
