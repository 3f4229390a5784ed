internal import KubeAPI

/// Answers watches.
struct WatchHandler: Sendable {
    let context: ServerContext

    /// Streams changes, each as one line of JSON, from the revision asked for.
    func watch(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let parameters = try ListParameters(scope.request, isWatch: true)
        let filter = try ObjectFilter(scope, parameters)
        let plan = try await begin(scope, parameters, filter)
        let feed = WatchFeed(
            presenter: presenter,
            filter: filter,
            parameters: parameters,
            plan: plan,
            configuration: context.configuration
        )
        return APIResponse(
            status: 200,
            headers: [HeaderField("Content-Type", "application/json")],
            body: .stream(ByteStream { await feed.next() })
        )
    }

    private func begin(_ scope: RequestScope, _ parameters: ListParameters, _ filter: ObjectFilter)
        async throws(APIFault) -> WatchPlan
    {
        let resource = scope.resource.collection
        let asked = parameters.revision ?? 0
        let sendsState = parameters.sendsInitialEvents ?? (asked == 0)
        guard sendsState else {
            let oldest = context.storage.oldestWatch(of: resource)
            let watch = StorageWatch(context.storage, resource, after: asked == 0 ? nil : asked)
            var plan = WatchPlan(watch: watch)
            if asked > 0, asked < oldest { plan.refusal = Self.tooOld(asked, oldest: oldest) }
            return plan
        }
        let current = context.storage.revision
        if asked > current { throw .tooLargeRevision(asked, current: current) }
        let slice: StorageSlice
        do throws(StorageError) {
            slice = try await context.storage.list(resource, namespace: filter.namespace)
        } catch {
            throw APIFault(error, scope.resource, "")
        }
        var plan = WatchPlan(watch: StorageWatch(context.storage, resource, after: slice.revision))
        plan.initial = slice.objects
        plan.endsInitial = parameters.sendsInitialEvents == true && parameters.allowsBookmarks
        plan.initialRevision = slice.revision
        return plan
    }

    static func tooOld(_ asked: UInt64, oldest: UInt64) -> APIFault {
        .expired("too old resource version: \(asked) (\(oldest))")
    }
}
