internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct ObjectStoreTests {
    private func store(tombstones: Int = 100) -> ObjectStore {
        ObjectStore(
            .init(
                name: "pods",
                indexes: [
                    .namespace, .owner, .label("app"),
                    StoreIndex("phase") { [$0.tree.value(at: "status", "phase")?.string ?? "None"] },
                ],
                tombstoneLimit: tombstones
            )
        )
    }

    private func names(_ objects: [KubeObject]) -> [String] { objects.map(\.name) }

    @Test("nothing is seen of a list before it is committed, then everything at once")
    func atomicReplacement() throws {
        let store = store()
        let writer = try store.claimWriter()
        let deliveries = Record<StoreDelivery>()
        store.subscribe { deliveries.append($0) }
        writer.beginReplacement()
        writer.stage([pod("b", version: 2), pod("a", version: 1)])
        #expect(store.count == 0)
        #expect(!store.isSynced)
        #expect(deliveries.count == 0)
        writer.commitReplacement(at: ResourceVersion("5"))
        #expect(store.isSynced)
        #expect(names(store.objects()) == ["a", "b"])
        #expect(deliveries.take().map { $0.changes.map(\.key.name) } == [["b", "a"]], "in the order of the list")

        writer.beginReplacement()
        writer.stage([pod("c", version: 9), pod("b", version: 2)])
        #expect(names(store.objects()) == ["a", "b"])
        let changes = writer.commitReplacement(at: ResourceVersion("9"))
        #expect(changes == [.deleted(pod("a", version: 1)), .added(pod("c", version: 9))])
        #expect(names(store.objects()) == ["b", "c"])
        #expect(store.version == ResourceVersion("9"))
    }

    @Test("a list that was abandoned leaves nothing behind")
    func abandonedReplacement() throws {
        let store = store()
        let writer = try store.claimWriter()
        writer.beginReplacement()
        writer.stage([pod("ghost", version: 1)])
        writer.beginReplacement()
        writer.stage([pod("a", version: 2), pod("b", version: 3)])
        writer.unstage(pod("b", version: 4))
        writer.commitReplacement(at: ResourceVersion("4"))
        #expect(names(store.objects()) == ["a"])
    }

    @Test("an older version never replaces a newer one")
    func olderLoses() throws {
        let store = store()
        let writer = try store.claimWriter()
        #expect(writer.apply(pod("a", version: 5)).count == 1)
        #expect(writer.apply(pod("a", version: 4)).isEmpty)
        #expect(writer.apply(pod("a", version: 5)).isEmpty)
        #expect(writer.remove(pod("a", version: 3)).isEmpty)
        #expect(store.object(ObjectKey(namespace: "shop", name: "a"))?.resourceVersion == "5")
        #expect(writer.remove(pod("a", version: 6)) == [.deleted(pod("a", version: 5))])
        #expect(
            writer.apply(pod("a", version: 6)).isEmpty,
            "an event that was overtaken by the deletion revives nothing"
        )
        #expect(writer.apply(pod("a", version: 7, uid: "new")) == [.added(pod("a", version: 7, uid: "new"))])
    }

    @Test("versions that do not compare go by arrival")
    func arrivalOrder() throws {
        let store = store()
        let writer = try store.claimWriter()
        var first = pod("a", version: 1)
        first.resourceVersion = "x9"
        var second = first
        second.resourceVersion = "x1"
        writer.apply(first)
        #expect(writer.apply(second) == [.updated(old: first, new: second)])
        #expect(writer.remove(first) == [.deleted(second)])
    }

    @Test("an object made anew under its name is a deletion and an addition")
    func recreated() throws {
        let store = store()
        let writer = try store.claimWriter()
        let (old, new) = (pod("a", version: 1, uid: "1"), pod("a", version: 4, uid: "2"))
        writer.apply(old)
        #expect(writer.apply(new) == [.deleted(old), .added(new)])
        #expect(writer.remove(pod("a", version: 3, uid: "1")).isEmpty, "the deletion of the old one comes late")
        #expect(store.count == 1)
        writer.beginReplacement()
        writer.stage([pod("a", version: 9, uid: "3")])
        #expect(writer.commitReplacement(at: ResourceVersion("10")).map(\.verb) == ["deleted", "added"])
    }

    @Test("a list does not take back what the watch has shown since")
    func listOlderThanWatch() throws {
        let store = store()
        let writer = try store.claimWriter()
        writer.beginReplacement()
        writer.stage([pod("a", version: 3)])
        writer.apply(pod("a", version: 8))
        writer.apply(pod("b", version: 9))
        writer.commitReplacement(at: ResourceVersion("5"))
        #expect(store.objects().map(\.resourceVersion) == ["8", "9"])
        writer.beginReplacement()
        writer.stage([pod("a", version: 3)])
        writer.commitReplacement(at: ResourceVersion("5"), trust: .replaceAll)
        #expect(store.objects().map(\.resourceVersion) == ["3"], "after a restored backup the list is the truth")
        #expect(store.version == ResourceVersion("5"))
    }

    @Test("events the last list contains are not news")
    func floor() throws {
        let store = store()
        let writer = try store.claimWriter()
        writer.beginReplacement()
        writer.commitReplacement(at: ResourceVersion("100"))
        #expect(writer.apply(pod("ghost", version: 99)).isEmpty)
        #expect(writer.apply(pod("new", version: 101)).count == 1)
    }

    @Test("indexes follow every change")
    func indexes() throws {
        let store = store()
        let writer = try store.claimWriter()
        var owned = pod("a", version: 1, labels: ["app": "web"])
        owned.ownerReferences = [OwnerReference(kind: .replicaSet, name: "rs", uid: "rs-1")]
        writer.apply(owned)
        writer.apply(pod("b", version: 2, namespace: "other", labels: ["app": "web"]))
        #expect(names(store.objects(.namespace, "shop")) == ["a"])
        #expect(names(store.objects(.owner, "rs-1")) == ["a"])
        #expect(names(store.objects(.label("app"), "web")) == ["b", "a"])
        #expect(names(store.objects("phase", "None")) == ["b", "a"])
        var running = pod("a", version: 3, labels: ["app": "db"])
        running.tree.set("Running", at: ["status", "phase"])
        writer.apply(running)
        #expect(store.objects(.owner, "rs-1").isEmpty)
        #expect(names(store.objects(.label("app"), "web")) == ["b"])
        #expect(store.values(of: "phase") == ["None", "Running"])
        writer.remove(pod("a", version: 4))
        #expect(store.values(of: .label("app")) == ["web"])
        #expect(store.values(of: .namespace) == ["other"])
        #expect(store.objects("no such index", "x").isEmpty)
    }

    @Test("indexes agree with a search from end to end", .tags(.property), arguments: propertySeeds(40))
    func indexProperty(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = store()
        let writer = try store.claimWriter()
        for version in 1...200 {
            let name = "p\(random.int(below: 15))"
            let object = pod(
                name,
                version: version,
                namespace: "n\(random.int(below: 3))",
                labels: ["app": "v\(random.int(below: 4))"]
            )
            switch random.int(below: 10) {
            case 0...5: writer.apply(object)
            case 6...8: writer.remove(object)
            default:
                writer.beginReplacement()
                writer.stage(store.objects().filter { _ in !random.oneIn(3) } + [object])
                writer.commitReplacement(at: ResourceVersion("\(version)"))
            }
            let all = store.objects()
            for value in 0..<4 {
                let expected = all.filter { $0.labels["app"] == "v\(value)" }
                #expect(store.objects(.label("app"), "v\(value)") == expected, "seed \(seed) version \(version)")
            }
            #expect(store.count == all.count)
        }
    }

    @Test("managed fields are not kept")
    func trimming() throws {
        let store = store()
        let writer = try store.claimWriter()
        var object = pod("a", version: 1)
        object.tree.set([["manager": "kubectl"]], at: ["metadata", "managedFields"])
        writer.apply(object)
        #expect(store.objects() == [pod("a", version: 1)])
    }

    @Test("there is one writer")
    func oneWriter() throws {
        let store = store()
        _ = try store.claimWriter()
        #expect {
            try store.claimWriter()
        } throws: { error in
            (error as? StoreError)?.code == .alreadyWritten
        }
    }

    @Test("who subscribes late is told what is there")
    func lateSubscriber() throws {
        let store = store()
        try store.claimWriter().apply(pod("a", version: 1))
        let seen = Record<StoreChange>()
        store.subscribe { delivery in delivery.changes.forEach(seen.append) }
        #expect(seen.all == [.added(pod("a", version: 1))])
    }

    @Test("waiting for the first list ends with it, or with the task")
    func waiting() async throws {
        try await withVirtualTime { clock in
            let store = ObjectStore(.init(name: "pods"))
            let writer = try store.claimWriter()
            let done = Record<String>()
            try await withBackground {
                do {
                    try await store.waitUntilSynced()
                } catch {
                    done.append("cancelled")
                }
            } _: {
                await clock.settle()
            }
            #expect(done.take() == ["cancelled"])
            try await withBackground {
                try await store.waitUntilSynced()
                done.append("synced")
            } _: {
                await clock.settle()
                #expect(done.count == 0)
                writer.commitReplacement(at: ResourceVersion("1"))
                await clock.settle()
                #expect(done.take() == ["synced"])
            }
            try await store.waitUntilSynced()
        }
    }
}
