internal import DataTree
internal import KubeAPI

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
        var fault = APIFault.forbidden(resource.groupResource, attributes.refusedName, why)
        fault.status.details?.causes = [
            FaultCause(
                reason: "NamespaceTerminating",
                message: "namespace \(name) is being terminated",
                field: "metadata.namespace"
            )
        ]
        throw fault
    }
}
