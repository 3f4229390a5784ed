internal import DataTree
internal import KubeAPI

/// Answers get and list.
struct ObjectReader: Sendable {
    let context: ServerContext

    /// One object.
    func get(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let key = scope.key()
        if let text = scope.request.parameter("resourceVersion"), UInt64(text) == nil { throw .invalidRevision(text) }
        guard let object = try await context.read(scope.resource, key) else {
            throw .notFound(scope.resource.groupResource, key.name)
        }
        return presenter.object(try await context.served(object.tree, scope.resource))
    }

    /// The objects of a collection, page by page if so asked.
    func list(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let parameters = try ListParameters(scope.request, isWatch: false)
        let filter = try ObjectFilter(scope, parameters)
        let page = try await self.page(scope, parameters, filter)
        return presenter.list(page)
    }

    /// Reads the page that the parameters ask for.
    func page(_ scope: RequestScope, _ parameters: ListParameters, _ filter: ObjectFilter) async throws(APIFault)
        -> ListPage
    {
        let position = try Self.position(parameters)
        let slice: StorageSlice
        do throws(StorageError) {
            slice = try await context.storage.list(
                scope.resource.collection,
                namespace: filter.namespace,
                after: position.after,
                at: position.revision
            )
        } catch {
            throw await refusal(error, scope, parameters, position)
        }
        if parameters.match != .exact, let asked = parameters.revision, asked > slice.revision {
            throw .tooLargeRevision(asked, current: slice.revision)
        }
        var converted: [Tree]?
        if scope.resource.isConvertedByWebhook {
            converted = try await context.served(slice.objects.map(\.tree), scope.resource)
        }
        return Self.cut(slice, parameters, filter) { converted?[$0] ?? scope.resource.served(slice.objects[$0].tree) }
    }

    private func refusal(
        _ error: StorageError,
        _ scope: RequestScope,
        _ parameters: ListParameters,
        _ position: ListToken
    ) async -> APIFault {
        let current = context.storage.revision
        switch error.code {
        case .future: return .tooLargeRevision(position.revision ?? 0, current: current)
        case .compacted where parameters.token != nil:
            var fault = APIFault.expired(ListToken.expiredText)
            // The token given back reads on from the same place in the present state.
            fault.status.continueToken = ListToken(revision: nil, after: position.after).text
            return fault
        case .compacted: return .expired("The resourceVersion for the provided list is too old.")
        default: return .internalError(error.message)
        }
    }

    private static func position(_ parameters: ListParameters) throws(APIFault) -> ListToken {
        if let token = parameters.token {
            guard let position = ListToken(text: token) else {
                throw .badRequest("continue key is not valid: unable to decode the token")
            }
            if let revision = parameters.revision, revision != 0 {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            return position
        }
        // A limited list at a revision is exact, unless it says otherwise.
        let isExact =
            parameters.match == .exact
            || (parameters.match == nil && parameters.limit > 0 && (parameters.revision ?? 0) > 0)
        return ListToken(revision: isExact ? parameters.revision : nil, after: nil)
    }

    private static func cut(
        _ slice: StorageSlice,
        _ parameters: ListParameters,
        _ filter: ObjectFilter,
        _ served: (Int) -> Tree
    ) -> ListPage {
        var page = ListPage(revision: slice.revision)
        for (index, object) in slice.objects.enumerated() {
            let tree = served(index)
            guard filter.matches(tree) else { continue }
            if parameters.limit > 0, page.items.count == parameters.limit {
                let last = page.last ?? ""
                page.token = ListToken(revision: slice.revision, after: last).text
                if filter.isEverything { page.remaining = slice.objects.count - index }
                break
            }
            page.items.append(tree)
            page.last = ObjectCollection.path(of: object.key)
        }
        return page
    }
}
