public import KubeAPI
public import KubeClient
internal import Logging
internal import MeshBase
internal import Synchronization

/// Writes events (`events.k8s.io/v1`) in the background, so that recording one never waits and never fails.
///
/// The rules are those of ``EventAggregator``. ``run()`` must be running for events to be written; it returns after ``stop()``,
/// once what was recorded is written or a few seconds have passed, or soon after its task is cancelled.
public final class EventRecorder: Sendable {
    /// The kind and path of events.
    public static let resource = APIResource.events

    private struct State {
        var aggregator: EventAggregator
        var stopsAt: Duration?
    }

    /// How long ``stop()`` lets ``run()`` go on.
    private static let flushLimit = Duration.seconds(5)

    private let client: ClusterClient
    private let environment: RuntimeEnvironment
    private let state: Mutex<State>
    private let wake = WakeSignal()
    private let written: Counter
    private let logger: Logger

    /// Makes a recorder that writes nothing until ``run()``.
    public init(client: ClusterClient, configuration: EventAggregator.Configuration, environment: RuntimeEnvironment) {
        self.client = client
        self.environment = environment
        let aggregator = EventAggregator(configuration: configuration)
        self.state = Mutex(State(aggregator: aggregator))
        self.written = environment.metrics.counter(
            "kube_events_written_total",
            help: "Writes of events that succeeded."
        )
        self.logger = environment.logger
        environment.metrics.gauge(
            "kube_events_dropped",
            help:
                "Events dropped by limits or refused since the start; each reason of an object has a limit of its own."
        ) { [weak self] in
            Double(self?.dropped ?? 0)
        }
    }

    /// How many notes were dropped, by limits or because the server refused them.
    public var dropped: UInt64 { state.withLock { $0.aggregator.dropped } }

    /// Records that something happened to `subject`.
    ///
    /// What is beyond the limits is counted in ``dropped``, and logged once an hour for each reason and object.
    ///
    /// - Parameters:
    ///   - subject: the object people will look at.
    ///   - severity: whether they should worry.
    ///   - reason: why, in UpperCamelCase.
    ///   - action: what was done, in UpperCamelCase; the reason when empty.
    ///   - note: a sentence for people.
    public func record(
        _ subject: EventSubject,
        _ severity: EventNote.Severity = .normal,
        reason: String,
        action: String = "",
        note: String
    ) {
        let note = EventNote(regarding: subject, severity: severity, reason: reason, action: action, note: note)
        let (now, wall) = (environment.time.now, environment.wall())
        let receipt = state.withLock { state -> EventAggregator.Receipt? in
            guard state.stopsAt == nil else { return nil }
            return state.aggregator.record(note, now: now, wall: wall, random: environment.random)
        }
        guard let receipt else { return }
        if receipt == .dropped(isFirst: true) {
            logger.warning(
                "events of this reason are dropped",
                metadata: [
                    "object": "\(subject.kind.kind) \(subject.key)", "state": "\(reason)", "note": "\(note.note)",
                ]
            )
        }
        wake.send()
    }

    /// Writes events until ``stop()`` or cancellation.
    ///
    /// Call it once.
    public func run() async {
        while !Task.isCancelled {
            let now = environment.time.now
            let (step, stopsAt) = state.withLock { state in
                (state.aggregator.next(now: now, isFinal: state.stopsAt != nil), state.stopsAt)
            }
            if let stopsAt, now >= stopsAt { return }
            if let write = step.write {
                let outcome = await perform(write)
                state.withLock {
                    $0.aggregator.finished(write, outcome, now: environment.time.now, random: environment.random)
                }
                continue
            }
            if stopsAt != nil, step.retryAt == nil { return }
            await wake.wait(until: [step.retryAt, stopsAt].compactMap(\.self).min(), on: environment.time)
        }
    }

    /// Refuses further notes and makes ``run()`` return soon.
    public func stop() {
        let deadline = environment.time.now + Self.flushLimit
        state.withLock { $0.stopsAt = $0.stopsAt ?? deadline }
        wake.send()
    }

    private func perform(_ write: EventAggregator.Write) async -> EventAggregator.Outcome {
        do {
            switch write.kind {
            case .create(let event): _ = try await client.create(.events, event)
            case .patch(let key, let patch): _ = try await client.patch(.events, key, .merge(patch))
            }
            written.increment()
            return .done
        } catch {
            logger.debug("event not written", metadata: ["error": "\(error)"])
            return Self.outcome(error, of: write)
        }
    }

    private static func outcome(_ error: KubeError, of write: EventAggregator.Write) -> EventAggregator.Outcome {
        if case .patch = write.kind, error.code == .notFound { return .gone }
        switch error.retryClass {
        case .transient(let after): return .failed(retryAfter: after)
        case .conflict: return error.code == .alreadyExists ? .done : .failed(retryAfter: nil)
        case .waiting: return .failed(retryAfter: nil)
        case .invalid, .terminal: return .refused
        }
    }
}
