internal import ControllerKit
internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Objects of a mesh that lost both marks, by what else tells whose they are.
@Suite struct StrayObjectTests {
    private static let since = "2026-11-26T10:00:00Z"

    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var yaml: String
        var isCandidate = true
        var isAlone = true
        var digest: String?
        var isOnlyUser = false
        var belongs: Bool
    }

    private static func entry(
        manager: String = "mesh-operator",
        operation: String = "Apply",
        more: String = "",
        time: String = "2026-11-26T10:00:01Z"
    ) -> String {
        "managedFields: [{manager: \(manager), operation: \(operation), time: '\(time)'\(more)}]"
    }

    private static let deployment = "apiVersion: apps/v1, kind: Deployment"
    private static let digest = "annotations: {meshoperator.io/applied-digest: d1}"

    static let samples = [
        Sample(testDescription: "ours", yaml: "{\(deployment), metadata: {\(entry())}}", belongs: true),
        Sample(
            testDescription: "applied in the second in which the MeshOperator was made",
            yaml: "{\(deployment), metadata: {\(entry(time: since))}}",
            belongs: true
        ),
        Sample(
            testDescription: "applied for an earlier MeshOperator",
            yaml: "{\(deployment), metadata: {\(entry(time: "2026-11-26T09:59:59Z"))}}",
            belongs: false
        ),
        Sample(
            testDescription: "of another manager",
            yaml: "{\(deployment), metadata: {\(entry(manager: "kubectl"))}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "patched by us, not applied",
            yaml: "{\(deployment), metadata: {\(entry(operation: "Update"))}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "only its status",
            yaml: "{\(deployment), metadata: {\(entry(more: ", subresource: status"))}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "with the label",
            yaml: "{\(deployment), metadata: {labels: {meshoperator.io/owner: other}, \(entry())}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "with the annotation",
            yaml: "{\(deployment), metadata: {annotations: {meshoperator.io/owner-uid: u2}, \(entry())}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "a definition of the operator's own",
            yaml: "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {\(entry())}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "a namespace",
            yaml: "{apiVersion: v1, kind: Namespace, metadata: {\(entry())}}",
            isCandidate: false,
            belongs: false
        ),
        Sample(
            testDescription: "beside other MeshOperators",
            yaml: "{\(deployment), metadata: {\(entry()), \(digest)}}",
            isAlone: false,
            belongs: false
        ),
        Sample(
            testDescription: "beside other MeshOperators, as rendered",
            yaml: "{\(deployment), metadata: {\(entry()), \(digest)}}",
            isAlone: false,
            digest: "d1",
            belongs: true
        ),
        Sample(
            testDescription: "beside other MeshOperators, rendered otherwise",
            yaml: "{\(deployment), metadata: {\(entry()), \(digest)}}",
            isAlone: false,
            digest: "d2",
            belongs: false
        ),
        Sample(
            testDescription: "beside other MeshOperators, without a digest",
            yaml: "{\(deployment), metadata: {\(entry())}}",
            isAlone: false,
            digest: "d1",
            belongs: false
        ),
        Sample(
            testDescription: "beside other MeshOperators, none of which renders it, without a digest",
            yaml: "{\(deployment), metadata: {\(entry())}}",
            isAlone: false,
            digest: "d1",
            isOnlyUser: true,
            belongs: true
        ),
        Sample(
            testDescription: "beside other MeshOperators, rendered by nobody",
            yaml: "{\(deployment), metadata: {\(entry())}}",
            isAlone: false,
            isOnlyUser: true,
            belongs: false
        ),
    ]

    @Test(arguments: samples) func tells(_ sample: Sample) throws {
        let object = KubeObject(try requireDocument(sample.yaml))
        #expect(StrayObject.isCandidate(object) == sample.isCandidate)
        let belongs = StrayObject.belongs(
            object,
            since: Self.since,
            isAlone: sample.isAlone,
            digest: sample.digest,
            isOnlyUser: sample.isOnlyUser
        )
        #expect(belongs == sample.belongs)
        #expect(!StrayObject.belongs(object, since: "", isAlone: true, digest: nil), "of a MeshOperator without an age")
        // The cache keeps who owns what of those that may be ours, and nothing of others.
        let kept = MeshProjection.owned(object).tree.value(at: "metadata", "managedFields") != nil
        let isMarked = sample.yaml.contains("/owner: other") || sample.yaml.contains("owner-uid: u2")
        #expect(kept == (sample.isCandidate || isMarked))
    }

    // MARK: Lives

    private static let istiod = ObjectKey(namespace: "istio-system", name: "istiod")
    private static let stripped: Tree = ["metadata": ["annotations": .null, "labels": .null]]
    private static let unmarked: Tree = [
        "metadata": [
            "annotations": [MeshNames.Annotation.ownerUID: .null], "labels": [MeshNames.Label.owner: .null],
        ]
    ]

    /// Takes off all labels and annotations; of a ServiceAccount, which is nothing else, the marks alone.
    private static func strip(_ cluster: TestCluster, _ kind: APIResource, _ key: ObjectKey = istiod) async throws {
        let change = kind == .serviceAccounts ? unmarked : stripped
        _ = try await cluster.admin.patch(kind, key, .merge(change))
    }

    @Test("What lost its marks while no operator was there is set right by the next one, and written once")
    func setRightByAnotherProcess() async throws {
        let (cluster, _) = try await LifeTests.settled()
        let kinds: [APIResource] = [.deployments, .services, .serviceAccounts, .configMaps]
        let names = kinds.map { $0 == .configMaps ? ObjectKey(namespace: "istio-system", name: "istio") : Self.istiod }
        let before = try await cluster.endState()
        for (kind, key) in zip(kinds, names) { try await Self.strip(cluster, kind, key) }
        let second = try DirectOperator(cluster)
        try await second.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        #expect(try await cluster.endState() == before)
        let writes = second.transport.writes.filter { !$0.path.contains("/meshoperators/") }
        #expect(writes.count == kinds.count, "\(writes)")
    }

    @Test("What lost its marks goes with the mesh")
    func goesWithTheMesh() async throws {
        let (cluster, life) = try await LifeTests.settled()
        for kind in [APIResource.deployments, .services, .serviceAccounts] { try await Self.strip(cluster, kind) }
        try await TeardownTests.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        for kind in [APIResource.deployments, .services, .serviceAccounts] {
            #expect(try await cluster.object(kind, "istio-system", "istiod") == nil, "\(kind.plural)")
        }
    }

    @Test("A copy that keeps the records of who owns its fields is nobody's: it stays, through changes and the removal")
    func copyStays() async throws {
        let (cluster, life) = try await LifeTests.settled()
        var copy = KubeObject(kind: .service, key: ObjectKey(namespace: "istio-system", name: "mine"))
        copy.tree["spec"] = ["ports": [["port": 80]]]
        // What a restored backup has of its original: the operator's record of having applied it.
        _ = try await cluster.admin.apply(.services, copy, WriteOptions(fieldManager: "mesh-operator"))
        let made = try await cluster.admin.get(.services, copy.key)
        #expect(StrayObject.isCandidate(made))
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        try await TeardownTests.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.services, "istio-system", "mine")?.uid == made.uid)
    }

    @Test("Beside other MeshOperators, what lost its marks and nobody renders is told of, and is nobody's")
    func orphans() throws {
        let live = try LiveObject("{apiVersion: v1, kind: Service, metadata: {namespace: edge, name: x}}")
            .owned(by: "mesh-operator", #"{"f:spec":{"f:type":{}}}"#, time: "2026-11-26T10:00:00Z").object
        let id = ResourceID(live)
        let mesh = KubeObject(
            try requireDocument("{metadata: {name: mesh, creationTimestamp: '2026-11-26T09:00:00Z'}}")
        )
        func found(_ others: Set<String>, _ names: Set<ResourceID>?, isRendered: Bool = false) -> MeshObservation {
            var observation = MeshObservation(resource: mesh, live: [id: live])
            (observation.otherOwners, observation.othersNames) = (others, names)
            observation.findStrays(rendered: MeshBlueprint(phases: isRendered ? [[live]] : []))
            return observation
        }
        let several = found(["u2"], [])
        #expect(several.strays.isEmpty && several.orphans == [id])
        let note = LeftAlone(MeshPlan(stage: .settled), nil, several).note
        #expect(note?.hasPrefix("rendered by no MeshOperator") == true && note?.contains("Service edge/x") == true)
        #expect(found(["u2"], [id]).orphans.isEmpty, "another one's")
        #expect(found(["u2"], nil).orphans.isEmpty, "perhaps another one's")
        #expect(found(["u2"], [], isRendered: true).orphans.isEmpty, "ours")
        #expect(found([], []).orphans.isEmpty && found([], []).strays == [id])
    }

    @Test("What is no longer rendered and lost its marks is told of, once")
    func strayIsTold() async throws {
        let (cluster, life) = try await LifeTests.settled("{profile: demo}")
        try await Self.strip(cluster, .services, LifeTests.key("egress"))
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        #expect(try await cluster.object(.services, "istio-system", "egress") != nil)
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isTrue)
        for type in ["Ready", "Reconciled"] {
            let condition = try #require(try await cluster.condition(type))
            #expect(condition.message.contains("Service istio-system/egress"), "\(condition)")
        }
        #expect(try await life.events().filter { $0.contains("ObjectsLeftAlone") }.count == 1)
    }

    @Test(
        "A copy made with the records of who owns what is nobody's, whatever marks it bears",
        arguments: [true, false]
    )
    func copyWithRecordsStays(_ isRestored: Bool) async throws {
        let cluster = try await TestCluster(definitions: [MeshOperatorDefinition.tree], serverTime: .passes)
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        cluster.pass(.seconds(60))
        var copy = try #require(try await cluster.object(.services, "istio-system", "istiod"))
        copy.tree.set("mine", at: ["metadata", "name"])
        for field in ["uid", "resourceVersion", "creationTimestamp"] { copy.tree.set(nil, at: ["metadata", field]) }
        for field in ["clusterIP", "clusterIPs"] { copy.tree.set(nil, at: ["spec", field]) }
        let records = copy.tree.value(at: "metadata", "managedFields")
        let made = try await cluster.admin.create(.services, copy, WriteOptions(fieldManager: "kubectl-create"))
        if isRestored {
            // As backup programs do, which want all to be as it was.
            let patch: Tree = ["metadata": ["managedFields": records ?? .null]]
            let restored = try await cluster.admin.patch(.services, made.key, .merge(patch))
            #expect(
                ObjectOwnership(restored).applied(by: "mesh-operator")
                    == ObjectOwnership(copy).applied(by: "mesh-operator")
            )
            #expect(ObjectOwnership(restored).applied(by: "mesh-operator") != nil)
        }
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        try await TeardownTests.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.services, "istio-system", "mine")?.uid == made.uid)
        #expect(try await cluster.object(.services, "istio-system", "istiod") == nil)
    }

    @Test("A copy with the marks, made from what kubectl get prints, stays as well: nobody applied it")
    func copyWithMarksStays() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let original = try #require(try await cluster.object(.services, "istio-system", "istiod"))
        var copy = KubeObject(kind: .service, key: ObjectKey(namespace: "istio-system", name: "mine"))
        (copy.labels, copy.annotations) = (original.labels, original.annotations)
        copy.tree["spec"] = ["ports": [["port": 80]]]
        let made = try await cluster.admin.create(.services, copy)
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        #expect(try await cluster.object(.services, "istio-system", "mine")?.uid == made.uid)
        try await TeardownTests.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.services, "istio-system", "mine")?.uid == made.uid)
    }

    @Test("What lost its marks goes with the mesh where nothing can be rendered as well")
    func goesWithAMeshThatCannotBeRendered() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{meshConfig: {accessLogFile: 5}}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isFalse)
        let webhook = ObjectKey(name: "istio-mutating")
        try await Self.strip(cluster, .mutatingWebhookConfigurations, webhook)
        try await Self.strip(cluster, .deployments)
        try await TeardownTests.delete(cluster)
        let second = try DirectOperator(cluster)
        try await second.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.mutatingWebhookConfigurations, nil, "istio-mutating") == nil)
        #expect(try await cluster.object(.deployments, "istio-system", "istiod") == nil)
    }

    @Test("What an earlier MeshOperator of the name left, marks taken off, is not taken over")
    func earlierMeshOperator() async throws {
        let cluster = try await TestCluster(definitions: [MeshOperatorDefinition.tree], serverTime: .passes)
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        // The MeshOperator goes without its objects.
        _ = try await cluster.admin.patch(
            MeshNames.resource,
            TestCluster.key,
            .merge(["metadata": ["finalizers": .null]])
        )
        try await TeardownTests.delete(cluster)
        try await life.synchronize()
        try await Self.strip(cluster, .serviceAccounts)
        cluster.pass(.seconds(5))
        try await cluster.create("{profile: default}")
        let second = try DirectOperator(cluster)
        try await second.settle()
        let condition = try #require(try await cluster.condition("ResourceNotOwned"))
        let words = "ServiceAccount istio-system/istiod, which no MeshOperator made"
        #expect(condition.message.contains(words), "\(condition)")
        #expect(second.transport.writes.allSatisfy { $0.path.contains("/meshoperators/") })
        // What is there is not told as this mesh's.
        let status = MeshOperatorStatus(lenient: try #require(try await cluster.resource()?.tree["status"]))
        #expect(status.gateways.isEmpty && !status.components.isEmpty)
        for component in status.components {
            #expect(!component.ready && component.message.hasSuffix("belongs to somebody else"), "\(component)")
        }
    }
}
