internal import DataTree
internal import KubeAPI
internal import KubeSchema
internal import MeshAPI
internal import MeshBase
internal import StructuralSchema

/// Looks at rendered objects as an API server will, before the first of them is written.
///
/// Settings that are Kubernetes' own (`k8s`, overlays, parts of values) have no types of their own here: what they make of an
/// object does. An issue names the field of the spec that most likely brought it.
struct RenderedObjectCheck {
    /// What the objects come from.
    let spec: MeshOperatorSpec

    /// Checks all objects but CustomResourceDefinitions, which no setting changes.
    ///
    /// - Parameter objects: the objects.
    /// - Returns: notes about fields that the kinds do not have, and others of which the API server refuses the value.
    /// - Throws: ``RenderError`` with at most 20 issues.
    func run(_ objects: [KubeObject]) throws(RenderError) -> [String] {
        var issues = clashes(objects)
        var notes: [String] = []
        for object in objects where object.kind.kind != "CustomResourceDefinition" && issues.count < 20 {
            var plain = object
            plain.tree = object.tree.withoutNulls
            if let issue = sizeIssue(plain) { issues.append(issue) }
            guard let kind = NativeKinds.kind(object.kind) else { continue }
            var pruned = plain.tree
            notes += kind.schema.prune(&pruned).map { note($0, plain) }
            let found = kind.schema.validate(pruned) + ObjectRules.issues(in: plain)
            var seen: Set<String> = []
            issues += found.filter { seen.insert($0.path).inserted }.map { issue($0, plain) }
            notes += PlacementRules.issues(in: plain).map { issue($0, plain).description }
        }
        guard issues.isEmpty else {
            // What can be said of a field is of more use than what comes of it elsewhere, and is told first.
            let told = issues.filter { $0.path.keys.count > 1 } + issues.filter { $0.path.keys.count <= 1 }
            throw RenderError(issues: Array(told.prefix(20)))
        }
        return notes
    }

    /// Objects of two parts of the mesh that have one name, of which a cluster holds one only.
    private func clashes(_ objects: [KubeObject]) -> [SpecIssue] {
        var first: [ResourceID: KubeObject] = [:]
        var issues: [String: SpecIssue] = [:]
        let lists = [
            ("egressGateways", spec.components.egressGateways), ("ingressGateways", spec.components.ingressGateways),
        ]
        let gateways = lists.flatMap { list, gateways in
            gateways.enumerated().compactMap { index, gateway in
                gateway.name.map {
                    (name: $0, path: TreePath(keys: "spec", "components", list).appending(index: index))
                }
            }
        }
        for object in objects {
            let id = ResourceID(object)
            guard let other = first[id] else {
                first[id] = object
                continue
            }
            guard other.tree != object.tree else { continue }
            let found = gateways.first { object.name == $0.name || object.name.hasPrefix("\($0.name)-") }
            let path = found?.path.appending("name") ?? TreePath(keys: "spec", "components")
            guard issues[path.description] == nil else { continue }
            issues[path.description] = SpecIssue(
                path: path,
                value: .string(found?.name ?? object.name),
                problem: "gives two parts of the mesh one \(Self.name(object)), and a cluster holds one of that name",
                remedy: "give each gateway a name that no other gateway and not istiod has"
            )
        }
        return issues.values.sorted { $0.path.description < $1.path.description }
    }

    private func issue(_ found: FieldIssue, _ object: KubeObject) -> SpecIssue {
        // An issue about the kind of a value carries the kind's name, not the value.
        let value = object.tree.value(at: TreePath(fieldText: found.path)) ?? found.value
        let origin = SettingOrigin(spec).path(of: found.path, in: object, value: value) ?? template(found.path, object)
        let what = found.detail.isEmpty ? found.kind.title.lowercased() : found.detail
        return SpecIssue(
            path: origin ?? TreePath(keys: "spec"),
            value: value,
            problem: "makes \(found.path) of \(Self.name(object)) what the API server refuses: \(what)",
            remedy: "write what the Kubernetes API has there"
        )
    }

    /// Where the labels of pods come from that a selector does not find.
    private func template(_ field: String, _ object: KubeObject) -> TreePath? {
        let keys = TreePath(fieldText: field).keys
        guard keys.starts(with: ["spec", "selector", "matchLabels"]), let label = keys.last else { return nil }
        let place = TreePath(keys: "spec", "template", "metadata", "labels").appending(label)
        return SettingOrigin(spec).path(of: place.description, in: object)
    }

    private func note(_ path: TreePath, _ object: KubeObject) -> String {
        let origin = SettingOrigin(spec).path(of: path.description, in: object)
        return "\(origin?.description ?? "spec"): \(path) is no field of \(Self.name(object)) that is known "
            + "here, and the API server refuses those; check its name"
    }

    private static func name(_ object: KubeObject) -> String {
        String("\(object.kind.kind) \(object.key)".prefix(200))
    }

    private func sizeIssue(_ object: KubeObject) -> SpecIssue? {
        guard let excess = ObjectSize.excess(of: object) else { return nil }
        let largest = SettingOrigin(spec).largest
        let share = largest.map { " (\($0.bytes) bytes)" } ?? ""
        return SpecIssue(
            path: largest?.path ?? TreePath(keys: "spec"),
            value: nil,
            problem: "makes \(Self.name(object)) too large: \(excess.what) would have \(excess.bytes) "
                + "bytes, and \(excess.limit) are the most a cluster takes",
            remedy: "shorten it\(share)"
        )
    }
}
