internal import DataTree
internal import KubeAPI

/// What the API server itself does once something was written.
struct Reactions: Sendable {
    let context: ServerContext

    /// Follows up on a write: definitions of custom resources take effect, and go once their objects are gone.
    func written(_ resource: ServedResource, _ change: StorageChange) async {
        if resource.collection == CustomDefinitions.collection {
            await definitionChanged(change)
        } else if case .custom(let version) = resource.origin, change.after == nil {
            await finishCleanup(of: version.definition)
        }
    }

    /// Takes up what a crash cut off: definitions not yet accepted, and those whose objects were still to go.
    func resume() async {
        for object in context.storage.peek(CustomDefinitions.collection) {
            await settle(object)
        }
    }

    private func definitionChanged(_ change: StorageChange) async {
        let definitions = CustomDefinitions(context: context)
        guard let after = change.after else {
            definitions.removed(change.key.name, at: change.revision)
            return
        }
        await settle(after)
    }

    private func settle(_ definition: StoredObject) async {
        await CustomDefinitions(context: context).written(definition)
        guard KubeObject(definition.tree).isDeleting else { return }
        await deleteObjects(of: definition.tree)
        await finishCleanup(of: definition.key.name)
    }

    /// Deletes every object of a definition that is going away.
    private func deleteObjects(of definition: Tree) async {
        let router = ResourceRouter(context: context)
        guard let resource = CustomDefinitions.resources(of: definition).first else { return }
        for object in context.storage.peek(resource.collection) {
            let path = Self.path(resource, object.key)
            let request = APIRequest(method: "DELETE", path: path)
            guard let info = RequestInfo(request) else { continue }
            let scope = RequestScope(request: request, info: info, resource: resource, warnings: WarningSink())
            // An object that cannot be deleted now keeps the definition until it is.
            _ = try? await router.handle(scope)
        }
    }

    static func path(_ resource: ServedResource, _ key: ObjectKey) -> String {
        let root = resource.kind.group.isEmpty ? "/api" : "/apis/\(resource.kind.group)"
        let place = key.namespace.map { "/namespaces/\($0)" } ?? ""
        return "\(root)/\(resource.kind.version)\(place)/\(resource.api.plural)/\(key.name)"
    }

    /// Lets a definition go whose objects are gone.
    private func finishCleanup(of name: String) async {
        let key = ObjectKey(name: name)
        guard let stored = try? await context.storage.get(CustomDefinitions.collection, key).object,
            KubeObject(stored.tree).isDeleting,
            let resource = CustomDefinitions.resources(of: stored.tree).first,
            context.storage.count(resource.collection) == 0
        else { return }
        var object = KubeObject(stored.tree)
        object.finalizers.removeAll { $0 == CustomDefinitions.cleanupFinalizer }
        let isGone = ObjectStrategy.isReadyToVanish(object.tree)
        let write = StorageWrite(
            CustomDefinitions.collection,
            key,
            if: .revision(stored.revision),
            isGone ? .remove : .put(object.tree)
        )
        guard let change = try? await context.storage.write(write), isGone else { return }
        CustomDefinitions(context: context).removed(name, at: change.revision)
    }
}
