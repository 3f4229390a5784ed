package import KubeAPI
package import KubeClient
internal import MeshAPI

/// Creates and reads Jobs.
package protocol JobRunning: Sendable {
    /// The Job of that key, nil where there is none.
    func find(_ key: ObjectKey) async throws(KubeError) -> KubeObject?
    /// Creates a Job; throws code `alreadyExists` where the name is taken.
    func create(_ job: KubeObject) async throws(KubeError) -> KubeObject
    /// The Jobs of a namespace that the operator made.
    func made(in namespace: String) async throws(KubeError) -> [KubeObject]
    /// Deletes a Job with its pods; one that is gone is no error.
    func end(_ job: KubeObject) async throws(KubeError)
}

/// Jobs of a cluster.
package struct ClusterJobs: JobRunning {
    private let client: ClusterClient

    /// Makes a runner.
    package init(_ client: ClusterClient) {
        self.client = client
    }

    package func find(_ key: ObjectKey) async throws(KubeError) -> KubeObject? { try await client.find(.jobs, key) }

    package func create(_ job: KubeObject) async throws(KubeError) -> KubeObject {
        try await client.create(.jobs, job)
    }

    package func made(in namespace: String) async throws(KubeError) -> [KubeObject] {
        let label = LabelRequirement(
            key: MeshNames.Label.managedBy,
            operation: .isIn,
            values: [MeshNames.Label.managedByValue]
        )
        var selection = Selection.namespace(namespace)
        selection.labels = LabelSelector([label])
        return try await client.list(.jobs, selection).objects
    }

    package func end(_ job: KubeObject) async throws(KubeError) {
        do {
            _ = try await client.delete(.jobs, job.key, DeleteOptions(propagation: .background, uid: job.uid))
        } catch  where error.code == .notFound || error.code == .conflict {
            return
        }
    }
}
