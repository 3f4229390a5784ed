internal import DataTree
internal import KubeAPI
internal import MeshTestKit
internal import SandboxStore
internal import Testing

private let things = GroupResource(group: "example.com", resource: "things")

private func thing(_ key: ObjectKey, _ value: Int64) -> Tree {
    [
        "metadata": ["name": .string(key.name), "namespace": .string(key.namespace ?? "")],
        "value": .integer(value),
    ]
}

@Suite struct ObjectStorageTests {
    @Test func writesHoldToTheirConditions() async throws {
        let storage = ObjectStorage.inMemory()
        let key = ObjectKey(namespace: "a", name: "x")
        let created = try await storage.write(StorageWrite(things, key, if: .absent, .put(thing(key, 1))))
        #expect(created.revision == 2)
        #expect(created.after?.tree["metadata"]?["resourceVersion"] == "2")
        let codes: [(StorageWrite.Condition, ObjectKey, StorageError.Code)] = [
            (.absent, key, .exists), (.revision(1), key, .changed), (.present, ObjectKey(name: "y"), .missing),
            (.revision(2), ObjectKey(name: "y"), .missing),
        ]
        for (condition, key, code) in codes {
            let error = await #expect(throws: StorageError.self) {
                try await storage.write(StorageWrite(things, key, if: condition, .put(thing(key, 2))))
            }
            #expect(error?.code == code)
        }
        #expect(storage.revision == 2)
    }

    @Test func aForkBeginsWithEverythingAndShowsNothingOfWhatComesAfter() async throws {
        let storage = ObjectStorage.inMemory()
        let keys = ["x", "y"].map { ObjectKey(namespace: "a", name: $0) }
        try await storage.write(StorageWrite(things, keys[0], if: .absent, .put(thing(keys[0], 1))))
        let fork = storage.fork()
        #expect(fork.revision == storage.revision)
        #expect(fork.changes(in: things, after: 0) == storage.changes(in: things, after: 0))
        try await storage.write(StorageWrite(things, keys[0], if: .present, .put(thing(keys[0], 2))))
        try await fork.write(StorageWrite(things, keys[1], if: .absent, .put(thing(keys[1], 3))))
        #expect(storage.peek(things).map { $0.tree["value"] } == [2])
        #expect(fork.peek(things).map { $0.tree["value"] } == [1, 3])
        #expect(fork.changes(in: things, after: 2).map(\.key) == [keys[1]])
        #expect(fork.lastChange(in: things) == 3)
        #expect(fork.lastChange(in: GroupResource(group: "", resource: "pods")) == 0)
    }

    @Test(arguments: propertySeeds(20)) func everyRevisionCanBeToldFromHistory(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let storage = ObjectStorage.inMemory()
        let watch = StorageWatch(storage, things)
        var model: [ObjectKey: Int64] = [:]
        var states: [UInt64: [ObjectKey: Int64]] = [storage.revision: [:]]
        for step in 0..<60 {
            let key = ObjectKey(namespace: random.pick(["a", "a-b", "b"]), name: random.pick(["x", "y", "z"]))
            let value = Int64(step)
            let effect: StorageWrite.Effect = random.oneIn(3) ? .remove : .put(thing(key, value))
            let condition: StorageWrite.Condition = model[key] == nil ? .absent : .present
            if case .remove = effect {
                guard model[key] != nil else { continue }
                model[key] = nil
            } else {
                model[key] = value
            }
            let change = try await storage.write(StorageWrite(things, key, if: condition, effect))
            states[change.revision] = model
        }
        for (revision, expected) in states {
            let slice = try await storage.list(things, at: revision)
            let told = Dictionary(uniqueKeysWithValues: slice.objects.map { ($0.key, $0.tree["value"]?.integer ?? -1) })
            #expect(told == expected, "seed \(seed), revision \(revision)")
            let paths = slice.objects.map { "\($0.key.namespace ?? "")/\($0.key.name)" }
            #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, "seed \(seed)")
        }
        #expect(try await followed(watch, until: storage.revision) == model, "seed \(seed)")
    }

    /// What a watcher knows once it has seen everything.
    private func followed(_ watch: StorageWatch, until last: UInt64) async throws -> [ObjectKey: Int64] {
        var known: [ObjectKey: Int64] = [:]
        var revision: UInt64 = 0
        while revision < last {
            guard case .changes(let changes) = await watch.next(limit: 7) else { break }
            for change in changes {
                #expect(change.revision > revision)
                revision = change.revision
                known[change.key] = change.after?.tree["value"]?.integer
            }
        }
        return known
    }

    @Test func historyThatIsForgottenIsRefused() async throws {
        let storage = ObjectStorage.inMemory(historyLimit: 3)
        let key = ObjectKey(name: "x")
        try await storage.write(StorageWrite(things, key, if: .absent, .put(thing(key, 0))))
        let slow = StorageWatch(storage, things, after: 1)
        for value in 1...5 {
            try await storage.write(StorageWrite(things, key, if: .present, .put(thing(key, Int64(value)))))
        }
        guard case .compacted = await slow.next() else {
            Issue.record("a watcher that missed changes went on")
            return
        }
        let error = await #expect(throws: StorageError.self) { try await storage.list(things, at: 2) }
        #expect(error?.code == .compacted)
        let later = await #expect(throws: StorageError.self) { try await storage.list(things, at: 99) }
        #expect(later?.code == .future)
    }

    @Test func compactionSparesWatchersThatMissedNothing() async throws {
        let storage = ObjectStorage.inMemory()
        let key = ObjectKey(name: "x")
        let watch = StorageWatch(storage, things)
        let other = GroupResource(group: "", resource: "others")
        try await storage.write(StorageWrite(other, key, if: .absent, .put(thing(key, 0))))
        storage.compact()
        guard case .idle = await watch.next() else {
            Issue.record("an idle watcher was ended")
            return
        }
        try await storage.write(StorageWrite(things, key, if: .absent, .put(thing(key, 1))))
        guard case .changes(let changes) = await watch.next() else {
            Issue.record("a change was lost")
            return
        }
        #expect(changes.map(\.revision) == [3])
    }

    @Test func cancellingAReaderEndsItsWait() async throws {
        let storage = ObjectStorage.inMemory()
        let watch = StorageWatch(storage, things)
        let ended = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                if case .cancelled = await watch.next() { true } else { false }
            }
            group.cancelAll()
            return await group.next() ?? false
        }
        #expect(ended)
    }
}
