internal import DataTree
internal import Foundation
internal import HTTPServing
internal import KubeAPI
internal import KubeClient
internal import KubeCurl
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization
internal import Testing

/// Prometheus, where it is installed.
private let prometheus = ["/usr/bin/prometheus", "/usr/local/bin/prometheus"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }
private let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"

/// Analysis against a real Prometheus, which scrapes Istio's standard metrics from an exporter of the test.
@Suite(
    .serialized,
    .enabled(if: prometheus != nil || mustRun, "no prometheus on this machine: hack/test installs Debian's package")
)
struct AnalysisTests {
    /// Counters of two versions, as their proxies would show them; each scrape finds more requests.
    final class Exporter: Sendable {
        struct Version: Sendable {
            var requests = 0.0
            var failures = 0.0
            var grpcFailures = 0.0
            /// Of 100 requests, how many take 10 ms, and 100 ms, at most; all take at most a second.
            var within: [Double] = [50, 98]
        }

        private let versions = Mutex<[String: Version]>([:])

        func set(_ name: String, _ version: Version) { versions.withLock { $0[name] = version } }
        func remove(_ name: String) { versions.withLock { $0[name] = nil } }

        /// One scrape: 20 requests more for everyone who has traffic, failures in proportion.
        func scrape() -> String {
            let scrapes = count.withLock { count in
                count += 1
                return Double(count)
            }
            var lines: [String] = []
            for (name, version) in versions.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
                let labels =
                    #"reporter="destination",destination_workload_namespace="shop","#
                    + #"destination_workload="reviews-\#(name)",destination_version="\#(name)",istio_io_rev="rev-\#(name)""#
                func total(_ share: Double, _ more: String) {
                    lines.append("istio_requests_total{\(labels),\(more)} \(version.requests * share * scrapes)")
                }
                total(1 - version.failures - version.grpcFailures, #"response_code="200",grpc_response_status="0""#)
                total(version.failures, #"response_code="503""#)
                total(version.grpcFailures, #"response_code="200",grpc_response_status="13""#)
                for (edge, share) in zip(["10", "100", "1000", "+Inf"], version.within + [100, 100]) {
                    let value = version.requests * share / 100 * scrapes
                    lines.append("istio_request_duration_milliseconds_bucket{\(labels),le=\"\(edge)\"} \(value)")
                }
            }
            return lines.joined(separator: "\n") + "\n"
        }

        private let count = Mutex(0)
    }

    /// Nobody's Secrets and Jobs.
    struct Nothing: SecretReading, JobRunning {
        func secret(_ key: ObjectKey) async throws(KubeError) -> KubeObject { throw KubeError(.notFound, "none") }
        func find(_ key: ObjectKey) async throws(KubeError) -> KubeObject? { nil }
        func create(_ job: KubeObject) async throws(KubeError) -> KubeObject { job }
        func made(in namespace: String) async throws(KubeError) -> [KubeObject] { [] }
        func end(_ job: KubeObject) async throws(KubeError) {}
    }

    /// A Prometheus that scrapes an exporter every 200 ms.
    struct Scope: Sendable {
        let exporter: Exporter
        let process: ChildProcess
        let port: Int

        func analysis(_ more: String = "") throws -> AnalysisSpec {
            let yaml = """
                {prometheus: {address: 'http://127.0.0.1:\(port)', timeout: 2s\(more)}, window: 3s, metrics: [
                 {name: success, builtIn: SuccessRate, min: 99},
                 {name: errors, builtIn: ErrorRate, max: 1},
                 {name: p50, builtIn: LatencyP50, min: 9.9, max: 10.1},
                 {name: p90, builtIn: LatencyP90, min: 84, max: 86},
                 {name: p99, builtIn: LatencyP99, min: 540, max: 560},
                 {name: slower, builtIn: LatencyP90, compare: {ratio: {max: 1.2}}},
                 {name: count, builtIn: RequestCount, min: 20},
                 {name: own, query: 'sum(rate(istio_requests_total{destination_version="{{version}}"}[{{window}}]))',
                  samples: 'sum(increase(istio_requests_total{destination_version="{{version}}"}[{{window}}]))', min: 1},
                 {name: row, query: 'sum(rate(istio_requests_total[{{window}}]))', min: 1,
                  range: {duration: 3s, step: 500ms, take: Max}},
                 {name: past, builtIn: LatencyP90, compare: {difference: {max: 5}, baseline: {offset: 1s}}},
                 {name: several, query: 'istio_requests_total', min: 1},
                 {name: broken, query: 'sum(', min: 1}, {name: vector, query: 'up[1m]', min: 1},
                 {name: scalar, query: 'scalar(vector(7))', min: 7, max: 7}, {name: nan, query: '0 / vector(0)', min: 1},
                 {name: infinite, query: '1 / vector(0)', min: 1}]}
                """
            let spec: Tree = [
                "host": "reviews",
                "workload": [
                    "stable": ["name": "reviews-v1", "version": "v1"],
                    "canary": ["name": "reviews-v2", "version": "v2"],
                ],
                "steps": [["setWeight": 10]], "analysis": try YAML.document(yaml),
            ]
            return try MeshRolloutSpec(decoding: spec).analysis
        }

        func ask(_ name: String, _ more: String = "", _ change: (inout GateQuestion) -> Void = { _ in }) async throws
            -> GateReading
        {
            let analysis = try analysis(more)
            let metric = try #require(analysis.metrics.first { $0.name == name })
            var question = GateQuestion(
                kind: "MeshRollout",
                key: ObjectKey(namespace: "shop", name: "reviews"),
                defaultNamespace: "shop",
                new: .init(["namespace": "shop", "workload": "reviews-v2", "version": "v2", "revision": "rev-v2"]),
                stable: .init(["namespace": "shop", "workload": "reviews-v1", "version": "v1", "revision": "rev-v1"])
            )
            question.weight = 10
            change(&question)
            let asker = HTTPGateAsker(
                .init(
                    transports: CurlTransports(),
                    secrets: Nothing(),
                    jobs: Nothing(),
                    clock: ContinuousClock(),
                    now: { Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
                )
            )
            return await asker.ask(metric, of: analysis, question)
        }

        /// Asks until the outcome is as expected and the message contains some words.
        ///
        /// A scrape that comes late leaves a gap in the numbers, so that no answer is taken for the last one at once.
        func expect(
            _ name: String,
            _ outcome: GateReading.Outcome? = nil,
            _ words: String = "",
            _ more: String = "",
            sourceLocation: SourceLocation = #_sourceLocation,
            _ change: @escaping @Sendable (inout GateQuestion) -> Void = { _ in }
        ) async throws {
            let last = Mutex<GateReading?>(nil)
            let isThere = try await becomes {
                let reading = try await ask(name, more, change)
                last.withLock { $0 = reading }
                let isOutcome = outcome.map { reading.outcome == $0 } ?? true
                return isOutcome && (words.isEmpty || reading.message.contains(words))
            }
            let seen = last.withLock { $0 }.map { "\($0.outcome): \($0.message)" } ?? "nothing"
            #expect(isThere, "\(name) came to \(seen)", sourceLocation: sourceLocation)
        }
    }

    /// A port that was free a moment ago.
    static func freePort() async throws -> Int {
        let port = Mutex(0)
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("") }
        try await server.run { address in
            port.withLock { $0 = address.port }
            server.shutdown()
        }
        return port.withLock { $0 }
    }

    func withPrometheus(_ body: @escaping @Sendable (Scope) async throws -> Void) async throws {
        let program = try #require(prometheus, "no prometheus on this machine: hack/test installs it")
        let exporter = Exporter()
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-analysis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text(exporter.scrape()) }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { found.yield($0.port) } }
            var iterator = ports.makeAsyncIterator()
            let target = try #require(await iterator.next())
            let config = """
                global: {scrape_interval: 200ms, scrape_timeout: 200ms}
                scrape_configs: [{job_name: mesh, static_configs: [{targets: ['127.0.0.1:\(target)']}]}]
                """
            let file = folder.appending(path: "prometheus.yml")
            try Data(config.utf8).write(to: file)
            let port = try await Self.freePort()
            let process = try ChildProcess.start(
                URL(filePath: program),
                [
                    "--config.file", file.path(), "--storage.tsdb.path", folder.appending(path: "data").path(),
                    "--web.listen-address", "127.0.0.1:\(port)", "--log.level", "warn",
                ]
            )
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(Scope(exporter: exporter, process: process, port: port)))
            } catch { outcome = .failure(error) }
            await process.stop()
            group.cancelAll()
            try? await group.waitForAll()
            try outcome.get()
        }
    }

    @Test func numbersOfARealServer() async throws {
        try await withPrometheus { scope in
            scope.exporter.set("v1", .init(requests: 20))
            scope.exporter.set("v2", .init(requests: 20))
            for name in ["count", "success", "errors", "p50", "p90", "p99", "slower", "own", "row", "past", "scalar"] {
                try await scope.expect(name, .passed)
            }
            try await scope.expect("success", .passed, "", ", revisionLabel: istio_io_rev") {
                $0.new.workloads = []
                $0.stable?.workloads = []
            }
            try await scope.expect("count", .passed) {
                $0.new = .init(["revision": "x"], workloads: [ObjectKey(namespace: "shop", name: "reviews-v2")])
                $0.stable = .init(["revision": "y"], workloads: [ObjectKey(namespace: "shop", name: "reviews-v1")])
            }
            for (name, words) in [
                ("several", "series where one is needed"), ("broken", "refuses the query: bad_data"),
                ("vector", "a range vector"), ("nan", "NaN on the new side"), ("infinite", "the value is inf"),
            ] {
                try await scope.expect(name, nil, words)
            }
        }
    }

    @Test func troubleIsSeen() async throws {
        try await withPrometheus { scope in
            scope.exporter.set("v1", .init(requests: 20))
            scope.exporter.set("v2", .init(requests: 20))
            try await scope.expect("success", .passed)
            scope.exporter.set("v2", .init(requests: 40, failures: 0.5, within: [1, 50]))
            try await scope.expect("success", .failed, "below 99")
            try await scope.expect("errors", .failed, "above 1")
            try await scope.expect("slower", .failed, "the ratio")
            scope.exporter.set("v2", .init(requests: 80, grpcFailures: 0.5))
            try await scope.expect("success", .failed, "below 99")
            // Nobody calls the new side any more: nothing is decided.
            scope.exporter.remove("v2")
            try await scope.expect("success", .inconclusive, "requests on the new side, 20 needed")
            try await scope.expect("count", .failed, "is below 20")
            // The server stands still, then is gone.
            kill(scope.process.identifier, SIGSTOP)
            try await scope.expect("success", .unavailable, "did not answer within 2s")
            kill(scope.process.identifier, SIGCONT)
            try await scope.expect("success", .inconclusive)
            await scope.process.stop()
            try await scope.expect("success", .unavailable, "connect")
        }
    }
}
