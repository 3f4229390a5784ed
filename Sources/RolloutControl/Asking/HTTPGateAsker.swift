internal import KubeAPI
package import KubeClient
package import MeshAPI
package import MeshBase
package import RolloutEngine

/// Asks gates over HTTP and with Jobs.
///
/// Every answer comes within the time limit of what is asked, and every message is fit for a status: no credentials, one line.
package struct HTTPGateAsker: GateAsking {
    /// What runs below.
    package struct Surroundings: Sendable {
        /// Makes transports to metrics servers and gates.
        package var transports: any TransportMaking
        /// Reads Secrets with credentials.
        package var secrets: any SecretReading
        /// Runs Jobs.
        package var jobs: any JobRunning
        /// Measures time limits.
        package var clock: any Clock<Duration>
        /// The time of day.
        package var now: WallClock

        /// Makes surroundings.
        package init(
            transports: any TransportMaking,
            secrets: any SecretReading,
            jobs: any JobRunning,
            clock: any Clock<Duration>,
            now: @escaping WallClock
        ) {
            self.transports = transports
            self.secrets = secrets
            self.jobs = jobs
            self.clock = clock
            self.now = now
        }

        /// Makes surroundings whose Secrets and Jobs are those of a cluster.
        package init(
            cluster: ClusterClient,
            transports: any TransportMaking,
            clock: any Clock<Duration>,
            now: @escaping WallClock
        ) {
            self.init(
                transports: transports,
                secrets: ClusterSecrets(cluster),
                jobs: ClusterJobs(cluster),
                clock: clock,
                now: now
            )
        }
    }

    private let caller: GateCaller
    private let jobs: any JobRunning
    private let now: WallClock

    /// Makes an asker; nothing is asked yet.
    package init(_ surroundings: Surroundings) {
        caller = GateCaller(
            transports: surroundings.transports,
            secrets: surroundings.secrets,
            clock: surroundings.clock
        )
        jobs = surroundings.jobs
        now = surroundings.now
    }

    package func ask(
        _ metric: AnalysisMetric,
        of analysis: AnalysisSpec,
        _ question: GateQuestion
    ) async -> GateReading {
        let taken = now()
        let verdict = MetricVerdict(metric: metric, analysis: analysis, question: question)
        do throws(AnalysisError) {
            switch metric.source {
            case .builtIn, .query: return try await askPrometheus(verdict, taken)
            case .json(let url, let path, let secret):
                return try await askDocument(verdict, url: url, path: path, secret: secret, taken)
            case .job(let spec): return await askJob(GateJob(metric, spec: spec, question), taken)
            case .none: throw AnalysisError(.questionInvalid, "the metric has no source")
            }
        } catch {
            return Self.unavailable(error, taken)
        }
    }

    package func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading {
        let taken = now()
        do throws(AnalysisError) {
            let address = try GateAddress(gate.url)
            let destination = GateDestination(
                server: address.server,
                credentials: try await caller.credentials(gate.secret, question),
                timeout: gate.timeout
            )
            let hook = HookCall(gate: gate, question: question)
            let answers = await caller.send([hook.call(address.target)], to: destination)
            guard let answer = answers.first else { throw AnalysisError(.noAnswer, "nothing was asked") }
            return hook.reading(try answer.get(), server: "\(address.server)", taken: taken)
        } catch {
            return Self.unavailable(error, taken)
        }
    }

    private func askPrometheus(
        _ verdict: MetricVerdict,
        _ taken: Timestamp
    ) async throws(AnalysisError) -> GateReading {
        guard let prometheus = verdict.analysis.prometheus else {
            throw AnalysisError(.questionInvalid, "there is no metrics server; set analysis.prometheus.address")
        }
        let server = try GateAddress(prometheus.address)
        guard !server.target.contains("?") else {
            throw AnalysisError(.addressRefused, "analysis.prometheus.address has a query; leave it out")
        }
        let plan = try PrometheusPlan(verdict.metric, verdict, now: taken)
        let destination = GateDestination(
            server: server.base,
            credentials: try await caller.credentials(prometheus.secret, verdict.question),
            timeout: verdict.metric.timeout ?? prometheus.timeout
        )
        let calls = plan.queries.map { $0.call(timeout: destination.timeout) }
        let answers = calls.isEmpty ? [] : await caller.send(calls, to: destination)
        let found = try plan.measurements(answers, server: "\(destination.server)")
        return verdict.reading(
            new: found.first ?? MetricMeasurement(),
            stable: found.count > 1 ? found[1] : nil,
            taken: taken
        )
    }

    private func askDocument(
        _ verdict: MetricVerdict,
        url: String,
        path: String,
        secret: AnalysisSpec.SecretName?,
        _ taken: Timestamp
    ) async throws(AnalysisError) -> GateReading {
        let credentials = try await caller.credentials(secret, verdict.question)
        var found: [MetricMeasurement] = []
        for side in [verdict.question.new] + (verdict.stable.map { [$0] } ?? []) {
            let document = try DocumentQuestion(
                url: url,
                path: path,
                samples: verdict.metric.samples,
                side: side,
                window: verdict.analysis.window
            )
            let destination = GateDestination(
                server: document.address.server,
                credentials: credentials,
                timeout: verdict.metric.timeout ?? .seconds(10)
            )
            for answer in await caller.send([document.call], to: destination) {
                found.append(try document.measurement(try answer.get()))
            }
        }
        return verdict.reading(
            new: found.first ?? MetricMeasurement(),
            stable: found.count > 1 ? found[1] : nil,
            taken: taken
        )
    }

    private func askJob(_ job: GateJob, _ taken: Timestamp) async -> GateReading {
        do throws(KubeError) {
            return job.reading(try await found(job), taken: taken)
        } catch {
            return GateReading(.unavailable, RolloutText.fit("Job \(job.key): \(error)", limit: 500), taken: taken)
        }
    }

    package func endJobs(of subject: GateSubject, in namespace: String) async -> String? {
        do throws(KubeError) {
            for job in try await jobs.made(in: namespace) where GateJob.runs(job, for: subject) {
                try await jobs.end(job)
            }
            return nil
        } catch {
            return RolloutText.fit("Jobs of \(namespace): \(error)", limit: 500)
        }
    }

    /// The Job of the question, created if it is not there; another process may create it at the same time.
    private func found(_ job: GateJob) async throws(KubeError) -> KubeObject {
        if let found = try await jobs.find(job.key) { return found }
        do throws(KubeError) {
            return try await jobs.create(job.object)
        } catch {
            guard error.code == .alreadyExists, let found = try await jobs.find(job.key) else { throw error }
            return found
        }
    }

    private static func unavailable(_ error: AnalysisError, _ taken: Timestamp) -> GateReading {
        GateReading(.unavailable, RolloutText.fit(error.message, limit: 600), taken: taken)
    }
}

extension GateAddress {
    /// The address as one below which paths lie.
    var base: ServerAddress {
        var result = server
        var path = target
        while path.hasSuffix("/") { path.removeLast() }
        result.basePath = path
        return result
    }
}
