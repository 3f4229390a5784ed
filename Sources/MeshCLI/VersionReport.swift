internal import DataTree
internal import KubeAPI
package import KubeClient
package import ManifestRendering
internal import MeshAPI

/// `meshctl version`: this program's version, the mesh versions it knows, and what a cluster runs.
package struct VersionReport: Sendable {
    /// This program's version.
    package static let program = "0.2.0"

    /// What runs in a cluster.
    package struct Cluster: Sendable, Hashable {
        /// A mesh by name, with the version that runs and the one asked for.
        package struct Mesh: Sendable, Hashable {
            /// The MeshOperator's name.
            package var name: String
            /// The version that runs, nil where the operator has not said.
            package var version: String?
            /// The version asked for, nil where the operator has not said.
            package var target: String?
            /// Where it stands.
            package var phase: String?
        }

        /// The API server's version.
        package var kubernetes: String
        /// The images of the operators' Deployments, in order of their names; empty where none runs in the cluster.
        package var operators: [String]
        /// All meshes, in order of their names.
        package var meshes: [Mesh]

        /// Asks a cluster; throws ``CommandError`` where it cannot be asked.
        ///
        /// A cluster without our CustomResourceDefinitions has no meshes.
        package static func ask(_ client: ClusterClient) async throws(CommandError) -> Cluster {
            do {
                let kubernetes = try await client.version().gitVersion
                let images = try await client.list(.deployments, Selection(fields: .name("mesh-operator"))).objects
                    .flatMap(Self.images)
                var meshes: [Mesh] = []
                do {
                    meshes = try await client.list(MeshNames.resource).objects.map(Self.mesh)
                } catch  where error.code == .notFound {}
                return Cluster(kubernetes: kubernetes, operators: images, meshes: meshes.sorted { $0.name < $1.name })
            } catch {
                throw CommandError(cluster: error)
            }
        }

        private static func images(_ deployment: KubeObject) -> [String] {
            let containers = deployment.tree.value(at: "spec", "template", "spec", "containers")?.array ?? []
            return containers.compactMap { $0["image"]?.string }.prefix(1).map { "\(deployment.key): \($0)" }
        }

        private static func mesh(_ object: KubeObject) -> Mesh {
            let status = MeshOperatorStatus(lenient: object.tree["status"] ?? .null)
            return Mesh(
                name: object.name,
                version: status.version,
                target: status.targetVersion,
                phase: status.phase?.rawValue
            )
        }
    }

    /// The versions known.
    package let catalogue: VersionCatalogue

    /// Makes the command.
    package init(catalogue: VersionCatalogue) {
        self.catalogue = catalogue
    }

    /// Prints versions as lines, or as one value.
    package func run(_ format: OutputFormat?, cluster: Cluster? = nil) -> CommandOutcome {
        if let format { return CommandOutcome(output: format.text(tree(cluster))) }
        var lines = ["meshctl \(Self.program)"]
        if let cluster { lines += Self.lines(cluster) }
        lines += ["default mesh version \(catalogue.defaultVersion)", "mesh versions known:"]
        for (minor, patches) in minors {
            let kubernetes = [minor.kubernetes.first, minor.kubernetes.last].compactMap(\.self)
            let end = minor.endOfLife.map { ", fixes until \($0)" } ?? ""
            let range = "(Kubernetes \(kubernetes.joined(separator: " to "))\(end))"
            lines.append("  \(minor.name): \(patches.joined(separator: ", ")) \(range)")
        }
        return CommandOutcome(output: lines.joined(separator: "\n") + "\n")
    }

    private var minors: [(VersionCatalogue.Minor, [String])] {
        var seen: Set<String> = []
        return catalogue.entries.map(\.minor).filter { seen.insert($0.name).inserted }.map { minor in
            (minor, catalogue.entries.filter { $0.minor.name == minor.name }.map(\.version.description))
        }
    }

    private static func lines(_ cluster: Cluster) -> [String] {
        var lines = ["Kubernetes \(cluster.kubernetes)"]
        lines +=
            cluster.operators.isEmpty
            ? ["no operator runs in the cluster"] : cluster.operators.map { "operator \($0)" }
        for mesh in cluster.meshes {
            var line = "mesh \(mesh.name): \(mesh.version ?? "not installed yet")"
            if let target = mesh.target, target != mesh.version { line += ", to be \(target)" }
            lines.append(line + (mesh.phase.map { " (\($0))" } ?? ""))
        }
        return lines
    }

    private func tree(_ cluster: Cluster?) -> Tree {
        var tree: Tree = [
            "meshctl": .string(Self.program), "defaultVersion": .string(catalogue.defaultVersion.description),
            "versions": .array(catalogue.entries.map { .string($0.version.description) }),
        ]
        guard let cluster else { return tree }
        let meshes = cluster.meshes.map { mesh in
            var entry: Tree = ["name": .string(mesh.name)]
            entry["version"] = mesh.version.map { .string($0) }
            entry["target"] = mesh.target.map { .string($0) }
            entry["phase"] = mesh.phase.map { .string($0) }
            return entry
        }
        tree["cluster"] = [
            "kubernetes": .string(cluster.kubernetes), "operators": .array(cluster.operators.map { .string($0) }),
            "meshes": .array(meshes),
        ]
        return tree
    }
}
