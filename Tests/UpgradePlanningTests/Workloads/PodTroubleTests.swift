internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import Testing

@testable internal import UpgradePlanning

/// Why pods of the mesh do not come up.
@Suite struct PodTroubleTests {
    static let samples: [(status: String, text: String?)] = [
        ("{conditions: [{type: Ready, status: 'True'}]}", nil),
        ("{phase: Pending}", nil),
        (
            "{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/3 nodes are available}]}",
            "Unschedulable: 0/3 nodes are available"
        ),
        ("{containerStatuses: [{name: d, state: {waiting: {reason: ContainerCreating}}}]}", nil),
        (
            "{containerStatuses: [{name: d, state: {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image \"x\"'}}}]}",
            "ImagePullBackOff: container d: Back-off pulling image \"x\""
        ),
        (
            "{containerStatuses: [{name: d, state: {waiting: {reason: ErrImagePull, message: \"not\\n found\"}}}]}",
            "ErrImagePull: container d: not found"
        ),
        (
            "{containerStatuses: [{name: d, state: {waiting: {reason: CreateContainerConfigError, message: configmap a not found}}}]}",
            "CreateContainerConfigError: container d: configmap a not found"
        ),
        (
            "{containerStatuses: [{name: d, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff, message: back-off 40s}},"
                + " lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}",
            "CrashLoopBackOff: container d ends with exit code 137 (OOMKilled)"
        ),
        // Between two starts of a loop the words stay the same.
        (
            "{containerStatuses: [{name: d, restartCount: 3, ready: false, state: {},"
                + " lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}",
            "CrashLoopBackOff: container d ends with exit code 137 (OOMKilled)"
        ),
        // A container that has come up once more and does not get ready is in no loop at this moment.
        (
            "{containerStatuses: [{name: d, restartCount: 3, ready: false, state: {running: {startedAt: '2026-01-01T00:00:00Z'}},"
                + " lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}",
            "NotReady: container d runs and is not ready after 3 restarts; it ended last with exit code 137 (OOMKilled)"
        ),
        ("{containerStatuses: [{name: d, restartCount: 0, ready: false, state: {running: {}}}]}", nil),
        // The first start that failed is no loop, and a container that is on its way up again says nothing.
        (
            "{containerStatuses: [{name: d, restartCount: 0, state: {terminated: {exitCode: 1, reason: Error}}}]}",
            "Error: container d ended with exit code 1 (Error)"
        ),
        (
            "{containerStatuses: [{name: d, restartCount: 1, ready: false, state: {},"
                + " lastState: {terminated: {exitCode: 1}}}]}", nil
        ),
        ("{containerStatuses: [{name: d, state: {terminated: {exitCode: 0}}}]}", nil),
        (
            "{initContainerStatuses: [{name: v, state: {terminated: {exitCode: 0}}}, {name: i, state: {waiting: {reason: InvalidImageName}}}],"
                + " containerStatuses: [{name: d, state: {waiting: {reason: PodInitializing}}}]}",
            "InvalidImageName: container i"
        ),
    ]

    @Test(arguments: samples) func namesReasonAndMessage(_ sample: (status: String, text: String?)) throws {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "n", name: "p"))
        pod.tree["status"] = try YAML.document(sample.status)
        #expect(PodTrouble.text(of: pod) == sample.text)
    }

    @Test(
        arguments: [
            ("{conditions: [{type: Ready, status: 'True'}]}", nil), ("{phase: Pending}", nil),
            (
                "{conditions: [{type: Ready, status: 'False', reason: X, message: 'containers with unready status: [app]'}]}",
                "NotReady: containers with unready status: [app]"
            ),
            ("{conditions: [{type: Ready, status: 'False', reason: ReadinessGates}]}", "NotReady: ReadinessGates"),
            ("{conditions: [{type: Ready, status: 'False'}]}", "NotReady"),
        ] as [(String, String?)]
    )
    func saysWhatReadinessLacks(_ status: String, _ text: String?) throws {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "n", name: "p"))
        pod.tree["status"] = try YAML.document(status)
        #expect(PodTrouble.unreadiness(of: pod)?.text == text)
        #expect(SidecarPod.trimmed(pod).annotations[PodTrouble.unreadiness] == text)
        let waiting: Tree = ["reason": "ErrImagePull"]
        pod.tree.set([["name": "d", "state": ["waiting": waiting]]], at: ["status", "containerStatuses"])
        #expect(SidecarPod.trimmed(pod).annotations[PodTrouble.unreadiness] == nil, "a cause says more")
    }

    @Test func aWorkloadNamesThePodsOfTheRevisionFirst() {
        func pod(_ name: String, _ revision: String, trouble: String? = nil, unreadiness: String? = nil)
            -> MeshWorkload.Pod
        {
            MeshWorkload.Pod(
                key: ObjectKey(namespace: "a", name: name),
                revision: revision,
                wanted: "new",
                isReady: false,
                trouble: trouble,
                unreadiness: unreadiness
            )
        }
        var workload = MeshWorkload(
            id: ResourceID(group: "apps", kind: "Deployment", key: ObjectKey(namespace: "a", name: "w")),
            pods: [pod("w-1", "old", trouble: "Error: x"), pod("w-2", "new", unreadiness: "NotReady: y")],
            restart: .possible,
            isRolledOut: false
        )
        #expect(workload.trouble(with: "new") == "pod w-1: Error: x")
        workload.pods[1].trouble = "Error: z"
        #expect(workload.trouble(with: "new") == "pod w-2: Error: z")
        #expect(workload.cause(with: "new") == "pod w-2: Error: z")
        (workload.pods[0].trouble, workload.pods[1].trouble) = (nil, nil)
        #expect(workload.trouble(with: "new") == nil && workload.cause(with: "new") == "pod w-2: NotReady: y")
        workload.failure = "FailedCreate: quota"
        #expect(workload.cause(with: "new") == "no pod can be made: FailedCreate: quota")
    }

    @Test func staysWithinBounds() throws {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "n", name: "p"))
        let waiting: Tree = ["reason": "ErrImagePull", "message": .string(String(repeating: "x\u{1b} ", count: 9_000))]
        pod.tree.set([["name": "d", "state": ["waiting": waiting]]], at: ["status", "containerStatuses"])
        let text = try #require(PodTrouble.text(of: pod))
        #expect(text.count == PodTrouble.limit && !text.contains("\u{1b}"))
    }

    @Test func isKeptOfEveryPodAndItsAgeOfThoseOfTheMesh() throws {
        var pod = Self.pod("a", hash: "1", "10:00:00", owner: "istiod", isTroubled: true, isTrimmed: false)
        #expect(SidecarPod.trimmed(pod).annotations[PodTrouble.annotation]?.hasPrefix("ImagePullBackOff") == true)
        pod.labels[MeshNames.Label.managedBy] = "Helm"
        let trimmed = SidecarPod.trimmed(pod)
        #expect(trimmed.annotations[PodTrouble.annotation]?.hasPrefix("ImagePullBackOff") == true)
        #expect(trimmed.tree.value(at: "metadata", "creationTimestamp") == nil)
    }

    // MARK: Whose pods

    static func pod(
        _ name: String,
        hash: String,
        _ time: String,
        owner: String,
        isTroubled: Bool = false,
        isTrimmed: Bool = true
    ) -> KubeObject {
        var pod = KubeObject(
            kind: .pod,
            key: ObjectKey(namespace: "shop", name: name),
            labels: [MeshNames.Label.managedBy: MeshNames.Label.managedByValue, "pod-template-hash": hash]
        )
        let set = GroupVersionKind(group: "apps", version: "v1", kind: "ReplicaSet")
        pod.ownerReferences = [OwnerReference(kind: set, name: "\(owner)-\(hash)", uid: hash)]
        pod.tree.set(.string("2026-11-26T\(time)Z"), at: ["metadata", "creationTimestamp"])
        let waiting: Tree = ["reason": isTroubled ? "ImagePullBackOff" : "ContainerCreating"]
        pod.tree.set([["name": "d", "state": ["waiting": waiting]]], at: ["status", "containerStatuses"])
        return isTrimmed ? SidecarPod.trimmed(pod) : pod
    }

    static func deployment(_ status: Tree = ["observedGeneration": 1, "updatedReplicas": 1]) -> KubeObject {
        var object = SampleWorkloads.deployment("istiod")
        object.tree["status"] = status
        return object
    }

    @Test func namesThePodOfThePresentTemplate() {
        let old = Self.pod("istiod-1-a", hash: "1", "10:00:00", owner: "istiod", isTroubled: true)
        let new = Self.pod("istiod-2-a", hash: "2", "10:00:05", owner: "istiod", isTroubled: true)
        let fine = Self.pod("istiod-2-b", hash: "2", "10:00:05", owner: "istiod")
        let pods = WorkloadPods(Self.deployment())
        #expect(pods.trouble(among: [old, new]) == "pod istiod-2-a: ImagePullBackOff: container d")
        #expect(pods.trouble(among: [fine, new])?.hasPrefix("pod istiod-2-a: ") == true)
        #expect(pods.trouble(among: [old]) != nil)
    }

    @Test func saysNothingOfAnEarlierTemplate() {
        let old = Self.pod("istiod-1-a", hash: "1", "10:00:00", owner: "istiod", isTroubled: true)
        let fine = Self.pod("istiod-2-a", hash: "2", "10:00:05", owner: "istiod")
        #expect(WorkloadPods(Self.deployment()).trouble(among: [old, fine]) == nil)
        // Nor before the present one has pods, or has been looked at, or where it cannot be told which one it is.
        let none = Self.deployment(["observedGeneration": 1, "replicas": 1])
        #expect(WorkloadPods(none).trouble(among: [old]) == nil)
        let unseen = Self.deployment(["observedGeneration": 0, "updatedReplicas": 1])
        #expect(WorkloadPods(unseen).trouble(among: [old]) == nil)
        let same = Self.pod("istiod-2-a", hash: "2", "10:00:00", owner: "istiod")
        #expect(WorkloadPods(Self.deployment()).trouble(among: [old, same]) == nil)
    }

    @Test func saysNothingOfPodsOfOthers() {
        let other = Self.pod("istiod-x-1-a", hash: "1", "10:00:00", owner: "istiod-x", isTroubled: true)
        #expect(WorkloadPods(Self.deployment()).trouble(among: [other]) == nil)
        var leaving = Self.pod("istiod-1-a", hash: "1", "10:00:00", owner: "istiod", isTroubled: true)
        leaving.tree.set("2026-11-26T10:00:01Z", at: ["metadata", "deletionTimestamp"])
        #expect(WorkloadPods(Self.deployment()).trouble(among: [leaving]) == nil)
    }

    /// What API servers answer about a pod that may not be made, and what is told of it: not the name, which is another at each try.
    static let refusals = [
        ("exceeded quota: pods", "exceeded quota: pods"),
        (
            #"pods "istiod-7c84-x2v9q" is forbidden: exceeded quota: q, requested: pods=1"#,
            "the pod is forbidden: exceeded quota: q, requested: pods=1"
        ),
        (#"Pod "istiod-7c84-zzzzz" is invalid: spec.x: Required value"#, "the pod is invalid: spec.x: Required value"),
        (#"pods "istiod-"#, #"pods "istiod-"#),
    ]

    @Test(arguments: refusals) func saysWhyNoPodCanBeMade(_ message: String, _ told: String) {
        let failure: Tree = [
            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": .string(message),
        ]
        let deployment = Self.deployment(["observedGeneration": 1, "conditions": [failure]])
        #expect(WorkloadPods(deployment).trouble(among: []) == "no pod can be made: FailedCreate: \(told)")
    }

    @Test func knowsThePodsOfADaemonSet() throws {
        let kind = GroupVersionKind(group: "apps", version: "v1", kind: "DaemonSet")
        var set = KubeObject(kind: kind, key: ObjectKey(namespace: "shop", name: "cni"))
        set.tree.set("u1", at: ["metadata", "uid"])
        set.tree["status"] = ["observedGeneration": 1]
        var pod = Self.pod("cni-a", hash: "1", "10:00:00", owner: "x", isTroubled: true)
        pod.ownerReferences = [OwnerReference(kind: kind, name: "cni", uid: "u1")]
        #expect(WorkloadPods(set).trouble(among: [pod])?.hasPrefix("pod cni-a: ") == true)
        pod.ownerReferences = [OwnerReference(kind: kind, name: "cni", uid: "u0")]
        #expect(WorkloadPods(set).trouble(among: [pod]) == nil)
    }
}
