internal import Foundation
internal import KubeClient
internal import MeshTestKit
internal import ReplayKit
internal import Testing

/// The recorded answers of a real API server, asked of running servers over TLS.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct LiveReplayTests {
    @Test("A sandbox answers every scenario as the recorded API server did")
    func sandbox() async throws {
        try await withSandbox(["--extent", "server-alone"], node: "none") { scope in
            try await replay(ReplayScenario.all, try ReplayLink.connection(kubeconfig: scope.kubeconfig.path()))
        }
    }

    @Test(
        "etcd and kube-apiserver answer every scenario as recorded",
        .enabled(if: environmentValue("KUBEBUILDER_ASSETS") != nil, "KUBEBUILDER_ASSETS names no folder")
    )
    func realServer() async throws {
        let assets = URL(filePath: try #require(environmentValue("KUBEBUILDER_ASSETS")))
        try await RealServer.with(assets: assets) { connection in
            if environmentValue("REPLAY_RECORD") != nil {
                try await record(connection)
            } else {
                try await replay(ReplayScenario.all, connection)
            }
        }
    }

    @Test(
        "The cluster of KUBECONFIG answers as recorded, in namespaces of our own",
        .enabled(if: environmentValue("KUBECONFIG") != nil, "KUBECONFIG names no cluster")
    )
    func sharedCluster() async throws {
        let path = try #require(environmentValue("KUBECONFIG"))
        for scenario in ReplayScenario.all {
            guard let why = scenario.needsOwnServer else { continue }
            print("replay: \(scenario.name) left out on the cluster of KUBECONFIG: \(why)")
        }
        try await replay(
            ReplayScenario.all.filter { $0.needsOwnServer == nil },
            try ReplayLink.connection(kubeconfig: path),
            suffix: "-" + UUID().uuidString.prefix(8).lowercased()
        )
    }

    @Test("It is said when no real API server is asked")
    func says() {
        guard environmentValue("KUBEBUILDER_ASSETS") == nil, environmentValue("KUBECONFIG") == nil else { return }
        print("replay: NO REAL API SERVER ASKED: set KUBEBUILDER_ASSETS or KUBECONFIG (docs/testing.md)")
    }

    private func replay(
        _ scenarios: [ReplayScenario],
        _ connection: ClusterConnection,
        suffix: String = ""
    ) async throws {
        let reports = try await run(scenarios, connection, suffix: suffix)
        for difference in reports.flatMap(\.differences) { Issue.record("\(difference)") }
        let skipped = reports.map(\.skipped).reduce(0, +)
        let count = reports.map(\.answers.count).reduce(0, +) - skipped
        print(
            "replay: \(reports.count) scenarios, \(count) requests asked of \(connection.server), \(skipped) left out"
        )
        #expect(count > 0)
    }

    private func run(
        _ scenarios: [ReplayScenario],
        _ connection: ClusterConnection,
        suffix: String
    ) async throws -> [ReplayRunner.Report] {
        let reports = try await ReplayLink.with(connection) { transport in
            let surroundings = try await Self.surroundings(transport)
            let runner = ReplayRunner(transport: transport, surroundings: surroundings, suffix: suffix) {
                try await Task.sleep(for: .milliseconds(100))
            }
            var reports: [ReplayRunner.Report] = []
            for scenario in scenarios {
                let report = try await runner.run(scenario)
                try await runner.cleanUp(scenario, report)
                reports.append(report)
            }
            return reports
        }
        return try #require(reports, "the client ended before the last answer")
    }

    /// What the server has around it, as far as it shows.
    private static func surroundings(_ transport: any HTTPTransport) async throws -> Set<ReplayScenario.Surrounding> {
        let query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        let request = HTTPRequest(.get, "/api/v1/namespaces?\(query)&timeoutSeconds=1")
        let answer = try await transport.send(request).body.collect(limit: 16 << 20)
        guard String(decoding: answer, as: UTF8.self).contains("RequestWatchProgress is disabled") else {
            return [.cluster, .watchProgress]
        }
        print("replay: the server's etcd is too old for streaming lists: the steps that need one are left out")
        return [.cluster]
    }

    /// Writes all scenarios anew with the answers of this server.
    private func record(_ connection: ClusterConnection) async throws {
        let reports = try await run(ReplayScenario.all, connection, suffix: "")
        for (scenario, report) in zip(ReplayScenario.all, reports) { try scenario.record(report.answers) }
        print("replay: recorded \(reports.count) scenarios")
    }
}
