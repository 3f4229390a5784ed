internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// Patches hold only on what was read.
@Suite struct ObjectPatchTests {
    private static func routes(_ weight: Int64) throws -> RouteLists {
        RouteLists(
            spec: try requireDocument(
                "{http: [{name: primary, route: [{destination: {host: reviews}, weight: \(weight)}]}]}"
            )
        )
    }

    /// Somebody writes the routes between the read and the patch: nothing of theirs is overwritten.
    @Test(arguments: ["routes", "another object", "other fields"]) func aPatchOfWhatHasChangedIsRefused(what: String)
        async throws
    {
        let cluster = try await SampleRollout.cluster()
        let read = try #require(try await cluster.service())
        let patch = try #require(
            RouteObject(read, selection: []).patch(Self.routes(7), record: "r", mark: "m", holder: "h")
        )
        switch what {
        case "routes":
            var http = read.tree.value(at: "spec", "http")?.array ?? []
            http[0]["timeout"] = "9s"
            let edit = Patch.merge(["spec": ["http": .array(http)]])
            _ = try await cluster.admin.patch(TrafficResources.virtualServices, TestCluster.key, edit)
        case "another object":
            _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
            try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        default:
            let edit = Patch.merge(["spec": ["exportTo": ["."]]])
            _ = try await cluster.admin.patch(TrafficResources.virtualServices, TestCluster.key, edit)
        }
        let before = try await cluster.service()
        let send = { () async throws in
            _ = try await cluster.admin.patch(TrafficResources.virtualServices, TestCluster.key, .json(patch.document))
        }
        if what == "other fields" {
            try await send()
            #expect(try await cluster.service()?.tree.value(at: "spec", "exportTo") == ["."])
            #expect(try await cluster.service()?.annotations["team"] == "shop")
        } else {
            await #expect(throws: KubeError.self) { try await send() }
            #expect(try await cluster.service() == before)
        }
    }

    @Test func changesRoutesAndAnnotationsAndNothingElse() async throws {
        let cluster = try await SampleRollout.cluster()
        let read = try #require(try await cluster.service())
        let patch = try #require(
            RouteObject(read, selection: []).patch(Self.routes(7), record: "r", mark: "m", holder: "h")
        )
        let changed = patch.document.filter { $0["op"] != "test" }.compactMap { $0["path"]?.string }
        #expect(
            changed.allSatisfy { $0 == "/spec/http" || $0.hasPrefix("/metadata/annotations/meshoperator.io~1") },
            "\(changed)"
        )
        let tested = patch.document.filter { $0["op"] == "test" }.compactMap { $0["path"]?.string }
        #expect(tested.contains("/spec/http") && tested.contains("/metadata/uid"))
    }

    @Test func whatIsAsWantedIsNotWritten() async throws {
        let cluster = try await SampleRollout.cluster()
        let route = RouteObject(try #require(try await cluster.service()), selection: [])
        #expect(route.patch(route.lists, record: nil, mark: nil, holder: nil) == nil)
    }
}
