internal import DataTree
internal import KubeAPI
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

@Suite struct GarbagePlanTests {
    static let owner = Sample.deployment(replicas: 1)

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var object: KubeObject
        var owners: [String: GarbagePlan.Owner] = [:]
        var dependents: [KubeObject] = []
        var plan: GarbagePlan
    }

    static func pod(_ name: String, finalizers: [String] = [], owned: Bool = true) -> KubeObject {
        var pod = Sample.pod(name, owner: owned ? owner : nil)
        pod.finalizers = finalizers
        return pod
    }

    static let cases = [
        Case(testDescription: "without owners", object: pod("a", owned: false), plan: .keep),
        Case(testDescription: "with its owner", object: pod("a"), owners: ["uid-web": .solid], plan: .keep),
        Case(
            testDescription: "the owner is gone",
            object: pod("a"),
            owners: ["uid-web": .absent],
            plan: .delete(policy: "Background")
        ),
        Case(
            testDescription: "the owner is gone, dependents are to stay",
            object: pod("a", finalizers: [GarbagePlan.orphan]),
            owners: ["uid-web": .absent],
            plan: .delete(policy: "Orphan")
        ),
        Case(
            testDescription: "the owner waits, and the object has dependents",
            object: pod("a"),
            owners: ["uid-web": .waiting],
            dependents: [pod("b")],
            plan: .delete(policy: "Foreground")
        ),
        Case(
            testDescription: "an owner in foreground deletion deletes its dependents",
            object: deleting(owner, [GarbagePlan.foreground]),
            dependents: [pod("a")],
            plan: .deleteDependents
        ),
        Case(
            testDescription: "it waits for those that are going",
            object: deleting(owner, [GarbagePlan.foreground]),
            dependents: [Sample.deleting(pod("a"))],
            plan: .keep
        ),
        Case(
            testDescription: "it goes after the last one",
            object: deleting(owner, [GarbagePlan.foreground]),
            plan: .release(finalizer: GarbagePlan.foreground)
        ),
        Case(
            testDescription: "an orphaning owner lets its dependents loose",
            object: deleting(owner, [GarbagePlan.orphan]),
            dependents: [pod("a")],
            plan: .orphanDependents
        ),
        Case(
            testDescription: "an orphaning owner goes once none names it",
            object: deleting(owner, [GarbagePlan.orphan]),
            plan: .release(finalizer: GarbagePlan.orphan)
        ),
        Case(
            testDescription: "foreign finalizers are not touched",
            object: deleting(owner, ["example.org/mine"]),
            dependents: [pod("a")],
            plan: .keep
        ),
    ]

    static func deleting(_ object: KubeObject, _ finalizers: [String]) -> KubeObject {
        var copy = Sample.deleting(object)
        copy.finalizers = finalizers
        return copy
    }

    @Test(arguments: cases) func plan(_ expected: Case) {
        let plan = GarbagePlan(expected.object, owners: expected.owners, dependents: expected.dependents)
        #expect(plan == expected.plan)
    }

    @Test func oneOfTwoOwnersIsGone() {
        var pod = Self.pod("a")
        pod.ownerReferences.append(OwnerReference(kind: .configMap, name: "c", uid: "uid-c", isController: false))
        let plan = GarbagePlan(pod, owners: ["uid-web": .absent, "uid-c": .solid], dependents: [])
        #expect(plan == .dropOwners(["uid-web"]))
    }

    @Test func theGraphTellsWhoIsAffected() {
        var graph = OwnershipGraph()
        let (deployments, pods) = (GroupResource(.deployments), GroupResource(.pods))
        #expect(graph.update(deployments, before: nil, after: Self.owner).isEmpty)
        let pod = Self.pod("a")
        #expect(graph.update(pods, before: nil, after: pod) == ["uid-a"])
        #expect(graph.dependents(of: "uid-web") == ["uid-a"])
        let going = Sample.deleting(Self.owner)
        #expect(graph.update(deployments, before: Self.owner, after: going) == ["uid-web", "uid-a"])
        #expect(graph.update(deployments, before: going, after: nil) == ["uid-a"])
        #expect(graph.place(of: "uid-web") == nil)
        #expect(graph.update(pods, before: pod, after: nil) == ["uid-web"])
        #expect(graph.dependents(of: "uid-web").isEmpty)
    }
}
