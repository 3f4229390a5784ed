internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import RolloutControl

@Suite struct GateJobTests {
    static let taken = SampleAnalysis.start

    func job(
        _ yaml: String = "{name: smoke, job: {template: {spec: {containers: []}}}}",
        _ change: (inout GateQuestion) -> Void = { _ in }
    )
        throws -> GateJob
    {
        var question = SampleAnalysis.question
        question.owner = OwnerReference(
            kind: RolloutNames.kind,
            name: "reviews",
            uid: "u",
            isController: false,
            blocksOwnerDeletion: false
        )
        change(&question)
        let metric = try SampleAnalysis.metric(yaml)
        guard case .job(let spec) = metric.source else { throw SampleFailure() }
        return GateJob(metric, spec: spec, question)
    }

    @Test func theNameFollowsFromTheQuestion() throws {
        let name = try job().key.name
        #expect(name.hasPrefix("reviews-smoke-2-"))
        #expect(try job().key.name == name)
        let others: [(inout GateQuestion) -> Void] = [
            { $0.step = 3 }, { $0.attempt = "v2 later" }, { $0.key.name = "ratings" }, { $0.kind = "MeshOperator" },
        ]
        for change in others { #expect(try job("{name: smoke, job: {}}", change).key.name != name) }
        #expect(try job("{name: other, job: {}}").key.name != name)
    }

    @Test func namesFit() throws {
        let long = try job { $0.key.name = String(repeating: "a.", count: 100) + "z" }
        #expect(long.key.name.utf8.count <= 63)
        #expect(!long.key.name.contains("."))
        #expect(
            try job {
                $0.key = ObjectKey(name: "mesh"); $0.defaultNamespace = "istio-system"
            }.key.namespace == "istio-system"
        )
    }

    @Test func whatIsCreated() throws {
        let object = try job().object
        #expect(object.kind.kind == "Job")
        #expect(object.ownerReferences.map(\.name) == ["reviews"])
        #expect(object.tree.value(at: "spec", "activeDeadlineSeconds")?.integer == 600)
        #expect(object.tree.value(at: "spec", "ttlSecondsAfterFinished")?.integer == 86_400)
        #expect(object.tree.value(at: "spec", "template", "spec", "restartPolicy")?.string == "Never")
        let own = try job(
            """
            {name: smoke, timeout: 90s,
             job: {ttlSecondsAfterFinished: 5, template: {spec: {restartPolicy: OnFailure}}}}
            """
        ).object
        #expect(own.tree.value(at: "spec", "activeDeadlineSeconds")?.integer == 90)
        #expect(own.tree.value(at: "spec", "ttlSecondsAfterFinished")?.integer == 5)
        #expect(own.tree.value(at: "spec", "template", "spec", "restartPolicy")?.string == "OnFailure")
    }

    func reading(_ change: (inout Tree) -> Void) throws -> GateReading {
        let job = try job()
        var object = job.object
        object.tree.set(.string(Self.taken.rfc3339), at: ["metadata", "creationTimestamp"])
        change(&object.tree)
        return job.reading(object, taken: Self.taken + .seconds(10))
    }

    @Test func states() throws {
        func conditions(_ type: String, _ status: String = "True") -> (inout Tree) -> Void {
            {
                $0.set(
                    [["type": .string(type), "status": .string(status), "reason": "R", "message": "m"]],
                    at: ["status", "conditions"]
                )
            }
        }
        #expect(try reading { _ in }.outcome == .inconclusive)
        #expect(try reading(conditions("Complete")).outcome == .passed)
        #expect(try reading(conditions("Complete", "False")).outcome == .inconclusive)
        #expect(try reading(conditions("Suspended")).outcome == .inconclusive)
        let failed = try reading(conditions("Failed"))
        #expect(failed.outcome == .failed)
        #expect(failed.message.hasSuffix("failed: R: m"))
        let old = try reading {
            $0.set(.string((Self.taken - .seconds(661)).rfc3339), at: ["metadata", "creationTimestamp"])
        }
        #expect(old.outcome == .failed)
        #expect(old.message.contains("has not ended within 11m"))
        #expect(try reading { $0.set(nil, at: ["metadata", "annotations"]) }.outcome == .unavailable)
    }

    @Test("With a verdict exactly the Jobs of this object's analysis that still run are ended")
    func ended() async throws {
        let cluster = FakeCluster()
        let subject = GateSubject(key: SampleAnalysis.question.key, uid: "u")
        let namespace = try #require(try job().key.namespace)
        func put(_ step: Int, _ change: (inout KubeObject) -> Void = { _ in }) throws -> String {
            var made = try job { $0.step = step }.object
            change(&made)
            cluster.put(job: made)
            return made.name
        }
        let names = [
            try put(1) { $0.tree.set([["type": "Complete", "status": "True"]], at: ["status", "conditions"]) },
            try put(2) { $0.tree.set([["type": "Failed", "status": "True"]], at: ["status", "conditions"]) },
            try put(3) { $0.ownerReferences[0].uid = "another" }, try put(4) { $0.annotations = [:] },
            try put(5) { $0.tree.set("elsewhere", at: ["metadata", "namespace"]) },
        ]
        _ = try put(6)
        _ = try put(7) { $0.tree.set([["type": "Suspended", "status": "True"]], at: ["status", "conditions"]) }
        cluster.fail(KubeError(.forbidden, "jobs.batch is forbidden"))
        let trouble = await asker(cluster).endJobs(of: subject, in: namespace)
        #expect(trouble?.contains("jobs.batch is forbidden") == true && cluster.jobNames.count == 7)
        cluster.fail(nil)
        #expect(await asker(cluster).endJobs(of: subject, in: namespace) == nil)
        #expect(cluster.jobNames == names.sorted())
    }

    @Test("A suspended Job is told of as suspended")
    func suspended() throws {
        let job = try job()
        var object = job.object
        object.tree.set(true, at: ["spec", "suspend"])
        let reading = job.reading(object, taken: Self.taken)
        #expect(reading.outcome == .inconclusive && reading.message.contains("is suspended"))
    }
}
