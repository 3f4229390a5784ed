internal import DataTree
internal import KubeAPI
package import KubeClient
internal import MeshAPI
internal import UpgradePlanning

/// Finds rollouts in a cluster.
package struct RolloutDirectory: Sendable {
    /// Calls the cluster.
    package let client: ClusterClient
    /// Where MeshRollouts are looked for.
    package let namespace: String

    /// Makes a directory.
    package init(client: ClusterClient, namespace: String) {
        self.client = client
        self.namespace = namespace
    }

    /// The rollout of a name; a name alone must be that of one MeshOperator or one MeshRollout of the namespace.
    ///
    /// Throws ``CommandError`` that says what else there is.
    package func find(_ reference: RolloutReference) async throws(CommandError) -> RolloutSubject {
        var found: [RolloutSubject] = []
        var trouble: KubeError?
        for kind in RolloutKind.allCases where reference.kind == nil || reference.kind == kind {
            do {
                found +=
                    try await client.find(kind.resource, key(kind, reference.name)).flatMap(RolloutSubject.init).map {
                        [$0]
                    } ?? []
            } catch {
                trouble = error
            }
        }
        if found.count == 1, let only = found.first { return only }
        guard found.isEmpty else {
            throw CommandError(
                .notFound,
                "\(reference.name) is both a MeshOperator and a MeshRollout of namespace \(namespace); "
                    + "write mop/\(reference.name) or mro/\(reference.name)"
            )
        }
        if let trouble { throw CommandError(cluster: trouble) }
        let places =
            switch reference.kind {
            case .meshOperator?: "no MeshOperator \(reference.name)"
            case .meshRollout?: "no MeshRollout \(reference.name) in namespace \(namespace)"
            case nil: "no MeshOperator \(reference.name), and no MeshRollout of that name in namespace \(namespace)"
            }
        throw CommandError(
            .notFound,
            "\(places); `meshctl rollout list -A` shows those there are, -n names the namespace"
        )
    }

    /// The same rollout as it is now.
    ///
    /// Throws ``CommandError`` where it is gone, or the cluster cannot be asked.
    func find(_ subject: RolloutSubject) async throws(CommandError) -> RolloutSubject {
        do {
            let object = try await client.find(subject.kind.resource, subject.object.key)
            if let found = object.flatMap({ RolloutSubject($0) }) { return found }
        } catch {
            throw CommandError(cluster: error)
        }
        throw CommandError(.notFound, "\(subject.title) is not there any more")
    }

    /// The rollout with what `undo` goes by besides: which version the last hop of a mesh came from.
    ///
    /// Throws ``CommandError`` where the cluster cannot be asked.
    func withOrigin(_ subject: RolloutSubject) async throws(CommandError) -> RolloutSubject {
        let status = subject.meshStatus
        guard subject.kind == .meshOperator, let revision = status.revision, status.version == status.targetVersion
        else { return subject }
        let namespace = subject.object.tree.value(at: "spec", "namespace")?.string ?? MeshNames.defaultNamespace
        let name = revision == "default" ? "istiod" : "istiod-\(revision)"
        var result = subject
        do {
            let istiod = try await client.find(.deployments, ObjectKey(namespace: namespace, name: name))
            result.left = istiod?.annotation(HopSituation.leftAnnotation)
        } catch {
            throw CommandError(cluster: error)
        }
        return result
    }

    /// Where an object of a kind is.
    func key(_ kind: RolloutKind, _ name: String) -> ObjectKey {
        ObjectKey(namespace: kind == .meshRollout ? namespace : nil, name: name)
    }

    /// All MeshOperators, and the MeshRollouts of the namespace or of all of them, in order of kind and name.
    ///
    /// Kinds the cluster does not have count as none; throws ``CommandError`` where it cannot be asked.
    package func all(everywhere: Bool) async throws(CommandError) -> [RolloutSubject] {
        var found: [RolloutSubject] = []
        for kind in RolloutKind.allCases {
            let isWhole = everywhere || kind == .meshOperator
            let selection = isWhole ? Selection.everything : .namespace(namespace)
            do {
                let objects = try await client.list(kind.resource, selection).objects
                found += objects.sorted { $0.key < $1.key }.compactMap { RolloutSubject($0) }
            } catch  where error.code == .notFound {
                continue
            } catch {
                throw CommandError(cluster: error)
            }
        }
        return found
    }
}
