internal import DataTree
internal import KubeAPI
internal import MeshBase
internal import Testing

@testable internal import SandboxServer

@Suite struct PodLifecycleTests {
    static let now = Timestamp(seconds: 1_700_000_000)

    static func pod(
        _ spec: Tree = ["containers": [["name": "main", "image": "web:1"]]],
        _ settings: [String: String] = [:]
    ) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "shop", name: "a"))
        pod.tree.set("u1", at: ["metadata", "uid"])
        pod.tree["spec"] = spec
        var annotations: [String: String] = [:]
        for (name, value) in settings { annotations[PodBehaviour.prefix + name] = value }
        pod.annotations = annotations
        return pod
    }

    static func step(_ pod: KubeObject, at seconds: Int64 = 0) -> PodLifecycle {
        PodLifecycle(
            pod,
            address: "10.0.0.1",
            on: PodLifecycle.Node(address: "127.0.0.1"),
            behaviour: PodBehaviour(pod: pod.annotations),
            now: now + .seconds(seconds)
        )
    }

    /// Steps until nothing changes any more, and tells the phases and readiness gone through.
    static func settle(_ pod: inout KubeObject, at seconds: Int64 = 0) -> [String] {
        var seen: [String] = []
        for _ in 0..<10 {
            guard let status = step(pod, at: seconds).status else { return seen }
            pod.tree["status"] = status
            seen.append(PodView(pod).phase + (PodView(pod).isReady ? "+Ready" : ""))
        }
        Issue.record("it never settles: \(seen)")
        return seen
    }

    static func state(_ pod: KubeObject, _ index: Int = 0, _ field: String = "containerStatuses") -> Tree? {
        pod.tree.value(at: "status", field)?[index]
    }

    @Test func aPodIsCreatedStartsAndStays() {
        var pod = Self.pod()
        #expect(Self.settle(&pod) == ["Pending", "Running+Ready"])
        #expect(PodView(pod).address == "10.0.0.1")
        #expect(Self.state(pod)?["ready"] == true)
        #expect(Self.settle(&pod, at: 60) == [])
    }

    @Test func aProbeComesBetweenRunningAndReady() {
        var pod = Self.pod([
            "containers": [["name": "main", "image": "web:1", "readinessProbe": ["httpGet": ["port": 80]]]]
        ])
        #expect(Self.settle(&pod) == ["Pending", "Running", "Running+Ready"])
    }

    @Test func sidecarsRunAndInitContainersEnd() {
        var pod = Self.pod([
            "containers": [["name": "main", "image": "web:1"]],
            "initContainers": [
                ["name": "setup", "image": "i"], ["name": "proxy", "image": "p", "restartPolicy": "Always"],
            ],
        ])
        pod.tree["status"] = Self.step(pod).status
        #expect(Self.state(pod)?.value(at: "state", "waiting", "reason") == "PodInitializing")
        #expect(pod.conditions.condition("Initialized")?.status == .isFalse)
        #expect(Self.settle(&pod) == ["Running+Ready"])
        #expect(Self.state(pod, 0, "initContainerStatuses")?.value(at: "state", "terminated", "exitCode") == 0)
        #expect(Self.state(pod, 1, "initContainerStatuses")?.value(at: "state", "running") != nil)
        #expect(pod.conditions.isTrue("Initialized"))
    }

    @Test func thePodOfAJobSucceeds() {
        var pod = Self.pod()
        pod.ownerReferences = [OwnerReference(kind: .job, name: "j", uid: "u2")]
        #expect(Self.settle(&pod) == ["Pending", "Running+Ready", "Succeeded"])
    }

    @Test func aSlowStartTakesItsTime() {
        var pod = Self.pod(["containers": [["name": "main", "image": "web:1"]]], ["start-seconds": "30"])
        #expect(Self.settle(&pod) == ["Pending", "Running"])
        #expect(Self.step(pod, at: 10).requeue == .seconds(20))
        #expect(Self.settle(&pod, at: 29) == [])
        #expect(Self.settle(&pod, at: 30) == ["Running+Ready"])
    }

    @Test func neverReadyCanBeTurnedOff() {
        var pod = Self.pod(["containers": [["name": "main", "image": "web:1"]]], ["ready": "false"])
        #expect(Self.settle(&pod) == ["Pending", "Running"])
        #expect(pod.conditions.condition("Ready")?.message == "containers with unready status: [main]")
        pod.annotations = [:]
        #expect(Self.settle(&pod, at: 5) == ["Running+Ready"])
        pod.annotations = [PodBehaviour.prefix + "ready": "false"]
        #expect(Self.settle(&pod, at: 6) == ["Running"])
    }

    @Test(arguments: [("web:1", "fail"), ("registry.invalid/web:1", "ok"), ("registry.invalid:5000/web", "ok")])
    func anImageThatCannotBePulled(_ image: String, _ setting: String) {
        var pod = Self.pod(["containers": [["name": "main", "image": .string(image)]]], ["image-pull": setting])
        #expect(Self.settle(&pod) == ["Pending", "Pending", "Pending"])
        #expect(Self.state(pod)?.value(at: "state", "waiting", "reason") == "ImagePullBackOff")
        pod.annotations = [:]
        pod.tree["spec"] = ["containers": [["name": "main", "image": "web:2"]]]
        #expect(Self.settle(&pod, at: 5) == ["Running+Ready"])
    }

    @Test func crashesPauseLongerEachTime() {
        var pod = Self.pod(["containers": [["name": "main", "image": "web:1"]]], ["exit-code": "3"])
        #expect(Self.settle(&pod) == ["Pending", "Running"])
        #expect(Self.state(pod)?["restartCount"] == 1)
        #expect(Self.state(pod)?.value(at: "lastState", "terminated", "exitCode") == 3)
        #expect(Self.step(pod).requeue == .seconds(10))
        #expect(Self.settle(&pod, at: 9) == [])
        #expect(Self.settle(&pod, at: 10) == ["Running"])
        #expect(Self.state(pod)?["restartCount"] == 2)
        #expect(Self.step(pod, at: 10).requeue == .seconds(20))
        #expect((1...8).map { ContainerStep.pause(after: $0) } == [10, 20, 40, 80, 160, 300, 300, 300])
        pod.annotations = [:]
        #expect(Self.settle(&pod, at: 40) == ["Running+Ready"])
        #expect(Self.state(pod)?["restartCount"] == 2)
    }

    @Test(arguments: [("0", "Never", "Succeeded"), ("2", "Never", "Failed"), ("0", "OnFailure", "Succeeded")])
    func endsAreKeptWhereNothingRestarts(_ code: String, _ policy: String, _ phase: String) {
        let spec: Tree = ["restartPolicy": .string(policy), "containers": [["name": "main", "image": "web:1"]]]
        var pod = Self.pod(spec, ["exit-code": code])
        #expect(Self.settle(&pod).last == phase)
        #expect(!PodView(pod).isReady)
    }

    @Test func readinessGatesAreWaitedFor() {
        var pod = Self.pod([
            "containers": [["name": "main", "image": "web:1"]],
            "readinessGates": [["conditionType": "example.org/listed"]],
        ])
        #expect(Self.settle(&pod) == ["Pending", "Running"])
        #expect(pod.conditions.isTrue("ContainersReady"))
        #expect(pod.conditions.condition("Ready")?.reason == "ReadinessGatesNotReady")
        pod.conditions += [Condition(type: "example.org/listed", status: .isTrue, reason: "Listed")]
        #expect(Self.settle(&pod).last == "Running+Ready")
    }

    @Test func anotherImageRestartsTheContainer() {
        var pod = Self.pod()
        _ = Self.settle(&pod)
        pod.tree["spec"] = ["containers": [["name": "main", "image": "web:2"]]]
        _ = Self.settle(&pod, at: 5)
        #expect(Self.state(pod)?["image"] == "web:2")
        #expect(Self.state(pod)?["restartCount"] == 1)
    }

    @Test func unreadableSettingsAreIgnoredAndSaid() {
        let behaviour = PodBehaviour(
            pod: [PodBehaviour.prefix + "start-seconds": "soon", PodBehaviour.prefix + "ready": "no"],
            node: [PodBehaviour.prefix + "stop-seconds": "5"]
        )
        #expect(behaviour.startSeconds == 0 && behaviour.becomesReady && behaviour.stopSeconds == 5)
        #expect(
            behaviour.complaints == [
                "annotation sandbox.meshoperator.io/start-seconds: \"soon\" must be a number from 0 to 86400; it is ignored",
                "annotation sandbox.meshoperator.io/ready: \"no\" must be \"true\" or \"false\"; it is ignored",
            ]
        )
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
