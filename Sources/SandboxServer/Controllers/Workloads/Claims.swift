internal import DataTree
internal import KubeAPI
internal import SandboxStore

extension ControllerContext {
    /// The objects that `owner` controls, after putting right who controls what: those that its selector no longer matches are
    /// let go, and those that it matches and nobody controls are taken on ("Garbage Collection" and "ReplicaSet" in the
    /// Kubernetes documentation).
    ///
    /// - Throws: ``SandboxError`` with `writeConflict` when one changed in between; the next try sees it anew.
    func claim(_ resource: APIResource, for owner: KubeObject) async throws -> [KubeObject] {
        guard let uid = owner.uid, let selector = owner.podSelector, !selector.isEverything else { return [] }
        var claimed: [KubeObject] = []
        for object in try await reader.list(resource, namespace: owner.namespace) {
            if let controller = object.controllerReference {
                guard controller.uid == uid else { continue }
                if owner.isDeleting || selector.matches(object.labels) {
                    claimed.append(object)
                } else {
                    try await setOwners(resource, object, object.ownerReferences.filter { $0.uid != uid })
                }
            } else if !owner.isDeleting, !object.isDeleting, !PodView(object).isFinished,
                selector.matches(object.labels), let reference = owner.ownerReference()
            {
                let owners = object.ownerReferences + [reference]
                if let adopted = try await setOwners(resource, object, owners) { claimed.append(adopted) }
            }
        }
        return claimed
    }

    /// Lets every owner in a namespace claim what is nobody's, where `key` stands for all of them; false for any other key.
    func claimOrphans(_ resource: APIResource, forAll owners: APIResource, _ key: ObjectKey) async throws -> Bool {
        guard key.name == ClusterController.Source.everything else { return false }
        for owner in try await reader.list(owners, namespace: key.namespace) {
            _ = try await claim(resource, for: owner)
        }
        return true
    }

    @discardableResult
    private func setOwners(
        _ resource: APIResource,
        _ object: KubeObject,
        _ owners: [OwnerReference]
    ) async throws -> KubeObject? {
        var wanted = object
        wanted.ownerReferences = owners
        return try await writer.update(resource, wanted)
    }
}
