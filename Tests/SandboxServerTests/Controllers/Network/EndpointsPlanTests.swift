internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

@Suite struct EndpointsPlanTests {
    static var service: KubeObject {
        var service = KubeObject(kind: .service, key: ObjectKey(namespace: "shop", name: "web"))
        service.tree.set("uid-svc", at: ["metadata", "uid"])
        service.tree["spec"] = [
            "selector": ["app": "web"],
            "ports": [["name": "http", "port": 80, "targetPort": "web", "protocol": "TCP"]],
        ]
        return service
    }

    static func pod(_ name: String, address: String, port: Int64 = 8080, isReady: Bool = true) -> KubeObject {
        var pod = Sample.pod(name, isReady: isReady, labels: ["app": "web"])
        pod.tree.set(.string(address), at: ["status", "podIP"])
        pod.tree.set(
            [["name": "main", "ports": [["name": "web", "containerPort": .integer(port)]]]],
            at: ["spec", "containers"]
        )
        return pod
    }

    @Test func readyAndUnreadyPodsAreToldApart() throws {
        let pods = [Self.pod("a", address: "10.0.0.1"), Self.pod("b", address: "10.0.0.2", isReady: false)]
        let plan = try #require(EndpointsPlan(Self.service, pods: pods, slices: []))
        let slice = try #require(plan.creations.first)
        #expect(slice.labels[EndpointsPlan.serviceLabel] == "web")
        #expect(slice.tree["ports"]?[0]?["port"] == 8080)
        let ready = slice.tree["endpoints"]?.array?.map { $0.value(at: "conditions", "ready") }
        #expect(ready == [true, false])
        let subset = try #require(plan.endpoints.tree["subsets"]?[0])
        #expect(subset["addresses"]?[0]?["ip"] == "10.0.0.1")
        #expect(subset["notReadyAddresses"]?[0]?["ip"] == "10.0.0.2")
    }

    @Test func anUnchangedSliceStays() throws {
        let pods = [Self.pod("a", address: "10.0.0.1")]
        let first = try #require(EndpointsPlan(Self.service, pods: pods, slices: []))
        let again = try #require(EndpointsPlan(Self.service, pods: pods, slices: first.creations))
        #expect(again.creations.isEmpty && again.updates.isEmpty && again.deletions.isEmpty)
        let none = try #require(EndpointsPlan(Self.service, pods: [], slices: first.creations))
        #expect(none.updates.first?.tree["endpoints"] == [])
        #expect(none.creations.isEmpty && none.deletions.isEmpty)
    }

    @Test func podsWithOtherPortsGetASliceOfTheirOwn() throws {
        let pods = [Self.pod("a", address: "10.0.0.1"), Self.pod("b", address: "10.0.0.2", port: 9090)]
        let plan = try #require(EndpointsPlan(Self.service, pods: pods, slices: []))
        #expect(plan.creations.map { $0.tree["ports"]?[0]?["port"] } == [8080, 9090])
    }

    @Test func largeServicesAreSplit() throws {
        let pods = (0..<250).map { Self.pod("p\($0)", address: "10.0.\($0 / 250).\($0 % 250)") }
        let plan = try #require(EndpointsPlan(Self.service, pods: pods, slices: []))
        #expect(plan.creations.map { $0.tree["endpoints"]?.array?.count } == [100, 100, 50])
    }

    @Test func withoutSelectorNothingIsPlanned() {
        var service = Self.service
        service.tree.set(nil, at: ["spec", "selector"])
        #expect(EndpointsPlan(service, pods: [], slices: []) == nil)
    }
}
