internal import DataTree

/// What must hold before a rollout takes its next step: numbers to ask for, and addresses to ask.
///
/// Upgrades of a mesh and MeshRollouts have the same.
package struct AnalysisSpec: Sendable, Hashable {
    /// What to do at a step that sees too little traffic to judge.
    package enum NoTraffic: String, Sendable, Hashable, CaseIterable {
        /// Stay.
        case hold = "Hold"
        /// Go on.
        case pass = "Pass"
        /// Count it as a failure.
        case fail = "Fail"
    }

    /// A server that answers queries.
    package struct Prometheus: Sendable, Hashable {
        /// The address below which `/api/v1/query` lies.
        package var address = ""
        /// The Secret with credentials: keys `username` and `password`, `token`, `ca.crt`, `tls.crt` and `tls.key`; nil for none.
        package var secret: SecretName?
        /// How long to wait for an answer.
        package var timeout: Duration = .seconds(10)
        /// The label that holds the revision of a proxy in its metrics, such as `istio_io_rev`; nil where there is none, so that
        /// workloads are named one by one.
        package var revisionLabel: String?
    }

    /// A Secret by name.
    package struct SecretName: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// Its namespace; nil for that of the resource, or of the mesh.
        package var namespace: String?
    }

    /// How often to look.
    package var interval: Duration = .seconds(30)
    /// How long after a step's share is reached the first look that counts is taken; nil for one window.
    package var initialDelay: Duration?
    /// How many looks in a row must pass, at least 1.
    package var consecutiveSuccesses = 1
    /// How many failed looks a step may have; one more ends the rollout.
    package var failureLimit = 3
    /// How many times in a row a gate may be out of reach; one more ends the rollout.
    package var errorLimit = 10
    /// How many requests a look needs to count.
    package var minSamples = 20
    /// What to do with fewer.
    package var onNoTraffic = NoTraffic.hold
    /// How long of the past a query covers.
    package var window: Duration = .seconds(60)
    /// The server metrics are asked of; nil for none.
    package var prometheus: Prometheus?
    /// Numbers to ask for.
    package var metrics: [AnalysisMetric] = []
    /// Addresses to ask.
    package var gates: [AnalysisGate] = []

    /// Nothing to look at.
    package init() {}

    init(_ reader: FieldReader) {
        interval = reader.duration("interval") ?? interval
        initialDelay = reader.duration("initialDelay")
        consecutiveSuccesses = max(1, reader.integer("consecutiveSuccesses") ?? 1)
        failureLimit = reader.integer("failureLimit") ?? failureLimit
        errorLimit = reader.integer("errorLimit") ?? errorLimit
        minSamples = reader.integer("minSamples") ?? minSamples
        onNoTraffic = reader.choice("onNoTraffic") ?? onNoTraffic
        window = reader.duration("window") ?? window
        prometheus = reader.optionalChild("prometheus").map { Prometheus($0) }
        metrics = reader.children("metrics").map { AnalysisMetric($0) }
        gates = reader.children("gates").map { AnalysisGate($0) }
    }

    /// What is wrong with the fields taken together; the CRD says the same in CEL.
    func issues(at path: TreePath) -> [SpecIssue] {
        var found: [SpecIssue] = []
        for (index, metric) in metrics.enumerated() {
            let place = path.appending("metrics").appending(index: index)
            found += metric.issues(at: place, hasServer: prometheus != nil)
        }
        if let address = prometheus?.address, address.contains("?") {
            let place = path.appending("prometheus").appending("address")
            let remedy = "leave it out: /api/v1/query is put behind the address"
            let problem = "has a query of its own"
            found.append(SpecIssue(path: place, value: .string(address), problem: problem, remedy: remedy))
        }
        let taken = Set(metrics.map(\.name))
        for (index, gate) in gates.enumerated() where taken.contains(gate.name) {
            let place = path.appending("gates").appending(index: index).appending("name")
            let remedy = "give each metric and gate a name of its own"
            found.append(SpecIssue(path: place, value: .string(gate.name), problem: "names a metric", remedy: remedy))
        }
        return found
    }
}

extension AnalysisSpec.Prometheus {
    init(_ reader: FieldReader) {
        self.init()
        address = reader.text("address") ?? ""
        secret = reader.optionalChild("secretRef").map { AnalysisSpec.SecretName($0) }
        timeout = reader.duration("timeout") ?? timeout
        revisionLabel = reader.text("revisionLabel")
    }
}

extension AnalysisSpec.SecretName {
    init(_ reader: FieldReader) {
        name = reader.text("name") ?? ""
        namespace = reader.text("namespace")
    }
}

/// An HTTP address with a say in a rollout.
package struct AnalysisGate: Sendable, Hashable {
    /// What its answer means.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 2xx lets a step go on; anything else keeps it.
        case confirmStep = "ConfirmStep"
        /// 2xx lets the last step go on to promotion.
        case confirmPromotion = "ConfirmPromotion"
        /// 2xx asks to go back at once.
        case rollback = "Rollback"
        /// Told of every transition; the answer means nothing.
        case event = "Event"
    }

    /// A name for messages.
    package var name: String
    /// What its answer means.
    package var kind: Kind
    /// The address; the body posted to it says which rollout, which step and which weight.
    package var url: String
    /// The Secret with credentials, as for a metrics server; nil for none.
    package var secret: AnalysisSpec.SecretName?
    /// How long to wait for an answer, its body included.
    package var timeout: Duration
    /// Sent along with every request.
    package var metadata: [String: String]

    init(_ reader: FieldReader) {
        name = reader.text("name") ?? ""
        kind = reader.choice("type") ?? .confirmStep
        url = reader.text("url") ?? ""
        secret = reader.optionalChild("secretRef").map { AnalysisSpec.SecretName($0) }
        timeout = reader.duration("timeout") ?? .seconds(10)
        metadata = reader.textMap("metadata")
    }
}
