internal import Synchronization

/// What a health check found.
public enum HealthVerdict: Sendable, Hashable {
    /// All is well.
    case healthy
    /// Something is not, with a sentence that says what.
    case unhealthy(String)
}

/// The checks behind `/healthz` (should this process be restarted?) and `/readyz` (may it get work?).
public final class HealthRegistry: Sendable {
    /// Which question a check answers.
    public enum Probe: String, Sendable, Hashable, CaseIterable {
        /// `/healthz` and `/livez`.
        case live
        /// `/readyz`.
        case ready
    }

    /// A check, called whenever a probe arrives; it must be quick and must not block.
    public typealias Check = @Sendable () -> HealthVerdict

    private struct Entry {
        let name: String
        let check: Check
    }

    private let checks = Mutex<[Probe: [Entry]]>([:])

    /// Makes a registry without checks, which reports health.
    public init() {}

    /// Adds a check; one of the same name and probe is replaced.
    public func add(_ name: String, to probe: Probe, check: @escaping Check) {
        checks.withLock { checks in
            var entries = checks[probe] ?? []
            entries.removeAll { $0.name == name }
            entries.append(Entry(name: name, check: check))
            checks[probe] = entries
        }
    }

    /// Runs the checks of `probe`, except those named in `excluded`.
    public func report(_ probe: Probe, excluding excluded: Set<String> = []) -> HealthReport {
        let entries = checks.withLock { $0[probe] ?? [] }
        let results = entries.map { entry in
            HealthReport.Result(
                name: entry.name,
                verdict: excluded.contains(entry.name) ? nil : entry.check()
            )
        }
        return HealthReport(probe: probe, results: results)
    }
}

/// The outcome of all checks of one probe.
public struct HealthReport: Sendable, Hashable {
    /// The outcome of one check.
    public struct Result: Sendable, Hashable {
        /// The name of the check.
        public let name: String
        /// What it found; nil when it was left out on request.
        public let verdict: HealthVerdict?
    }

    /// The probe that was asked.
    public let probe: HealthRegistry.Probe
    /// The outcomes in the order in which the checks were added.
    public let results: [Result]

    /// Whether no check failed.
    public var isHealthy: Bool {
        results.allSatisfy { result in
            if case .unhealthy = result.verdict { false } else { true }
        }
    }

    /// 200 when healthy, else 500, as the API server's own probes answer.
    public var statusCode: Int { isHealthy ? 200 : 500 }

    /// The body of the answer: `ok`, or one line per check in the form kubectl users know from `/readyz?verbose`.
    public func text(verbose: Bool) -> String {
        if isHealthy, !verbose { return "ok" }
        var lines: [String] = []
        for result in results {
            switch result.verdict {
            case .healthy: lines.append("[+]\(result.name) ok")
            case nil: lines.append("[+]\(result.name) excluded: ok")
            case .unhealthy(let reason): lines.append("[-]\(result.name) failed: \(reason)")
            }
        }
        let name = probe == .live ? "healthz" : "readyz"
        lines.append("\(name) check \(isHealthy ? "passed" : "failed")")
        return lines.joined(separator: "\n") + "\n"
    }
}
