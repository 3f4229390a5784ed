internal import DataTree
internal import KubeAPI

/// Leads a write through the built-in admission and the injected plugins.
struct AdmissionChain: Sendable {
    let context: ServerContext
    let scope: RequestScope
    let parameters: WriteParameters

    /// The object as the plugins change it; what webhooks leave undefined takes its defaults again.
    func mutate(_ operation: AdmissionAttributes.Operation, _ object: Tree, old: Tree?) async throws(APIFault) -> Tree {
        let attributes = attributes(operation, object, old)
        try await NamespaceLifecycle(context: context).check(attributes, scope.resource)
        var result: Tree? = object
        for plugin in context.configuration.hooks.admission { try await plugin.mutate(attributes, &result) }
        guard var admitted = result else { return object }
        if admitted != object { scope.resource.schema.complete(&admitted) }
        return admitted
    }

    /// Asks every plugin whether the object may be kept; deletions have none.
    func validate(_ operation: AdmissionAttributes.Operation, _ object: Tree?, old: Tree?) async throws(APIFault) {
        let attributes = attributes(operation, object, old)
        if operation == .delete { try await NamespaceLifecycle(context: context).check(attributes, scope.resource) }
        for plugin in context.configuration.hooks.admission { try await plugin.validate(attributes, object) }
    }

    /// Lets plugins see a deletion before it happens.
    func admitDelete(_ old: Tree) async throws(APIFault) {
        let attributes = attributes(.delete, nil, old)
        var nothing: Tree?
        for plugin in context.configuration.hooks.admission { try await plugin.mutate(attributes, &nothing) }
        try await validate(.delete, nil, old: old)
    }

    private func attributes(_ operation: AdmissionAttributes.Operation, _ object: Tree?, _ old: Tree?)
        -> AdmissionAttributes
    {
        let kind: String
        switch operation {
        case .create: kind = "CreateOptions"
        case .update: kind = scope.info.verb == .patch ? "PatchOptions" : "UpdateOptions"
        case .delete: kind = "DeleteOptions"
        case .connect: kind = "ConnectOptions"
        }
        let name = scope.info.name ?? KubeObject(object ?? old ?? [:]).name
        return AdmissionAttributes(
            operation: operation,
            kind: scope.resource.kind,
            resource: scope.resource.api.plural,
            subresource: scope.info.subresource ?? "",
            namespace: scope.namespace,
            name: name,
            old: old,
            user: scope.request.user,
            isDryRun: parameters.isDryRun,
            options: parameters.options(kind: kind),
            warnings: scope.warnings
        )
    }
}

/// Refuses objects in namespaces that are not there or going away, and keeps the namespaces of the cluster itself.
struct NamespaceLifecycle: Sendable {
    let context: ServerContext

    private static let immortal: Set<String> = ["default", "kube-system", "kube-public"]
    private static let namespaces = GroupResource(group: "", resource: "namespaces")

    func check(_ attributes: AdmissionAttributes, _ resource: ServedResource) async throws(APIFault) {
        if attributes.operation == .delete, resource.groupResource == Self.namespaces {
            guard Self.immortal.contains(attributes.name) else { return }
            throw .forbidden(Self.namespaces, attributes.name, "this namespace may not be deleted")
        }
        guard context.configuration.checksNamespaces, attributes.operation == .create, resource.api.isNamespaced,
            let name = attributes.namespace
        else { return }
        // Asking who may do what is not bound to a namespace that exists.
        if attributes.resource == "localsubjectaccessreviews" { return }
        let found: StoredObject?
        do throws(StorageError) {
            found = try await context.storage.get(Self.namespaces, ObjectKey(name: name)).object
        } catch {
            throw .internalError(error.message)
        }
        guard let namespace = found.map({ KubeObject($0.tree) }) else { throw .notFound(Self.namespaces, name) }
        guard namespace.isDeleting else { return }
        let why = "unable to create new content in namespace \(name) because it is being terminated"
        var fault = APIFault.forbidden(resource.groupResource, attributes.name, why)
        fault.details?.causes = [
            FaultCause(
                reason: "NamespaceTerminating",
                message: "namespace \(name) is being terminated",
                field: "metadata.namespace"
            )
        ]
        throw fault
    }
}
