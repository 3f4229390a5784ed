internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Which pods two meshes would both inject, by the webhooks as they are rendered.
@Suite struct InjectionEntryTests {
    static func webhooks(_ settings: String) throws -> [KubeObject] {
        var resource = KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "mesh"))
        resource.tree["spec"] = try requireDocument(settings)
        let spec = try MeshOperatorResource(decoding: resource).spec
        let render = MeshOperatorService.renderer(try VersionCatalogue.builtIn())
        return try render(spec, RenderOptions()).objects.filter { $0.kind == .mutatingWebhookConfiguration }
    }

    private static func shared(_ one: String, _ other: String) throws -> [String] {
        let (one, other) = (try webhooks(one), try webhooks(other))
        #expect(one.flatMap(InjectionEntry.all).count >= 2 && other.flatMap(InjectionEntry.all).count >= 2)
        return one.flatMap(InjectionEntry.all).flatMap { one in
            other.flatMap(InjectionEntry.all).compactMap { one.shared(with: $0) }
        }
    }

    static let apart = [
        ("{}", "{revision: blue}"), ("{revision: green}", "{revision: blue}"),
        ("{values: {revisionTags: [prod]}}", "{revision: blue, values: {revisionTags: [test]}}"),
        (
            "{values: {sidecarInjectorWebhook: {enableNamespacesByDefault: true}}}",
            "{revision: blue, values: {revisionTags: [test]}}"
        ),
    ]

    @Test("Revisions of their own share no pods", arguments: apart)
    func separate(_ one: String, _ other: String) throws {
        #expect(try Self.shared(one, other) == [])
        #expect(try Self.shared(other, one) == [])
    }

    static let together = [
        ("{}", "{namespace: two}", "pods in namespaces with istio-injection=enabled"),
        ("{}", "{namespace: two}", "pods with sidecar.istio.io/inject=true"),
        ("{revision: blue}", "{revision: blue, namespace: two}", "pods in namespaces with istio.io/rev=blue"),
        (
            "{revision: blue, values: {revisionTags: [prod]}}", "{revision: prod, namespace: two}",
            "pods in namespaces with istio.io/rev=prod"
        ),
    ]

    @Test("Equal revisions and tags share pods", arguments: together)
    func overlapping(_ one: String, _ other: String, _ pods: String) throws {
        #expect(try Self.shared(one, other).contains(pods))
        #expect(try Self.shared(other, one).contains(pods))
    }

    static let silent: [Tree] = [
        ["namespaceSelector": TagWebhooks.never, "objectSelector": TagWebhooks.never],
        ["matchConditions": [["name": "a", "expression": "true"]]],
        ["rules": [["operations": ["CREATE"], "apiGroups": [""], "resources": ["services"]]]],
        ["rules": [["operations": ["UPDATE"], "apiGroups": [""], "resources": ["pods"]]]],
    ]

    @Test(
        "What is asked about nothing, about other objects, or on conditions of its own says nothing",
        arguments: silent
    )
    func nothing(_ change: Tree) throws {
        let whole = try #require(try Self.webhooks("{}").first)
        var changed = whole
        var entries = try #require(whole.tree["webhooks"]?.array)
        for index in entries.indices {
            for entry in change.object?.entries ?? [] { entries[index][entry.key] = entry.value }
        }
        changed.tree["webhooks"] = .array(entries)
        #expect(InjectionEntry.all(of: changed).isEmpty)
    }
}
