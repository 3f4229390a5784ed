internal import DataTree
internal import FieldOwnership
package import KubeAPI
package import KubeClient
internal import MeshAPI

/// The CustomResourceDefinitions an operator was started with: its own, and those that belong to every mesh.
///
/// The files that come with this version are known by their fingerprint, so that they need not be parsed before the operator is of use
/// (docs/decisions/0016-definitions-at-the-start.md).
package struct OwnDefinitions: Sendable {
    /// The names of the definitions of the operator's own group, which it needs before it can watch anything, in order.
    package let ownNames: [String]
    /// All others, which belong to the base of every mesh.
    package let ofMeshes: [KubeObject]
    /// What tells the files from others; nil where they did not come from a folder.
    private let fingerprint: String?
    private let texts: [String]

    /// Reads definitions from the texts of YAML files; what is none is left out.
    ///
    /// - Parameter texts: the files.
    /// - Throws: `ParseError` where a text is not YAML.
    package init(yaml texts: [String]) throws {
        try self.init(texts, fingerprint: nil, isShipped: false)
    }

    /// Reads definitions from the files of a folder that end in `.yaml`, in the order of their names.
    ///
    /// - Parameters:
    ///   - folder: the path that `--crds` names.
    ///   - shipped: the fingerprint of the files that hold the operator's own definitions, as this version has them, and no others.
    ///   - names: lists a folder, nil where that is not possible.
    ///   - read: reads a file by its path.
    /// - Throws: ``StartFailure`` where the folder cannot be listed or holds no definition, what `read` throws, `ParseError` where a file is not YAML.
    package init(
        folder: String,
        shipped: String = DefinitionFiles.shipped,
        names: (String) -> [String]?,
        read: (String) throws -> [UInt8]
    ) throws {
        guard let names = names(folder) else {
            throw StartFailure(.noInput, "--crds \(folder): no folder that can be read; name one with YAML files")
        }
        let files = try names.filter { $0.hasSuffix(".yaml") }.sorted().map { name in
            (name: name, content: try read("\(folder)/\(name)"))
        }
        let texts = files.map { String(decoding: $0.content, as: UTF8.self) }
        let fingerprint = DefinitionFiles.fingerprint(files)
        try self.init(texts, fingerprint: fingerprint, isShipped: fingerprint == shipped)
        guard !ownNames.isEmpty || !ofMeshes.isEmpty else {
            throw StartFailure(
                .noInput,
                "--crds \(folder): \(files.isEmpty ? "no file" : "none of its \(files.count) files") named *.yaml holds a "
                    + "CustomResourceDefinition; name the folder CRDs of this version, or leave the option out where "
                    + "they are installed already"
            )
        }
    }

    /// Reads definitions as ``init(folder:shipped:names:read:)`` does.
    package init(folder: String, files: some FolderReading) throws {
        try self.init(folder: folder, names: files.names, read: files.read)
    }

    private init(_ texts: [String], fingerprint: String?, isShipped: Bool) throws {
        (self.texts, self.fingerprint) = (texts, fingerprint)
        if isShipped {
            (ownNames, ofMeshes) = (DefinitionFiles.shippedNames, [])
        } else {
            let definitions = try Self.parse(texts)
            ownNames = definitions.filter { Self.isOwn($0) }.map(\.name)
            ofMeshes = definitions.filter { !Self.isOwn($0) }
        }
    }

    /// Brings the operator's own definitions where they were not brought from the same files before.
    ///
    /// What was changed in one since then is found by ``repair(_:with:)``.
    ///
    /// - Parameter client: calls the API.
    /// - Returns: the names of those that were applied.
    /// - Throws: `KubeError` when one cannot be read or applied.
    package func install(with client: ClusterClient) async throws(KubeError) -> [String] {
        // At the same time, since the start of the operator waits for it.
        let results = await withTaskGroup(of: Result<String?, KubeError>.self) { group in
            for name in ownNames {
                group.addTask { () async -> Result<String?, KubeError> in
                    do throws(KubeError) {
                        if try await isBrought(name, with: client) { return .success(nil) }
                        return .success(try await repair(name, with: client).isApplied ? name : nil)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var applied: [String] = []
        for result in results {
            if let name = try result.get() { applied.append(name) }
        }
        return applied.sorted()
    }

    /// Applies one of the operator's own definitions where it differs from what is there, in whatever field.
    ///
    /// - Parameters:
    ///   - name: its name, one of ``ownNames``.
    ///   - client: calls the API.
    /// - Returns: what came of it.
    /// - Throws: `KubeError` when it cannot be read or applied; `invalidRequest` where the files do not have it.
    package func repair(_ name: String, with client: ClusterClient) async throws(KubeError) -> Outcome {
        guard let definition = try? Self.parse(texts).first(where: { $0.name == name }) else {
            throw KubeError(.invalidRequest, "--crds: no file defines \(name); name the folder CRDs of this version")
        }
        var wanted = KubeObject(definition.tree.strippedForApply())
        if let fingerprint { wanted.annotations[MeshNames.Annotation.broughtFrom] = fingerprint }
        return try await Self.bring(wanted, with: client)
    }

    /// Whether a definition is there that was brought from the same files.
    private func isBrought(_ name: String, with client: ClusterClient) async throws(KubeError) -> Bool {
        guard let fingerprint else { return false }
        let key = ObjectKey(name: name)
        let live = try await client.find(.customResourceDefinitions, key, extent: .metadata)
        guard let live, !live.isDeleting else { return false }
        return live.annotation(MeshNames.Annotation.broughtFrom) == fingerprint
    }

    /// What came of bringing a definition.
    package enum Outcome: Sendable, Hashable {
        /// It was applied, and has this `metadata.generation` now.
        case applied(generation: Int64?)
        /// It was there as it is wanted, in this `metadata.generation`.
        case equal(generation: Int64?)
        /// Somebody else made what is there.
        case leftToOthers

        /// Whether something was written.
        package var isApplied: Bool {
            if case .applied = self { true } else { false }
        }
    }

    /// Applies one definition where it differs from what is there.
    ///
    /// - Parameters:
    ///   - wanted: the definition.
    ///   - client: calls the API.
    ///   - leavesOthers: whether one that the operator never applied is left as it is.
    /// - Returns: what came of it.
    /// - Throws: `KubeError` when it cannot be read or applied.
    package static func bring(
        _ wanted: KubeObject,
        with client: ClusterClient,
        leavesOthers: Bool = false
    ) async throws(KubeError) -> Outcome {
        if let live = try await client.find(.customResourceDefinitions, wanted.key) {
            if leavesOthers, ObjectOwnership(live).applied(by: MeshNames.fieldManager) == nil { return .leftToOthers }
            let comparison = ObjectComparison(manager: MeshNames.fieldManager)
            if comparison.differences(desired: wanted, live: live).isEmpty {
                return .equal(generation: live.generation)
            }
        }
        let applied = try await client.apply(.customResourceDefinitions, wanted, force: true)
        return .applied(generation: applied.generation)
    }

    private static func parse(_ texts: [String]) throws -> [KubeObject] {
        try texts.flatMap { try YAML.documents($0) }.map { KubeObject($0) }
            .filter { $0.kind.kind == "CustomResourceDefinition" }.sorted { $0.name < $1.name }
    }

    private static func isOwn(_ definition: KubeObject) -> Bool {
        definition.tree.value(at: "spec", "group")?.string == MeshNames.group
    }
}
