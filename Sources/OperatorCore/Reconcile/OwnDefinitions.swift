internal import DataTree
internal import FieldOwnership
package import KubeAPI
package import KubeClient
internal import MeshAPI

/// The CustomResourceDefinitions an operator was started with: its own, and those that belong to every mesh.
package struct OwnDefinitions: Sendable {
    /// Definitions of the operator's own group, which it needs before it can watch anything.
    package let own: [KubeObject]
    /// All others, which belong to the base of every mesh.
    package let ofMeshes: [KubeObject]

    /// Reads definitions from the texts of YAML files; what is none is left out.
    ///
    /// - Parameter texts: the files.
    /// - Throws: `ParseError` where a text is not YAML.
    package init(yaml texts: [String]) throws {
        let objects = try texts.flatMap { try YAML.documents($0) }.map { KubeObject($0) }
        let definitions = objects.filter { $0.kind.kind == "CustomResourceDefinition" }.sorted { $0.name < $1.name }
        own = definitions.filter { Self.isOwn($0) }
        ofMeshes = definitions.filter { !Self.isOwn($0) }
    }

    /// Reads definitions from the files of a folder that end in `.yaml`, in the order of their names.
    ///
    /// - Parameters:
    ///   - folder: the path that `--crds` names.
    ///   - names: lists a folder, nil where that is not possible.
    ///   - read: reads a file by its path.
    /// - Throws: ``StartFailure`` where the folder cannot be listed or holds no definition, what `read` throws, `ParseError` where a file is not YAML.
    package init(folder: String, names: (String) -> [String]?, read: (String) throws -> [UInt8]) throws {
        guard let names = names(folder) else {
            throw StartFailure(.noInput, "--crds \(folder): no folder that can be read; name one with YAML files")
        }
        let paths = names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
        try self.init(yaml: paths.map { String(decoding: try read($0), as: UTF8.self) })
        guard !own.isEmpty || !ofMeshes.isEmpty else {
            throw StartFailure(
                .noInput,
                "--crds \(folder): \(paths.isEmpty ? "no file" : "none of its \(paths.count) files") named *.yaml holds a "
                    + "CustomResourceDefinition; name the folder CRDs of this version, or leave the option out where "
                    + "they are installed already"
            )
        }
    }

    /// Applies the operator's own definitions where they differ from what is there.
    ///
    /// - Parameter client: calls the API.
    /// - Returns: the names of those that were applied.
    /// - Throws: `KubeError` when one cannot be read or applied.
    package func install(with client: ClusterClient) async throws(KubeError) -> [String] {
        // At the same time, since the start of the operator waits for it.
        let results = await withTaskGroup(of: Result<String?, KubeError>.self) { group in
            for definition in own {
                group.addTask { () async -> Result<String?, KubeError> in
                    do throws(KubeError) {
                        let wanted = KubeObject(definition.tree.strippedForApply())
                        return .success(try await Self.bring(wanted, with: client) == .applied ? wanted.name : nil)
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

    /// What came of bringing a definition.
    enum Outcome: Sendable, Hashable {
        /// It was applied.
        case applied
        /// It was there as it is wanted.
        case equal
        /// Somebody else made what is there.
        case leftToOthers
    }

    /// Applies one definition where it differs from what is there.
    ///
    /// - Parameters:
    ///   - wanted: the definition.
    ///   - client: calls the API.
    ///   - leavesOthers: whether one that the operator never applied is left as it is.
    /// - Returns: what came of it.
    /// - Throws: `KubeError` when it cannot be read or applied.
    static func bring(
        _ wanted: KubeObject,
        with client: ClusterClient,
        leavesOthers: Bool = false
    ) async throws(KubeError) -> Outcome {
        if let live = try await client.find(.customResourceDefinitions, wanted.key) {
            if leavesOthers, ObjectOwnership(live).applied(by: MeshPlanner.manager) == nil { return .leftToOthers }
            let comparison = ObjectComparison(manager: MeshPlanner.manager)
            if comparison.differences(desired: wanted, live: live).isEmpty { return .equal }
        }
        _ = try await client.apply(.customResourceDefinitions, wanted, force: true)
        return .applied
    }

    private static func isOwn(_ definition: KubeObject) -> Bool {
        definition.tree.value(at: "spec", "group")?.string == MeshNames.group
    }
}
