internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import OperatorCore

/// What of a mesh changes from station to station of an upgrade, an object a line.
@Suite struct UpgradeGoldenTests {
    private static let golden = Golden("Golden")

    @Test("Each station of an upgrade is that of its golden file", arguments: UpgradeExample.all)
    func stations(_ example: UpgradeExample) throws {
        var before: [ResourceID: KubeObject] = [:]
        for station in try UpgradeStation.all(example) {
            let blueprint = try example.composed(station.composition)
            var text = ""
            var after: [ResourceID: KubeObject] = [:]
            for (number, phase) in blueprint.phases.enumerated() {
                for object in phase {
                    let id = ResourceID(object)
                    after[id] = object
                    let mark = before[id].map { $0 == object ? "=" : "~" } ?? "+"
                    text += "\(mark) \(number) \(id) \(blueprint.versions[id] ?? "")\(Self.facts(object))\n"
                }
            }
            for id in Set(before.keys).subtracting(after.keys).sorted() { text += "- \(id)\n" }
            try Self.golden.check(text, "\(example.name)-\(station.name).txt")
            before = after
        }
    }

    @Test("No golden file is left over")
    func noStaleFiles() throws {
        let names = try UpgradeExample.all.flatMap { example in
            try UpgradeStation.all(example).map { "\(example.name)-\($0.name).txt" }
        }
        #expect(folderEntries(Self.golden.folder).filter { !names.contains($0) } == [])
    }

    /// What matters of an object in an upgrade.
    private static func facts(_ object: KubeObject) -> String {
        let tree = object.tree
        var facts: [String] = []
        switch object.kind.kind {
        case "Deployment", "DaemonSet":
            let containers = tree.value(at: "spec", "template", "spec", "containers")?.array ?? []
            facts += containers.compactMap { $0["image"]?.string }
            facts.append("selects " + pairs(tree.value(at: "spec", "selector", "matchLabels")))
            if let replicas = tree.value(at: "spec", "replicas")?.integer { facts.append("replicas \(replicas)") }
            for key in [RevisionRole.annotation, GatewayShare.Plan.annotation] {
                if let value = object.annotations[key] { facts.append("\(key): \(value)") }
            }
        case "HorizontalPodAutoscaler":
            let target = tree.value(at: "spec", "scaleTargetRef", "name")?.string ?? ""
            let bounds = ["minReplicas", "maxReplicas"].map { tree.value(at: "spec", $0)?.integer ?? 0 }
            facts.append("\(bounds[0]) to \(bounds[1]) of \(target)")
        case "Service": facts.append("selects " + pairs(tree.value(at: "spec", "selector")))
        case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
            for entry in tree["webhooks"]?.array ?? [] {
                let service = entry.value(at: "clientConfig", "service", "name")?.string ?? ""
                let isDormant = entry["namespaceSelector"] == TagWebhooks.never
                facts.append(
                    "\(entry["name"]?.string?.prefix { $0 != "." } ?? "") asks \(isDormant ? "nobody" : service)"
                )
            }
        default: break
        }
        return facts.isEmpty ? "" : "; " + facts.joined(separator: "; ")
    }

    private static func pairs(_ labels: Tree?) -> String {
        (labels?.object?.entries ?? []).map { "\($0.key)=\($0.value.string ?? "")" }.sorted().joined(separator: ",")
    }
}
