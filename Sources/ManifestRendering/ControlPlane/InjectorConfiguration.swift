internal import DataTree
internal import MeshBase

/// The ConfigMap by which istiod injects proxies: templates and settings under `config`, values under `values`.
struct InjectorConfiguration {
    /// What to render it from.
    let scope: ComponentScope

    /// The keys `config` and `values`.
    func data() throws(RenderError) -> Tree {
        let values = scope.values
        let injector = values.at("sidecarInjectorWebhook")
        var templates: Tree = [
            "sidecar": .string(try template(EmbeddedManifests.templateSidecar)),
            "gateway": .string(try template(EmbeddedManifests.templateGateway)),
            "grpc-simple": .string(try template(EmbeddedManifests.templateGrpcSimple)),
            "grpc-agent": .string(try template(EmbeddedManifests.templateGrpcAgent)),
            "kube-gateway": .string(try template(EmbeddedManifests.templateKubeGateway)),
        ]
        templates = templates.merged(with: injector.at("templates").or([:]))
        let annotations = injector.at("injectedAnnotations").sortedEntries.map {
            ($0.key, Optional(Tree.string($0.value.printed)))
        }
        let config = fields([
            ("defaultTemplates", injector.at("defaultTemplates").or(["sidecar"])),
            ("policy", values.at("global.proxy.autoInject")),
            ("alwaysInjectSelector", injector.at("alwaysInjectSelector").or(.array([]))),
            ("neverInjectSelector", injector.at("neverInjectSelector").or(.array([]))),
            ("injectedAnnotations", fields(annotations)), ("templates", templates),
        ])
        return ["config": .string(GoYAML.text(config) + "\n"), "values": .string(visibleValues.jsonText(.pretty))]
    }

    /// The values templates may read, few so that the ConfigMap stays small.
    private var visibleValues: Tree {
        let values = scope.values
        func pick(_ tree: Tree, _ keys: [String]) -> Tree { fields(keys.map { ($0, tree[$0]) }) }
        var result = pick(values, ["global", "sidecarInjectorWebhook", "revision"])
        result["pilot"] = pick(values, ["cni", "env", "crlConfigMapName"])
        result["gateways"] = pick(values.at("gateways"), ["securityContext", "seccompProfile"])
        return result.ordered
    }

    /// A template with the parts all share in front, for the version's own set of functions.
    private func template(_ text: String) throws(RenderError) -> String {
        let shared = EmbeddedManifests.templateEnvironment + "\n" + EmbeddedManifests.templateVolumes + "\n"
        return try Self.select(shared + text, behaviours: scope.entry.minor.behaviours)
    }

    /// Drops the parts between `begin BEHAVIOUR` and `end BEHAVIOUR` that the version does not have, and these marks.
    static func select(
        _ text: String,
        behaviours: Set<VersionCatalogue.Behaviour>
    ) throws(RenderError) -> String {
        var lines: [Substring] = []
        var skipping: Substring?
        // By bytes: the templates are long, and all but a few lines are no marks.
        for line in text.split(ascii: "\n", omittingEmptySubsequences: false) {
            let words = line.utf8.contains(UInt8(ascii: "*")) ? line.split(ascii: " ") : []
            let isMark = words.count == 5 && words[0] == "{{-" && words[1] == "/*" && words[4] == "*/}}"
            guard isMark, words[2] == "begin" || words[2] == "end" else {
                if skipping == nil { lines.append(line) }
                continue
            }
            guard let behaviour = VersionCatalogue.Behaviour(rawValue: String(words[3])) else {
                throw RenderError(.brokenCatalogue, "a template names the unknown behaviour \(words[3])")
            }
            if words[2] == "end" { skipping = nil } else if !behaviours.contains(behaviour) { skipping = words[3] }
        }
        return lines.joined(separator: "\n")
    }
}

extension ControlPlane {
    /// The injector's ConfigMap, unless webhooks of another cluster inject.
    func injectorConfigMap() throws(RenderError) -> [Tree] {
        guard !values.has("global.omitSidecarInjectorConfigMap") else { return [] }
        let data = try InjectorConfiguration(scope: scope).data()
        return [configMap("istio-sidecar-injector\(scope.suffix)", data)]
    }
}
