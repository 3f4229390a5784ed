package import DataTree
package import KubeAPI
package import MeshAPI

/// Finds the field of a spec that most likely brought a field of a rendered object.
///
/// Overlays come first since they are applied last, then the `k8s` settings of the object's component, then values and
/// MeshConfig that hold the same value, under the same name if there is one.
package struct SettingOrigin: Sendable {
    private let spec: MeshOperatorSpec

    /// Looks into a spec.
    package init(_ spec: MeshOperatorSpec) {
        self.spec = spec
    }

    /// The most likely origin of a field.
    ///
    /// - Parameters:
    ///   - field: the field as Kubernetes writes it, `spec.template.spec.containers[0].image`.
    ///   - object: the object rendered.
    ///   - value: what stands there; nil takes it from the object.
    /// - Returns: the path from the root of the MeshOperator; nil where nothing in the spec looks like it.
    package func path(of field: String, in object: KubeObject, value: Tree? = nil) -> TreePath? {
        let place = Self.real(TreePath(fieldText: field))
        let value = value ?? object.tree.value(at: place)
        let homes = components(of: object)
        return homes.lazy.compactMap { overlay($0, place, object) }.first
            ?? homes.lazy.compactMap { setting($0, place, object, value) }.first
            ?? homes.lazy.compactMap { home in
                valuesRoot(home).flatMap { search($0.tree, $0.path, place, value) }
            }.first
            ?? search(spec.values, TreePath(keys: "spec", "values"), place, value)
            ?? search(spec.meshConfig, TreePath(keys: "spec", "meshConfig"), place, value)
    }

    /// The place in the object of a field as API servers name it.
    ///
    /// Kubernetes says `spec.template.annotations` of what stands in `spec.template.metadata` (`ValidatePodTemplateSpec`), and `clusterIPs[0]`
    /// of what a Service has as `clusterIP`.
    private static func real(_ place: TreePath) -> TreePath {
        let keys = place.keys
        var steps = place.steps
        if keys.starts(with: ["spec", "template", "annotations"]) || keys.starts(with: ["spec", "template", "labels"]) {
            steps.insert(.key("metadata"), at: 2)
        }
        if steps == [.key("spec"), .key("clusterIPs"), .index(0)] { steps = [.key("spec"), .key("clusterIP")] }
        return TreePath(steps)
    }

    /// The part of the spec most of whose bytes make a rendered object large.
    package var largest: (path: TreePath, bytes: Int)? {
        var path = TreePath(keys: "spec")
        var tree: Tree = ["components": spec.components.tree, "values": spec.values, "meshConfig": spec.meshConfig]
        var size = Self.size(tree)
        guard size > 1_024 else { return nil }
        while true {
            let children: [(step: TreePath.Step, tree: Tree)] =
                tree.object.map { $0.entries.map { (.key($0.key), $0.value) } }
                ?? tree.array.map { $0.enumerated().map { (.index($0.offset), $0.element) } } ?? []
            let sized = children.map { (child: $0, bytes: Self.size($0.tree)) }
            guard let top = sized.max(by: { $0.bytes < $1.bytes }), top.bytes > size / 2 else { break }
            path.steps.append(top.child.step)
            (tree, size) = (top.child.tree, top.bytes)
        }
        return (path, size)
    }

    private static func size(_ tree: Tree) -> Int {
        switch tree {
        case .string(let text): text.utf8.count
        case .array(let items): items.reduce(2) { $0 + size($1) }
        case .object(let object): object.entries.reduce(2) { $0 + $1.key.utf8.count + size($1.value) }
        default: 8
        }
    }

    // MARK: Components

    private struct Home {
        let kind: ComponentKind
        let path: TreePath
        let settings: Tree
    }

    /// The settings of the components an object may belong to: the one its labels name first.
    private func components(of object: KubeObject) -> [Home] {
        let own = object.labels[MeshNames.Label.component]
        let theirs = object.labels["operator.istio.io/component"]
        let all = ComponentKind.allCases.flatMap { kind -> [Home] in
            let path = TreePath(keys: "spec", "components", kind.rawValue)
            let found = spec.components.tree.at(kind.rawValue)
            guard kind.isGateway else { return [Home(kind: kind, path: path, settings: found)] }
            return found.elements.enumerated().map {
                Home(kind: kind, path: path.appending(index: $0.offset), settings: $0.element)
            }
        }
        let named = all.filter { $0.kind.rawValue == own || $0.kind.labelName == theirs }
        let mine = named.filter { !$0.kind.isGateway || $0.settings.text("name") == object.name }
        return mine + named.filter { $0.kind.isGateway && $0.settings.text("name") != object.name }
            + (own == nil && theirs == nil ? all : all.filter { hasOverlay($0, object) })
    }

    private func hasOverlay(_ home: Home, _ object: KubeObject) -> Bool {
        home.settings.at("k8s.overlays").elements.contains { isFor(object, $0) }
    }

    private func isFor(_ object: KubeObject, _ overlay: Tree) -> Bool {
        guard overlay.text("kind") == object.kind.kind else { return false }
        let name = overlay.text("name")
        let like = RevisionedName(object.name, of: object.label(MeshNames.Label.revision) ?? "")
        let plain = RevisionedName(name, of: spec.revision ?? "")?.plain ?? name
        return name == object.name || like?.isMeant(by: plain) ?? false
    }

    private func overlay(_ home: Home, _ place: TreePath, _ object: KubeObject) -> TreePath? {
        let wanted = place.keys
        for (number, overlay) in home.settings.at("k8s.overlays").elements.enumerated() where isFor(object, overlay) {
            for (index, patch) in overlay.at("patches").elements.enumerated().reversed() {
                let steps = SettingsPath(patch.text("path")).steps
                let keys = steps.compactMap { if case .key(let key) = $0 { key } else { nil } }
                guard wanted.starts(with: keys) || keys.starts(with: wanted), !keys.isEmpty else { continue }
                var path = home.path.appending("k8s").appending("overlays").appending(index: number)
                path = path.appending("patches").appending(index: index)
                return patch["value"] == nil ? path : path.appending("value")
            }
        }
        return nil
    }

    private func setting(_ home: Home, _ place: TreePath, _ object: KubeObject, _ value: Tree?) -> TreePath? {
        let wanted = place.keys
        for entry in home.settings.at("k8s").sortedEntries where !entry.value.isNull {
            guard let target = KubernetesSettings.target(of: entry.key, home.kind), target.kind == object.kind.kind
            else { continue }
            var keys = target.path
            if target.isInContainer, let last = keys.popLast() { keys += ["containers", last] }
            guard wanted.starts(with: keys) || keys.starts(with: wanted) else { continue }
            let path = home.path.appending("k8s").appending(entry.key)
            let isScalar = entry.value.object == nil && entry.value.array == nil
            return isScalar ? path : search(entry.value, path, place, value) ?? path
        }
        return nil
    }

    private func valuesRoot(_ home: Home) -> (tree: Tree, path: TreePath)? {
        let keys = home.kind.valuesRoot.split(separator: ".").map { TreePath.Step.key(String($0)) }
        let tree = spec.values.at(home.kind.valuesRoot)
        return tree.isNull ? nil : (tree, TreePath(TreePath(keys: "spec", "values").steps + keys))
    }

    // MARK: Values

    /// What values call what objects call otherwise.
    private static let otherNames = [
        "replicas": "replicaCount", "minReplicas": "autoscaleMin", "maxReplicas": "autoscaleMax",
        "averageUtilization": "targetAverageUtilization", "maxSurge": "rollingMaxSurge",
        "maxUnavailable": "rollingMaxUnavailable", "aud": "audience",
    ]

    /// The path of the same value under the same name; else of the same text under another one.
    private func search(_ tree: Tree, _ path: TreePath, _ place: TreePath, _ value: Tree?) -> TreePath? {
        guard let name = place.keys.last else { return nil }
        let names = [name, Self.otherNames[name]].compactMap(\.self)
        var near: TreePath?
        var far: TreePath?
        Self.visit(tree, path, depth: 0) { place, found in
            guard near == nil else { return }
            let isPlain = found.object == nil && found.array == nil
            let isSame = value.map { $0 == found || isPlain && $0.printed == found.printed } ?? false
            if case .key(let key)? = place.steps.last, names.contains(key), isSame || value == nil { near = place }
            if far == nil, isSame, found.printed.utf8.count > 1 { far = place }
        }
        return near ?? far
    }

    private static func visit(_ tree: Tree, _ path: TreePath, depth: Int, _ see: (TreePath, Tree) -> Void) {
        guard depth < 32 else { return }
        switch tree {
        case .object(let object) where !object.isEmpty:
            for entry in object.entries { visit(entry.value, path.appending(entry.key), depth: depth + 1, see) }
        case .array(let items) where !items.isEmpty:
            for (index, item) in items.enumerated() {
                visit(item, path.appending(index: index), depth: depth + 1, see)
            }
        case .null: break
        default: see(path, tree)
        }
    }
}

extension TreePath {
    /// Reads a path as Kubernetes writes it in errors, with or without a dot before it; the opposite of `description`.
    package init(fieldText: String) {
        var steps: [Step] = []
        var word = ""
        var isInBrackets = false
        func end() {
            if !word.isEmpty { steps.append(isInBrackets ? Int(word).map { .index($0) } ?? .key(word) : .key(word)) }
            word = ""
        }
        for character in fieldText {
            switch character {
            case "." where !isInBrackets: end()
            case "[" where !isInBrackets:
                end()
                isInBrackets = true
            case "]" where isInBrackets:
                end()
                isInBrackets = false
            default: word.append(character)
            }
        }
        end()
        self.init(steps)
    }

    /// The keys alone.
    var keys: [String] { steps.compactMap { if case .key(let key) = $0 { key } else { nil } } }
}
