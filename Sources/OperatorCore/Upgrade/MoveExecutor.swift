internal import DataTree
package import KubeAPI
package import KubeClient
internal import KubeRuntime
package import Logging
internal import MeshBase
internal import UpgradePlanning

/// What came of moving.
package struct MoveReport: Sendable {
    /// How many writes were done.
    package var done = 0
    /// The objects that somebody else wrote first, or that are gone: the caches will show it.
    package var outdated: [ResourceID] = []
    /// What is to be told of labels that somebody had taken off, or changed, and that are put back.
    package var relabelled: [String] = []
    /// What is to be told of writes that somebody else's change brought about.
    package var notes: [String] = []
    /// The writes the API server refused for good.
    package var failures: [StepFailure] = []
}

/// Carries out moves: patches of namespaces and workloads, which are not the operator's own objects.
///
/// Every patch bears the uid and the resourceVersion of the object as it was read, so that nobody's write is undone unseen. Where nothing
/// but the status of a workload has changed since, as while its pods crash, the patch is sent again for what is there.
package struct MoveExecutor: Sendable {
    /// What writes go through.
    package let client: ClusterClient
    /// Where answers are noted until the caches show them.
    package let ledger: WriteLedger
    /// Counts writes.
    package let metrics: OperatorMetrics
    /// Tells what is written.
    package let logger: Logger

    /// Carries out `writes` in order; a refusal of one does not keep the others from being tried.
    ///
    /// - Parameters:
    ///   - writes: the patches.
    ///   - isCurrent: whether the MeshOperator is still the one the writes were planned for; asked before each write.
    /// - Returns: what was done and what was refused.
    /// - Throws: ``MeshOperatorError`` with code `superseded`; `KubeError` for what time may heal.
    package func perform(_ writes: [UpgradeWrite], isCurrent: @Sendable () -> Bool) async throws -> MoveReport {
        var report = MoveReport()
        for write in writes {
            guard isCurrent() else {
                throw MeshOperatorError(
                    .superseded,
                    "the MeshOperator changed its identity or is gone; its plan is dropped"
                )
            }
            do {
                let result = try await send(write)
                ledger.note(write.resource == .namespaces ? result : MeshProjection.foreignOnly(result))
                metrics.wrote(verb: write.verb, cause: "move")
                logger.debug("moved", metadata: ["object": "\(write.id)", "cause": "\(write.verb)"])
                report.done += 1
                guard let note = write.note else { continue }
                if write.verb == "relabel" { report.relabelled.append(note) } else { report.notes.append(note) }
            } catch {
                metrics.failed(code: error.codeName)
                logger.debug("move failed", metadata: ["object": "\(write.id)", "error": "\(error)"])
                try sort(error, write, into: &report)
            }
        }
        return report
    }

    /// Sends a patch, at most ``PlanExecutor/tries`` times.
    private func send(_ write: UpgradeWrite) async throws(KubeError) -> KubeObject {
        var patch = write.patch
        for _ in 1..<PlanExecutor.tries {
            do throws(KubeError) {
                return try await client.patch(write.resource, write.id.key, .merge(patch))
            } catch {
                guard error.code == .conflict, let base = write.base,
                    let fresh = try await client.find(write.resource, write.id.key),
                    WriteBasis(base, now: fresh, trimming: MeshProjection.foreignOnly) != .changed,
                    RestartableWorkload.isRolledOut(base) == RestartableWorkload.isRolledOut(fresh)
                else { throw error }
                patch.set(fresh.resourceVersion.map { .string($0) }, at: ["metadata", "resourceVersion"])
            }
        }
        return try await client.patch(write.resource, write.id.key, .merge(patch))
    }

    private func sort(_ error: KubeError, _ write: UpgradeWrite, into report: inout MoveReport) throws {
        if error.code == .notFound {
            report.outdated.append(write.id)
            return
        }
        switch error.retryClass {
        case .transient, .waiting: throw error
        case .conflict: report.outdated.append(write.id)
        case .invalid: report.failures.append(StepFailure(id: write.id, error: error))
        case .terminal:
            if error.code == .cancelled { throw error }
            if let transport = error.cause as? TransportError, transport.code == .closed { throw error }
            report.failures.append(StepFailure(id: write.id, error: error))
        }
    }
}
