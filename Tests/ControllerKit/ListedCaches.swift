package import KubeAPI
package import KubeClient
package import KubeRuntime
internal import Synchronization

/// The caches of a controller, filled by lists when a test says so instead of by watches.
package final class ListedCaches: Sendable {
    private let cluster: TestCluster
    private let writers: [(resource: APIResource, writer: StoreWriter)]
    /// The revision of the cluster that each cache shows, by its place; without one a cache may show anything.
    private let shown = Mutex<[Int: UInt64]>([:])

    /// Takes over some caches.
    ///
    /// - Throws: ``StoreError`` where one has a writer already.
    package init(_ stores: [(resource: APIResource, store: ObjectStore)], of cluster: TestCluster) throws {
        self.cluster = cluster
        writers = try stores.map { ($0.resource, try $0.store.claimWriter()) }
    }

    /// Makes the caches equal to the cluster, or some of them to what `server` shows of it.
    ///
    /// Caches of kinds that are not served become empty; those of which nothing was written since are left as they are.
    package func fill(
        from server: (any HTTPTransport)? = nil,
        where isAsked: (APIResource) -> Bool = { _ in true }
    ) async throws {
        let revision = cluster.revision
        let other = server.map { ClusterClient(transport: $0) }
        for (place, (resource, writer)) in writers.enumerated() {
            let foreign = isAsked(resource) ? other : nil
            let known = shown.withLock { $0[place] }
            if foreign == nil, let known, cluster.lastChange(of: resource) <= known { continue }
            let page = try await Self.page(resource, foreign ?? cluster.admin)
            writer.beginReplacement()
            writer.stage(page.objects)
            writer.commitReplacement(at: ResourceVersion(page.resourceVersion), trust: .replaceAll)
            shown.withLock { $0[place] = foreign == nil ? revision : nil }
        }
    }

    /// All objects of a kind; none where the cluster does not serve it.
    private static func page(_ resource: APIResource, _ client: ClusterClient) async throws -> ObjectPage {
        do {
            return try await client.list(resource)
        } catch {
            guard error.code == .notFound else { throw error }
            return ObjectPage(objects: [], resourceVersion: "1")
        }
    }

    /// Lets a list arrive at the cache of a kind; `trust` says what a list older than the cache does.
    package func receive(_ page: ObjectPage, of resource: APIResource, trust: StoreWriter.Trust = .keepNewer) {
        guard let place = writers.firstIndex(where: { $0.resource == resource }) else { return }
        let writer = writers[place].writer
        shown.withLock { $0[place] = nil }
        writer.beginReplacement()
        writer.stage(page.objects)
        writer.commitReplacement(at: ResourceVersion(page.resourceVersion), trust: trust)
    }
}
