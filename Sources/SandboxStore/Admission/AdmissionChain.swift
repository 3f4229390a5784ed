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
        var placed = object
        try await PlacementAdmission(context: context).mutate(attributes, &placed)
        try await LimitRangeAdmission(context: context).mutate(attributes, &placed)
        var result: Tree? = placed
        for plugin in context.configuration.hooks.admission { try await plugin.mutate(attributes, &result) }
        guard var admitted = result else { return object }
        if admitted != object { scope.resource.schema.complete(&admitted) }
        return admitted
    }

    /// Asks every plugin whether the object may be kept; deletions have none.
    func validate(_ operation: AdmissionAttributes.Operation, _ object: Tree?, old: Tree?) async throws(APIFault) {
        let attributes = attributes(operation, object, old)
        if operation == .delete { try await NamespaceLifecycle(context: context).check(attributes, scope.resource) }
        try await PolicyAdmission(context: context).validate(attributes, object)
        for plugin in context.configuration.hooks.admission { try await plugin.validate(attributes, object) }
        try await LimitRangeAdmission(context: context).validate(attributes, object)
        try await QuotaAdmission(context: context).validate(attributes, object)
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
        var attributes = AdmissionAttributes(
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
            warnings: scope.warnings,
            equivalents: equivalents
        )
        attributes.namePrefix = object?.value(at: "metadata", "generateName")?.string ?? ""
        return attributes
    }

    /// The other resources that show the objects of the same collection.
    private var equivalents: [AdmissionForm] {
        guard scope.info.subresource == nil else { return [] }
        let (own, context) = (scope.resource, context)
        return context.registry.equivalents(of: own).map { other in
            AdmissionForm(
                kind: other.kind,
                resource: other.api.plural,
                show: { (tree) throws(APIFault) in try await context.converted(tree, from: own, to: other) },
                restore: { (tree) throws(APIFault) in try await context.converted(tree, from: other, to: own) }
            )
        }
    }
}
