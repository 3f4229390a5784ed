internal import ArgumentParser
internal import KubeClient

/// How the cluster is reached, as kubectl reaches it.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kubeconfig; without it KUBECONFIG, then the pod, then ~/.kube/config.",
            valueName: "file"
        )
    )
    var kubeconfig: String?

    @Option(help: "The context of the kubeconfig; without it the current one.")
    var context: String?

    @Option(name: .shortAndLong, help: "The namespace of MeshRollouts; without it the context's.")
    var namespace: String?

    /// Calls `body` with a client and the namespace in force; throws ``CommandError``.
    func withCluster(
        _ surroundings: CommandSurroundings,
        _ body: @escaping CommandSurroundings.ClusterWork
    ) async throws -> CommandOutcome {
        let namespace = self.namespace
        return try await surroundings.connect(.init(kubeconfig: kubeconfig, context: context)) { client, place in
            try await body(client, namespace ?? place)
        }
    }

    /// Calls `body` with what finds rollouts.
    func withDirectory(
        _ surroundings: CommandSurroundings,
        _ body: @escaping @Sendable (RolloutDirectory) async throws -> CommandOutcome
    ) async throws -> CommandOutcome {
        try await withCluster(surroundings) { try await body(RolloutDirectory(client: $0, namespace: $1)) }
    }
}

/// When colours are used.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}
