internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import SandboxServer

/// Refusals that need more of a sandbox than its store.
@Suite(.timeLimit(.minutes(2))) struct RefusedRequestTests {
    @Test func aBodyThatIsTooLargeIsAnsweredWithAStatus() async throws {
        try await TestCluster.with(SandboxConfiguration(node: .none)) { cluster in
            let bytes = [UInt8](repeating: 0x20, count: APIFrontend.bodyLimit + 1)
            let path = "/api/v1/namespaces/default/configmaps"
            let answer = try await cluster.send("POST", path, bytes: bytes, type: "application/json")
            #expect(answer.status == 413)
            #expect(answer.message == "Request entity too large: limit is 3145728")
            #expect(answer.body["reason"] == "RequestEntityTooLarge" && answer.body["kind"] == "Status")
        }
    }

    @Test func aPodWithoutItsNameIsCalledByWhatThatBeginsWith() async throws {
        try await TestCluster.with(SandboxConfiguration(node: .none)) { cluster in
            let pod: Tree = [
                "apiVersion": "v1", "kind": "Pod", "metadata": ["generateName": "web-7c-"],
                "spec": ["serviceAccountName": "none", "containers": [["name": "m", "image": "i"]]],
            ]
            let answer = try await cluster.send("POST", "/api/v1/namespaces/default/pods", pod)
            let why = "error looking up service account default/none: serviceaccount \"none\" not found"
            #expect(answer.status == 403)
            #expect(answer.message == "pods \"web-7c-\" is forbidden: \(why)")
        }
    }

    @Test func aFullDiskIsLoggedOnceWithItsRemedy() async throws {
        let lines = LogSink()
        var logger = Logger(label: "tests") { _ in lines }
        logger.logLevel = .error
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: { Timestamp(seconds: 1_700_000_000) },
            random: .seeded(7),
            logger: logger
        )
        var configuration = SandboxConfiguration(node: .none)
        configuration.log = FullDisk()
        let cluster = try SandboxCluster(configuration, environment: environment)
        for name in ["a", "b"] {
            let body: Tree = [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)],
            ]
            let request = APIRequest(method: "POST", path: "/api/v1/namespaces", body: body.json(.compact))
            #expect(await cluster.core.handle(request).status == 500)
        }
        let remedy = "free disk space and restart mesh-sandbox"
        let text = "store takes no more writes: LogFailed: the log could not be written; \(remedy)"
        let said = lines.said
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix(text) == true, "\(said)")
        #expect(said.first?.contains("No space left on device") == true, "\(said)")
    }

    /// A log on a disk that is full.
    private struct FullDisk: WriteAheadLog {
        var bytesSinceSnapshot: Int { 0 }

        func replay(_ body: (LogRecord) -> Void) -> UInt64 { 0 }

        func append(_ records: [LogRecord]) throws {
            throw SandboxError(.fileFailed, "cannot write /data/store/1.log: No space left on device")
        }

        func snapshot(at revision: UInt64, _ records: some Sequence<LogRecord>) {}
    }

    /// Keeps what is logged.
    private struct LogSink: LogHandler {
        private final class Kept: Sendable {
            let lines = Mutex<[String]>([])
        }

        private let kept = Kept()
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.error

        var said: [String] { kept.lines.withLock { $0 } }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(
            level: Logger.Level,
            message: Logger.Message,
            metadata: Logger.Metadata?,
            source: String,
            file: String,
            function: String,
            line: UInt
        ) {
            kept.lines.withLock { $0.append("\(message): \(metadata?["error"] ?? "")") }
        }
    }
}
