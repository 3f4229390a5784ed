internal import DataTree
public import KubeAPI
public import KubeClient
internal import Logging
internal import MeshBase

/// The part of a reconcile that is the same for every kind.
///
/// In order: get the object from the store (or as this process last wrote it); when deletion was asked for, clean up and remove
/// the finalizer; when paused, say so; else add the finalizer, run the phases until one fails or stops, and set
/// `status.observedGeneration` if none failed. The status is written last and only if it changed, whether or not a phase
/// failed. When both a phase and the write of the status fail, the error that asks for another try wins, so that a refusal
/// for good is always shown in the status before the object is left alone.
public struct ResourceDriver<Reconciler: ResourceReconciler>: Reconciling {
    private let reconciler: Reconciler
    let store: ObjectStore
    private let client: ClusterClient
    let environment: RuntimeEnvironment
    private let writes = OwnWrites()
    let statuses = StatusWatch()

    /// Makes a driver that reads from `store` and writes through `client`.
    public init(_ reconciler: Reconciler, store: ObjectStore, client: ClusterClient, environment: RuntimeEnvironment) {
        self.reconciler = reconciler
        self.store = store
        self.client = client
        self.environment = environment
    }

    /// Reconciles the object under `key`.
    public func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let object = writes.latest(key, cached: store.object(key)) else {
            reconciler.forget(key)
            return .done
        }
        switch (reconciler.pause(object), object.isDeleting) {
        case (.paused, _), (.pausedUnlessDeleting, false): return try await hold(object)
        case (_, true): return try await cleanUp(object)
        case (.running, false): return try await build(object)
        }
    }

    // MARK: The three ways

    private func hold(_ object: KubeObject) async throws -> ReconcileOutcome {
        var scope = scope(object)
        reconciler.reportPause(&scope)
        try await writeStatus(scope)
        return .done
    }

    private func cleanUp(_ object: KubeObject) async throws -> ReconcileOutcome {
        guard let finalizer = reconciler.finalizer, object.finalizers.contains(finalizer) else { return .done }
        var scope = scope(object)
        let outcome: FinalizeOutcome
        do {
            outcome = try await reconciler.finalize(&scope)
        } catch {
            try await fail(error, in: "Finalize", &scope)
        }
        switch outcome {
        case .released:
            guard let patch = object.patchRemovingFinalizer(finalizer) else { return .done }
            do {
                try await ignoringAbsence { try await write(patch, of: object) }
            } catch {
                try await fail(error, in: "Finalizer", &scope)
            }
            return .done
        case .waiting(let delay):
            try await writeStatus(scope)
            return .requeue(after: delay)
        }
    }

    private func build(_ object: KubeObject) async throws -> ReconcileOutcome {
        var object = object
        if let finalizer = reconciler.finalizer, let patch = object.patchAddingFinalizer(finalizer) {
            do {
                object = try await write(patch, of: object)
            } catch {
                var scope = scope(object)
                try await fail(error, in: "Finalizer", &scope)
            }
        }
        var scope = scope(object)
        var outcome = ReconcileOutcome.done
        for phase in reconciler.phases {
            let result: PhaseOutcome
            do {
                result = try await phase.run(&scope)
            } catch {
                try await fail(error, in: phase.name, &scope)
            }
            switch result {
            case .proceed:
                continue
            case .proceedAndRecheck(let delay):
                outcome = outcome.merged(with: .requeue(after: delay))
                continue
            case .stop(let delay):
                if let delay { outcome = outcome.merged(with: .requeue(after: delay)) }
            }
            break
        }
        if let generation = object.generation { scope.status["observedGeneration"] = .integer(generation) }
        try await writeStatus(scope)
        return outcome
    }

    // MARK: Failures

    /// Reports `error` in the status, and throws it, or the failure to report it where that is the one to retry.
    private func fail(_ error: any Error, in phase: String, _ scope: inout ReconcileScope<Reconciler.Work>) async throws
        -> Never
    {
        if error is CancellationError || Task.isCancelled { throw error }
        reconciler.reportFailure(error, in: phase, &scope)
        do {
            try await writeStatus(scope)
        } catch let statusError {
            environment.logger.debug(
                "status not written",
                metadata: ["key": "\(scope.object.key)", "error": "\(statusError)", "phase": "\(phase)"]
            )
            if Self.isFinal(error), !Self.isFinal(statusError) { throw statusError }
        }
        throw error
    }

    private static func isFinal(_ error: any Error) -> Bool {
        switch (error as? any CodedError)?.retryClass {
        case .invalid, .terminal: true
        case .transient, .conflict, .waiting, nil: false
        }
    }

    // MARK: Writes

    private func scope(_ object: KubeObject) -> ReconcileScope<Reconciler.Work> {
        ReconcileScope(object: object, now: environment.wall(), work: reconciler.begin(object))
    }

    private func writeStatus(_ scope: ReconcileScope<Reconciler.Work>) async throws {
        guard !scope.holdsStatus, let patch = scope.statusPatch else { return }
        try await ignoringAbsence {
            statuses.expect(scope.status, of: scope.object.key)
            let written = try await client.patchStatus(reconciler.resource, scope.object.key, .merge(patch))
            statuses.note(written)
            writes.remember(written)
            reconciler.noteWritten(written)
        }
    }

    @discardableResult
    private func write(_ patch: Tree, of object: KubeObject) async throws(KubeError) -> KubeObject {
        let written = try await client.patch(reconciler.resource, object.key, .merge(patch))
        writes.remember(written)
        reconciler.noteWritten(written)
        return written
    }

    /// An object that is gone needs neither status nor finalizer.
    private func ignoringAbsence(_ write: () async throws -> Void) async throws {
        do {
            try await write()
        } catch let error as KubeError where error.code == .notFound {
            return
        }
    }
}
