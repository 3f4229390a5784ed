internal import DataTree
internal import KubeAPI
internal import SandboxStore
internal import Synchronization
internal import Testing

private let things = GroupResource(group: "", resource: "things")

@Suite struct DurabilityTests {
    private func write(_ storage: ObjectStorage, _ name: String, _ value: Int64) async throws {
        let key = ObjectKey(name: name)
        let tree: Tree = ["metadata": ["name": .string(name)], "value": .integer(value)]
        let known = try await storage.get(things, key).object
        try await storage.write(
            StorageWrite(things, key, if: known.map { .revision($0.revision) } ?? .absent, .put(tree))
        )
    }

    /// The log breaks at every append in turn; what was acknowledged before is there after a restart, and nothing more.
    @Test(arguments: 1...12) func acknowledgedWritesSurvive(_ breaksAt: Int) async throws {
        let log = MemoryLog(breaksAt: breaksAt)
        let storage = try ObjectStorage(log: log)
        var acknowledged: [String: Int64] = [:]
        var lastRevision: UInt64 = 1
        for step in 0..<11 {
            let name = "n\(step % 4)"
            do {
                try await write(storage, name, Int64(step))
                acknowledged[name] = Int64(step)
                lastRevision = storage.revision
            } catch {
                #expect((error as? StorageError)?.code == .logFailed)
            }
        }
        let restarted = try ObjectStorage(log: log.reopened())
        let objects = try await restarted.list(things).objects
        let found = Dictionary(uniqueKeysWithValues: objects.map { ($0.key.name, $0.tree["value"]?.integer ?? -1) })
        #expect(found == acknowledged)
        #expect(restarted.revision == lastRevision)
    }

    @Test func aSnapshotReplacesTheLog() async throws {
        var configuration = ObjectStorage.Configuration()
        configuration.snapshotBytes = 5000
        let log = MemoryLog()
        let storage = try ObjectStorage(configuration: configuration, log: log)
        for step in 0..<40 { try await write(storage, "n\(step % 3)", Int64(step)) }
        #expect(log.recordCount < 10)
        let restarted = try ObjectStorage(log: log.reopened())
        let values = try await restarted.list(things).objects.map { $0.tree["value"]?.integer }
        #expect(values == [39, 37, 38])
        #expect(restarted.revision == storage.revision)
        #expect(restarted.oldestWatch(of: things) > 1)
    }

    @Test func writersAtTheSameTimeAreAllAcknowledged() async throws {
        let log = MemoryLog()
        let storage = try ObjectStorage(log: log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<50 { group.addTask { try await write(storage, "n\(index)", Int64(index)) } }
            try await group.waitForAll()
        }
        #expect(log.recordCount == 50)
        #expect(try ObjectStorage(log: log.reopened()).count(things) == 50)
    }

    @Test func aRestartContinuesWatchesFromTheLog() async throws {
        let log = MemoryLog()
        let storage = try ObjectStorage(log: log)
        for step in 0..<4 { try await write(storage, "n\(step)", Int64(step)) }
        let restarted = try ObjectStorage(log: log.reopened())
        guard case .changes(let changes) = await StorageWatch(restarted, things, after: 3).next() else {
            Issue.record("the log's changes are not told")
            return
        }
        #expect(changes.map(\.revision) == [4, 5])
    }

    @Test func aLogThatBreaksIsToldOnceAndMakesTheServerUnready() async throws {
        let told = Mutex<[StorageError]>([])
        let log = MemoryLog(breaksAt: 40)
        let storage = try ObjectStorage(log: log) { failure in told.withLock { $0.append(failure) } }
        let server = await TestServer(storage: storage)
        #expect(try await server.send("GET", "/readyz").status == 200)
        var statuses: [Int] = []
        for number in 0..<60 {
            let map = configMap("m\(number)")
            statuses.append(try await server.send("POST", "/api/v1/namespaces/default/configmaps", map).status)
        }
        #expect(statuses.first == 201 && statuses.last == 500)
        let unready = try await server.send("GET", "/readyz")
        #expect(unready.status == 500)
        #expect(unready.body == "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\nreadyz check failed\n")
        #expect(try await server.send("GET", "/livez").status == 200)
        let messages = told.withLock { $0.map(\.message) }
        #expect(messages == ["the log could not be written; free disk space and restart mesh-sandbox"])
        #expect(storage.failure?.code == .logFailed)
    }
}
