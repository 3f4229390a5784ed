internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// Conversion between the versions of a kind, by the sandbox itself or by the webhook that a definition names.
extension ServerContext {
    /// Objects as a resource shows them, from how they are stored.
    ///
    /// - Throws: 500 when the definition's webhook gives no usable answer.
    func served(_ stored: [Tree], _ resource: ServedResource) async throws(APIFault) -> [Tree] {
        guard case .custom(let custom) = resource.origin, let conversion = custom.conversion else {
            return stored.map { resource.served($0) }
        }
        let converted = try await ConversionReview(conversion, hooks: configuration.hooks, uid: uid())
            .convert(stored, to: resource.kind)
        return converted.map { tree in
            var tree = tree
            resource.schema.node.prune(&tree, isWholeObject: false)
            return resource.served(tree)
        }
    }

    /// An object as a resource shows it, from how it is stored.
    func served(_ stored: Tree, _ resource: ServedResource) async throws(APIFault) -> Tree {
        try await served([stored], resource).first ?? stored
    }

    /// An object as it is stored, from how a resource shows it.
    func stored(_ served: Tree, _ resource: ServedResource) async throws(APIFault) -> Tree {
        guard case .custom(let custom) = resource.origin, let conversion = custom.conversion else {
            return resource.stored(served)
        }
        let review = ConversionReview(conversion, hooks: configuration.hooks, uid: uid())
        return try await review.convert([served], to: resource.storedKind).first ?? served
    }

    /// An object of one resource as another of the same collection shows it.
    func converted(_ tree: Tree, from: ServedResource, to: ServedResource) async throws(APIFault) -> Tree {
        guard case .custom(let custom) = to.origin, custom.conversion != nil else {
            return try await served(stored(tree, from), to)
        }
        // A webhook converts at once, whatever is stored.
        return try await served(tree, to)
    }
}

/// One question to a conversion webhook (`ConversionReview` of apiextensions.k8s.io/v1).
private struct ConversionReview {
    let conversion: CustomVersion.Conversion
    let hooks: APIServerHooks
    let uid: String

    init(_ conversion: CustomVersion.Conversion, hooks: APIServerHooks, uid: String) {
        self.conversion = conversion
        self.hooks = hooks
        self.uid = uid
    }

    /// The objects at another version, in the same order; those at it already are not asked about.
    func convert(_ objects: [Tree], to wanted: GroupVersionKind) async throws(APIFault) -> [Tree] {
        let version = Tree.string(wanted.apiVersion)
        let indexes = objects.indices.filter { objects[$0]["apiVersion"] != version }
        guard let first = indexes.first else { return objects }
        let from = KubeObject(objects[first]).kind
        let subject = "conversion webhook for \(from.group)/\(from.version), Kind=\(from.kind)"
        let answer = try await ask(indexes.map { objects[$0] }, version, subject)
        guard answer.count == indexes.count else {
            throw Self.failed("\(subject) returned \(answer.count) objects, expected \(indexes.count)")
        }
        var result = objects
        for (position, index) in indexes.enumerated() {
            result[index] = try Self.checked(
                answer[position],
                objects[index],
                wanted,
                "\(subject) returned invalid object"
            )
        }
        return result
    }

    private func ask(_ objects: [Tree], _ version: Tree, _ subject: String) async throws(APIFault) -> [Tree] {
        guard let review = conversion.reviewVersions.first(where: ["v1", "v1beta1"].contains) else {
            throw Self.failed("no supported conversion review versions")
        }
        guard let call = hooks.callWebhook else { throw Self.failed("\(subject) failed: webhooks cannot be called") }
        let answer: Tree
        do throws(APIFault) {
            answer = try await call(
                conversion.client,
                [
                    "kind": "ConversionReview", "apiVersion": .string("apiextensions.k8s.io/\(review)"),
                    "request": [
                        "uid": .string(uid), "desiredAPIVersion": version, "objects": .array(objects),
                    ],
                ]
            )
        } catch {
            throw Self.failed("\(subject) failed: \(error.message)")
        }
        guard let response = answer["response"] else { throw Self.failed("\(subject) failed: no response provided") }
        if review == "v1", response["uid"]?.string != uid {
            let given = response["uid"]?.string ?? ""
            throw Self.failed("\(subject) failed: expected response.uid=\"\(uid)\", got \"\(given)\"")
        }
        let result = response["result"] ?? [:]
        guard result["status"] == "Success" else {
            let text = result["message"]?.string ?? ""
            let status = result["status"]?.string ?? ""
            let why = text.isEmpty ? "response.result.status was '\(status)', not 'Success'" : text
            throw Self.failed("\(subject) failed: \(why)")
        }
        return response["convertedObjects"]?.array ?? []
    }

    /// A converted object, with the metadata that a webhook must not change.
    private static func checked(
        _ converted: Tree,
        _ original: Tree,
        _ wanted: GroupVersionKind,
        _ problem: String
    ) throws(APIFault) -> Tree {
        let (new, old) = (KubeObject(converted), KubeObject(original))
        guard converted["apiVersion"] == .string(wanted.apiVersion) else {
            throw failed(
                "\(problem) at index 0: invalid groupVersion (expected \(wanted.apiVersion), received "
                    + "\(converted["apiVersion"]?.string ?? ""))"
            )
        }
        let pairs = [
            ("kind", old.kind.kind, new.kind.kind), ("name", old.name, new.name),
            ("namespace", old.namespace ?? "", new.namespace ?? ""), ("UID", old.uid ?? "", new.uid ?? ""),
        ]
        for (field, before, after) in pairs where before != after {
            throw failed("\(problem): must have the same \(field): \(before) != \(after)")
        }
        var result = converted
        var metadata = original["metadata"] ?? [:]
        for field in ["labels", "annotations"] { metadata[field] = converted["metadata"]?[field] }
        result["metadata"] = metadata
        return result
    }

    private static func failed(_ message: String) -> APIFault { APIFault(500, .unknown, message) }
}
