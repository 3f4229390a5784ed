internal import KubeRuntime
internal import SandboxStore
internal import Synchronization

/// Counts the requests that come from outside, under kube-apiserver's name `apiserver_request_total`.
///
/// What the sandbox's own controllers do is not counted. The label `client` is the program of the `User-Agent`, so that
/// the writes of one client can be told from those of others.
struct RequestCount: Sendable {
    /// More programs than this are counted together.
    private static let clientLimit = 64

    private let metrics: MetricsRegistry
    private let clients = ClientNames(limit: clientLimit)

    /// Makes a count kept in `metrics`.
    init(_ metrics: MetricsRegistry) {
        self.metrics = metrics
    }

    /// Counts one request to a resource by its answer; other paths are not counted.
    func add(_ request: APIRequest, status: Int) {
        guard let info = RequestInfo(request) else { return }
        let isDryRun = request.parameter("dryRun") != nil
        let counter = metrics.counter(
            "apiserver_request_total",
            help: "Requests from outside by verb, resource, answer and client.",
            labels: [
                "verb": info.verb.rawValue.uppercased(), "group": info.group, "version": info.version,
                // Names of kinds that are not served come from anybody's hand.
                "resource": status == 404 && info.name == nil ? "" : info.resource,
                "subresource": info.subresource ?? "", "code": String(status), "dry_run": isDryRun ? "All" : "",
                "client": clients.name(request.header("user-agent") ?? ""),
            ]
        )
        counter.increment()
    }
}

/// The names of programs, bounded in number.
private final class ClientNames: Sendable {
    private let limit: Int
    private let known = Mutex<Set<String>>([])

    init(limit: Int) {
        self.limit = limit
    }

    func name(_ agent: String) -> String {
        let name = String(agent.prefix { $0 != "/" && $0 != " " }.prefix(64))
        let isKept = known.withLock { known in
            if known.contains(name) { return true }
            guard known.count < limit else { return false }
            known.insert(name)
            return true
        }
        return isKept ? name : "other"
    }
}
