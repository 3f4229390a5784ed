internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import SandboxServer

@Suite struct PodLifecycleTests {
    static let node = PodLifecycle.Node(address: "127.0.0.1")
    static let now = Timestamp(seconds: 1_700_000_000)

    static func pod(_ spec: Tree = ["containers": [["name": "main", "image": "web:1"]]]) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "shop", name: "a"))
        pod.tree.set("u1", at: ["metadata", "uid"])
        pod.tree["spec"] = spec
        return pod
    }

    @Test func aPodStartsAndStays() throws {
        var pod = Self.pod()
        pod.tree["status"] = PodLifecycle.status(of: pod, address: "10.0.0.1", on: Self.node, now: Self.now)
        #expect(PodView(pod).phase == "Running")
        #expect(PodView(pod).isReady)
        #expect(PodView(pod).address == "10.0.0.1")
        #expect(pod.tree.value(at: "status", "containerStatuses")?[0]?["ready"] == true)
        let later = PodLifecycle.status(of: pod, address: "10.0.0.2", on: Self.node, now: Self.now + .seconds(60))
        #expect(later == nil)
    }

    @Test func sidecarsRunAndInitContainersEnd() throws {
        let pod = Self.pod([
            "containers": [["name": "main", "image": "web:1"]],
            "initContainers": [
                ["name": "setup", "image": "i"], ["name": "proxy", "image": "p", "restartPolicy": "Always"],
            ],
        ])
        let status = try #require(PodLifecycle.status(of: pod, address: "10.0.0.1", on: Self.node, now: Self.now))
        #expect(status["initContainerStatuses"]?[0]?.value(at: "state", "terminated", "exitCode") == 0)
        #expect(status["initContainerStatuses"]?[1]?.value(at: "state", "running") != nil)
    }

    @Test func thePodOfAJobSucceeds() throws {
        var pod = Self.pod()
        pod.ownerReferences = [OwnerReference(kind: .job, name: "j", uid: "u2")]
        pod.tree["status"] = PodLifecycle.status(of: pod, address: "10.0.0.1", on: Self.node, now: Self.now)
        #expect(PodView(pod).phase == "Running")
        pod.tree["status"] = PodLifecycle.status(of: pod, address: "10.0.0.1", on: Self.node, now: Self.now)
        #expect(PodView(pod).phase == "Succeeded")
        #expect(!PodView(pod).isReady)
        #expect(PodLifecycle.status(of: pod, address: "10.0.0.1", on: Self.node, now: Self.now) == nil)
    }

    @Test func addressesAreHandedOutOnce() throws {
        let pool = AddressPool(first: "10.0.0.254", count: 3)
        #expect(pool.address(for: "a") == "10.0.0.254")
        #expect(pool.address(for: "b") == "10.0.0.255")
        #expect(pool.address(for: "a") == "10.0.0.254")
        pool.keep("10.0.1.0", for: "c")
        #expect(pool.address(for: "d") == nil)
        pool.release("b")
        #expect(pool.address(for: "d") == "10.0.0.255")
    }
}
