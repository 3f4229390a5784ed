internal import DataTree
internal import FieldOwnership
package import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshAPI

/// Not acting on the past: caches, and reads, may come from an API server that is behind the others; writes never do.
extension MeshOperatorReconciler {
    /// Takes note of the MeshOperator as the API server answered a write.
    package func noteWritten(_ object: KubeObject) {
        memories.update(object) { $0.confirmedVersion = object.resourceVersion }
    }

    /// Makes sure that the MeshOperator is as it was read, once for each of its versions, before anything is written for it.
    ///
    /// After a start the caches may show a MeshOperator that has since been changed, removed or made anew. A write that
    /// changes nothing and is not carried out, based on what was read, tells: unlike reads it is always held against
    /// the newest state. After a write of the finalizer or the status nothing needs to be asked.
    ///
    /// - Parameters:
    ///   - object: the MeshOperator as it was read.
    ///   - anew: whether to ask although this version was asked about before: somebody may have written another since.
    /// - Throws: ``MeshOperatorError`` with code `superseded` when it is another one by now; `KubeError` when it cannot be told.
    func confirmIsCurrent(_ object: KubeObject, anew: Bool = false) async throws {
        guard let version = object.resourceVersion, let uid = object.uid,
            anew || memories.of(object).confirmedVersion != version
        else { return }
        let identity: Tree = ["metadata": ["uid": .string(uid), "resourceVersion": .string(version)]]
        do {
            try await ask(object.key, identity)
        } catch let error as KubeError where error.code == .conflict || error.code == .notFound {
            throw MeshOperatorError(
                .superseded,
                "MeshOperator \(object.name) is no longer as the cache shows it; waiting for the cache",
                cause: error
            )
        }
        memories.update(object) { $0.confirmedVersion = version }
    }

    private func ask(_ key: ObjectKey, _ identity: Tree) async throws {
        _ = try await parts.client.patch(MeshNames.resource, key, .merge(identity), WriteOptions(isDryRun: true))
    }

    /// Asks the API server for objects of a mesh that the caches no longer show, before the MeshOperator is let go.
    ///
    /// A kind that is not served any more has no objects; one that may not be read is noted as a failure.
    ///
    /// - Returns: whether there are any; they are noted for the next plan.
    /// - Throws: ``MeshOperatorError`` with code `staleAnswer` when the answer is older than the MeshOperator itself.
    func findLeftovers(_ run: inout MeshRun) async throws -> Bool {
        let planner = MeshPlanner(
            observation: observe(run),
            history: memories.of(run.object).history,
            now: environment.wall()
        )
        var found = false
        for kind in OwnedKind.all where kind.removal != .never {
            do {
                for left in try await objects(kind.resource, of: run.object) {
                    guard !left.isDeleting, planner.removes(left, for: run.intent) else { continue }
                    environment.logger.warning(
                        "object overlooked by the cache",
                        metadata: ["meshoperator": "\(run.object.name)", "object": "\(ResourceID(left))"]
                    )
                    ledger.confirm(left, now: environment.time.now)
                    found = true
                }
            } catch let error as KubeError {
                let type = kind.resource.kind
                let id = ResourceID(group: type.group, kind: type.kind, key: ObjectKey(name: "*"))
                switch error.code {
                case .notFound: break
                case .forbidden: run.failures.append(StepFailure(id: id, error: error, verb: "list"))
                default: throw error
                }
            }
        }
        return found
    }

    private func objects(_ resource: APIResource, of object: KubeObject) async throws -> [KubeObject] {
        let selection = Selection(labels: LabelSelector(matching: [MeshNames.Label.owner: object.name]))
        let page = try await parts.client.list(resource, selection)
        let listed = ResourceVersion(page.resourceVersion)
        if let version = object.resourceVersion, listed.isOlder(than: ResourceVersion(version)) {
            throw MeshOperatorError(
                .staleAnswer,
                "the API server shows \(resource.plural) as they were before \(object.name) was deleted"
            )
        }
        return page.objects
    }
}
