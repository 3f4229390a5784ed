internal import DataTree
internal import FieldOwnership
package import KubeAPI
package import KubeClient
internal import KubeRuntime
package import Logging
internal import MeshBase

/// A write that the API server refused for good, or that somebody else's claim stands against.
package struct StepFailure: Sendable, Hashable {
    /// The object.
    package let id: ResourceID
    /// Why.
    package let error: KubeError
    /// What was refused, as permissions name it.
    package var verb = "patch"

    /// The fields and managers named in a conflict of server-side apply; empty for other failures.
    package var fieldConflicts: [String] {
        (error.status?.details?.causes ?? []).filter { $0.reason == "FieldManagerConflict" }
            .map { "\($0.field) (\($0.message))" }
    }

    /// Whether the API server, or admission, does not take the object as it is: only an edit helps.
    package var isRefusal: Bool { error.code != .forbidden && fieldConflicts.isEmpty }

    /// Whether nothing comes of it before somebody edits something: refused, or forbidden other than in a namespace that is going away.
    package var isBlocking: Bool { error.code == .forbidden ? Denial(error) != .terminating : isRefusal }

    /// The first field the API server complains about; nil where it names none.
    package var field: String? {
        (error.status?.details?.causes ?? []).map(\.field).first { !$0.isEmpty && $0 != "<nil>" } ?? undeclaredField
    }

    /// The field of a server-side apply that the schema of the kind lacks, which is answered like a fault of the server: with 500, "failed
    /// to create typed patch object (NAMESPACE/NAME; VERSION, Kind=KIND): .FIELD: field not declared in schema".
    package var undeclaredField: String? {
        let words = error.status?.message ?? error.message
        guard error.code == .serverFailure, words.contains("failed to create typed patch object"),
            let end = words.firstRange(of: ": field not declared in schema")?.lowerBound,
            let start = words[..<end].ranges(of: ": .").last?.upperBound
        else { return nil }
        return String(words[start..<end])
    }

    /// Compares without the cause.
    package static func == (left: StepFailure, right: StepFailure) -> Bool {
        left.id == right.id && left.error == right.error
    }

    /// Hashes the object's name.
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// What came of the writes of a plan.
package struct ExecutionReport: Sendable {
    /// The writes that were done.
    package var done: [MeshStep] = []
    /// The writes that were refused.
    package var failures: [StepFailure] = []
    /// The objects somebody else wrote first; they were read anew.
    package var outdated: [ResourceID] = []
    /// The objects whose status changed before each try, or changed what they are good for; nobody else wants anything of them.
    package var overtaken: [ResourceID] = []
    /// Our values that the API server answered with others.
    package var accepted: [ResourceID: AcceptedValues] = [:]
    /// The first failure of one object alone that time may heal, such as a webhook that does not answer: to be thrown once the others
    /// are written.
    package var delayed: KubeError?
}

/// Carries out the writes of a plan, one after another.
package struct PlanExecutor: Sendable {
    /// What writes go through.
    package let client: ClusterClient
    /// Where answers are noted.
    package let ledger: WriteLedger
    /// Counts writes.
    package let metrics: OperatorMetrics
    /// Tells what is written.
    package let logger: Logger
    /// The time.
    package var now: @Sendable () -> Duration = { .zero }

    /// How often a write is tried that nothing but changes of status come before.
    package static let tries = 8

    /// Carries out `steps`; throws when trying the rest is of no use before a wait.
    ///
    /// A refusal of one object does not keep the others from being written. Where nothing but the status of an object has changed
    /// since it was looked at, its write is sent again for what is there, at most ``tries`` times.
    ///
    /// - Parameters:
    ///   - steps: the writes.
    ///   - isCurrent: whether the MeshOperator is still the one the plan was made for; asked before each write.
    /// - Returns: what was done and what was refused.
    /// - Throws: ``MeshOperatorError`` with code `superseded`; `KubeError` for what time may heal.
    package func perform(_ steps: [MeshStep], isCurrent: @Sendable () -> Bool) async throws -> ExecutionReport {
        var report = ExecutionReport()
        for step in steps {
            var due: MeshStep? = step
            for number in 1...Self.tries {
                guard let present = due else { break }
                guard isCurrent() else {
                    throw MeshOperatorError(
                        .superseded,
                        "the MeshOperator changed its identity or is gone; its plan is dropped"
                    )
                }
                due = nil
                do {
                    try await perform(present, &report)
                    report.done.append(present)
                } catch let error as KubeError {
                    due = try await handle(error, of: present, &report, isLast: number == Self.tries)
                }
            }
        }
        return report
    }

    private func perform(_ step: MeshStep, _ report: inout ExecutionReport) async throws {
        switch step {
        case .apply(let write):
            let id = ResourceID(write.object)
            let object = try await afterTakeover(write, id)
            let result = try await client.apply(try resource(of: id), object, force: write.takesFields)
            ledger.note(result)
            let accepted = AcceptedValues(sent: write.object, result: result, manager: MeshPlanner.manager)
            report.accepted[id] = accepted
            metrics.wrote(verb: "apply", cause: write.cause.rawValue)
            logger.debug(
                "object applied",
                metadata: ["object": "\(id)", "cause": "\(write.cause.rawValue)", "forced": "\(write.takesFields)"]
            )
        case .delete(let object):
            let id = ResourceID(object)
            let options = DeleteOptions(
                propagation: .background,
                uid: object.uid,
                resourceVersion: object.resourceVersion
            )
            do {
                switch try await client.delete(try resource(of: id), id.key, options) {
                case .done: ledger.noteAbsence(id, uid: object.uid, version: object.resourceVersion)
                case .pending(let rest): ledger.note(rest)
                }
            } catch let error as KubeError where error.code == .notFound {
                ledger.noteAbsence(id, uid: object.uid, version: object.resourceVersion)
            }
            metrics.wrote(verb: "delete", cause: "remove")
            logger.debug("object deleted", metadata: ["object": "\(id)"])
        }
    }

    /// What is to be applied, once fields that exclude ours were taken over where that is needed.
    private func afterTakeover(_ write: ObjectDecision.Write, _ id: ResourceID) async throws -> KubeObject {
        guard let takeover = write.takeover else { return write.object }
        let taken = try await client.patch(try resource(of: id), id.key, .merge(takeover))
        ledger.note(taken)
        metrics.wrote(verb: "patch", cause: "takeover")
        logger.debug("fields taken over that exclude ours", metadata: ["object": "\(id)"])
        var object = write.object
        object.resourceVersion = taken.resourceVersion
        return object
    }

    /// Sorts a failure in; gives the write to send instead, nil where the next plan has to decide anew.
    private func handle(
        _ error: KubeError,
        of step: MeshStep,
        _ report: inout ExecutionReport,
        isLast: Bool
    ) async throws -> MeshStep? {
        let id = step.id
        metrics.failed(code: error.codeName)
        logger.debug("write failed", metadata: ["object": "\(id)", "error": "\(error)"])
        let failure = StepFailure(id: id, error: error, verb: step.verb)
        switch error.retryClass {
        case .transient where failure.undeclaredField != nil: report.failures.append(failure)
        case .transient where error.code == .serverFailure:
            // An answer about this object, a webhook's failure most of the time; it says nothing of the others, unless nothing works.
            if report.delayed != nil, report.done.isEmpty { throw error.naming(id) }
            report.delayed = report.delayed ?? error.naming(id)
        case .transient, .waiting: throw error.naming(id)
        case .conflict where failure.fieldConflicts.isEmpty || step.isCreation:
            do {
                let fresh = try await refresh(step)
                switch step.basis(now: fresh) {
                case .same where !isLast: return fresh.map { step.based(on: $0) }
                case .same, .judged: report.overtaken.append(id)
                case .changed: report.outdated.append(id)
                }
            } catch let refusal as KubeError where refusal.code == .forbidden {
                report.failures.append(StepFailure(id: id, error: refusal, verb: "get"))
            }
        case .conflict, .invalid: report.failures.append(failure)
        case .terminal:
            if error.code == .cancelled { throw error }
            if let transport = error.cause as? TransportError, transport.code == .closed { throw error }
            report.failures.append(failure)
        }
        return nil
    }

    /// Reads objects that the caches lack although they were there: a watch that lost an event must not look like a deletion.
    ///
    /// - Parameters:
    ///   - ids: the objects.
    ///   - now: the time.
    /// - Returns: those that are there all the same; one that may not be read is left to the write, which cannot make it twice.
    /// - Throws: `KubeError` when one cannot be read.
    package func confirm(_ ids: [ResourceID], now: Duration) async throws -> [ResourceID] {
        var present: [ResourceID] = []
        for id in ids {
            let found: KubeObject?
            do {
                found = try await client.find(try resource(of: id), id.key)
            } catch let refusal as KubeError where refusal.code == .forbidden {
                continue
            }
            guard let object = found else { continue }
            ledger.confirm(object, now: now)
            present.append(id)
        }
        return present
    }

    /// Reads objects past the caches that seem to be others', so that no stale cache speaks for them.
    ///
    /// - Parameter seen: the objects as they were seen.
    /// - Returns: those that are not as they were seen; what they are now, or that they are gone, is noted.
    /// - Throws: `KubeError` when one cannot be read; one that may not be read counts as seen.
    package func reread(_ seen: [KubeObject]) async throws -> Set<ResourceID> {
        var changed: Set<ResourceID> = []
        for object in seen {
            let id = ResourceID(object)
            let fresh: KubeObject?
            do {
                fresh = try await client.find(try resource(of: id), id.key)
            } catch let refusal as KubeError where refusal.code == .forbidden {
                continue
            }
            guard fresh?.uid != object.uid || fresh?.resourceVersion != object.resourceVersion else { continue }
            changed.insert(id)
            if let fresh {
                note(fresh, id)
            } else {
                ledger.noteAbsence(id, uid: object.uid, version: object.resourceVersion)
            }
        }
        return changed
    }

    private func note(_ fresh: KubeObject, _ id: ResourceID) {
        // A cache of our own objects only never shows what stood in the way.
        let isHidden = OwnedKind.of(id)?.isWatchedByLabel == true
        if isHidden { ledger.confirm(fresh, now: now()) } else { ledger.note(fresh) }
    }

    /// Reads an object past the cache, so that the next plan sees what stood in the way; nil where there is none.
    private func refresh(_ step: MeshStep) async throws -> KubeObject? {
        let id = step.id
        guard let fresh = try await client.find(try resource(of: id), id.key) else {
            ledger.noteAbsence(id, uid: nil, version: step.version)
            return nil
        }
        note(fresh, id)
        return fresh
    }

    private func resource(of id: ResourceID) throws -> APIResource {
        guard let kind = OwnedKind.of(id) else {
            throw MeshOperatorError(
                .unknownKind,
                "\(id) is of a kind this operator does not apply; remove it from the overlays"
            )
        }
        return kind.resource
    }
}

extension MeshStep {
    /// The version of the object that the write is based on, nil for a new object.
    var version: String? {
        switch self {
        case .apply(let write): write.object.resourceVersion
        case .delete(let object): object.resourceVersion
        }
    }

    /// What the write was decided from, held against what is there now.
    func basis(now fresh: KubeObject?) -> WriteBasis {
        let seen: KubeObject? =
            switch self {
            case .apply(let write): write.base
            case .delete(let object): object
            }
        guard let seen, let fresh else { return .changed }
        return WriteBasis(seen, now: fresh, trimming: MeshProjection.owned)
    }

    /// The same write for another version of the object.
    func based(on fresh: KubeObject) -> MeshStep {
        switch self {
        case .apply(let write): .apply(write.based(on: fresh))
        case .delete: .delete(fresh)
        }
    }

    /// What the write needs, as permissions name it.
    var verb: String {
        switch self {
        case .apply: isCreation ? "create and patch" : "patch"
        case .delete: "delete"
        }
    }

    /// Whether an object is made that must not be there yet.
    var isCreation: Bool {
        if case .apply(let write) = self { write.cause == .create } else { false }
    }

    /// The object written.
    var id: ResourceID {
        switch self {
        case .apply(let write): ResourceID(write.object)
        case .delete(let object): ResourceID(object)
        }
    }
}

extension KubeError {
    /// The same error, its message beginning with the object that was to be written and the API server's own words.
    fileprivate func naming(_ id: ResourceID) -> KubeError {
        KubeError(
            code,
            "\(id) is not written: \(status?.message ?? message)",
            status: status,
            retryAfter: retryAfter,
            cause: cause
        )
    }
}
