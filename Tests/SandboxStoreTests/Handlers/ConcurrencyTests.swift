internal import DataTree
internal import SandboxStore
internal import Testing

/// Many clients write the same object at the same time.
@Suite struct ConcurrencyTests {
    private let path = "/api/v1/namespaces/default/configmaps"

    @Test func updatesOnARevisionLoseNothing() async throws {
        let server = await TestServer()
        try await server.send("POST", path, configMap("counter", ["n": "0"]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var done = 0
                    while done < 5 {
                        var read = try await server.send("GET", path + "/counter").body
                        let count = read.value(at: "data", "n")?.string.flatMap { Int($0) } ?? -1
                        read.set(.string(String(count + 1)), at: ["data", "n"])
                        let written = try await server.send("PUT", path + "/counter", read)
                        #expect([200, 409].contains(written.status))
                        if written.status == 200 { done += 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await server.send("GET", path + "/counter")["data.n"] == "40")
    }

    @Test func patchesAndAppliesAllTakeEffect() async throws {
        let server = await TestServer()
        try await server.send("POST", path, configMap("shared"))
        let start = server.core.storage.revision
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<6 {
                group.addTask {
                    let patch: Tree = ["data": ["p\(index)": "1"]]
                    let type = "application/merge-patch+json"
                    let answer = try await server.send("PATCH", path + "/shared", patch, type: type)
                    #expect(answer.status == 200)
                }
                group.addTask {
                    let applied = configMap("shared", ["a\(index)": "1"])
                    let target = path + "/shared?fieldManager=m\(index)"
                    let answer = try await server.send("PATCH", target, applied, type: "application/apply-patch+yaml")
                    #expect(answer.status == 200)
                }
            }
            try await group.waitForAll()
        }
        let data = try await server.send("GET", path + "/shared").body["data"]?.object?.keys ?? []
        #expect(Set(data) == Set((0..<6).flatMap { ["p\($0)", "a\($0)"] }))
        #expect(server.core.storage.revision == start + 12)
    }

    @Test func oneOfManyCreatesWins() async throws {
        let server = await TestServer()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<10 {
                group.addTask {
                    try await server.send("POST", path, configMap("one", ["by": "\(index)"])).status
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 9))
    }

    @Test func generatedNamesAreAllDifferent() async throws {
        let server = await TestServer()
        let object: Tree = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["generateName": "g-"]]
        let names = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<40 {
                group.addTask { try await server.send("POST", path, object)["metadata.name"] }
            }
            return try await group.reduce(into: Set<String>()) { names, name in
                if let name { names.insert(name) }
            }
        }
        #expect(names.count == 40)
        #expect(names.allSatisfy { $0.hasPrefix("g-") && $0.utf8.count == 7 })
    }
}
