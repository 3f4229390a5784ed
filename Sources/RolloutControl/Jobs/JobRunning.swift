package import KubeAPI
package import KubeClient

/// Creates and reads Jobs.
package protocol JobRunning: Sendable {
    /// The Job of that key, nil where there is none.
    func find(_ key: ObjectKey) async throws(KubeError) -> KubeObject?
    /// Creates a Job; throws code `alreadyExists` where the name is taken.
    func create(_ job: KubeObject) async throws(KubeError) -> KubeObject
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
}
