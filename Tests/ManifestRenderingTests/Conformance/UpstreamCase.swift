internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshTestKit
internal import Testing

/// One case of the upstream manifests in the conformance data: an IstioOperator and what upstream renders from it.
struct UpstreamCase: Sendable, CustomTestStringConvertible {
    let folder: String
    let name: String
    let selectors: [String]
    let flags: [String]

    var testDescription: String { name }

    /// The cases of `cases.tsv` that are in scope; none where the data is absent.
    static let all: [UpstreamCase] = {
        guard let data = conformanceData(), let table = try? fileText("\(data)/manifests/cases.tsv") else { return [] }
        return table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count >= 2, !columns[0].hasPrefix("ztunnel"), columns[0] != "sidecar_template" else {
                return nil
            }
            let flags =
                columns.count > 3 ? columns[3].split(separator: " ").map(String.init).filter { $0 != "--set" } : []
            let selectors = columns[1].split(separator: ",").map { $0.filter { $0 != " " } }
            return UpstreamCase(folder: "\(data)/manifests", name: columns[0], selectors: selectors, flags: flags)
        }
    }()

    /// What upstream renders.
    func expected() throws -> [Tree] {
        try YAML.documents(fileText("\(folder)/output/\(name).yaml")).map(Self.normal)
    }

    /// What we render from the same input.
    func rendered() throws -> [Tree] {
        let catalogue = try VersionCatalogue.builtIn()
        let input = try YAML.document(fileText("\(folder)/input/\(name).yaml"))
        let settings = try flags.map { try SettingFlag($0) }
        let mesh = try MeshInput(KubeObject(input), settings: settings, catalogue: catalogue)
        var options = RenderOptions()
        options.labels = .upstream
        let manifests = try ManifestRenderer(catalogue: catalogue).render(mesh.resource.spec, options: options)
        return manifests.objects.map(\.tree).filter(isSelected).map(Self.normal)
    }

    /// `Kind:namespace:name`, where `*` is any namespace and a name ending in `$` is the whole name.
    private func isSelected(_ object: Tree) -> Bool {
        let name = object.value(at: "metadata", "name")?.string ?? ""
        return selectors.isEmpty
            || selectors.contains { selector in
                let parts = selector.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 3, object["kind"]?.string == parts[0] else { return false }
                return parts[2].hasSuffix("$") ? name == String(parts[2].dropLast()) : name.contains(parts[2])
            }
    }

    /// Labels that name Helm, chart or manager, image registries and tags, and version strings taken out.
    private static func normal(_ tree: Tree) -> Tree {
        switch tree {
        case .array(let items): return .array(items.map(normal))
        case .object(let object):
            var result = TreeObject()
            for entry in object where !dropped.contains(entry.key) {
                if entry.key == "image", let image = entry.value.string {
                    let last = image.split(separator: "/").last ?? ""
                    result[entry.key] = .string(String(last.split(separator: ":").first ?? ""))
                } else {
                    result[entry.key] = normal(entry.value)
                }
            }
            return .object(result)
        default: return tree
        }
    }

    private static let dropped: Set = [
        "helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "heritage", "chart",
    ]
}
