internal import DataTree
internal import MeshBase
internal import Testing

@testable internal import RolloutCore

@Suite struct WrittenRecordTests {
    @Test("When a version began to serve is kept as exactly as when a step began, with which it is compared")
    func servingSince() throws {
        let since = Timestamp(seconds: 1_790_000_000, microseconds: 250_000)
        let mark = ServingMark(version: "v2", since: since, passed: "v1+abc")
        #expect(try #require(ServingMark(mark.text)) == mark)
    }

    @Test("A template that a copy differs from in nothing but its version is not put back again and again")
    func equalTemplates() {
        let template: Tree = [
            "metadata": ["labels": ["app": "a", "version": "v1"]], "spec": ["containers": [["image": "i:1"]]],
        ]
        var copy = template
        #expect(ReplacedTemplate(template, by: copy).restored(over: copy) == nil)
        copy["spec"] = ["containers": [["image": "i:2"]]]
        #expect(ReplacedTemplate(template, by: copy).restored(over: copy) == template)
        #expect(ReplacedTemplate(template, by: copy).restored(over: template) == nil)
    }
}
