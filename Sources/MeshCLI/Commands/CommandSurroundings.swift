package import KubeClient
package import ManifestRendering
package import MeshBase

/// What commands are given of the machine they run on.
package struct CommandSurroundings: Sendable {
    /// Which cluster is asked, as options say.
    package struct ClusterChoice: Sendable, Hashable {
        /// The kubeconfig; nil for KUBECONFIG, then the pod, then `~/.kube/config`.
        package var kubeconfig: String?
        /// The context of the kubeconfig; nil for the current one.
        package var context: String?

        /// Makes a choice.
        package init(kubeconfig: String? = nil, context: String? = nil) {
            self.kubeconfig = kubeconfig
            self.context = context
        }
    }

    /// What is done with a cluster: its client and the namespace of the context in, the outcome out.
    package typealias ClusterWork = @Sendable (ClusterClient, _ namespace: String) async throws -> CommandOutcome
    /// Calls the work with a cluster that is chosen; throws ``CommandError`` where there is none.
    package typealias Connector = @Sendable (ClusterChoice, @escaping ClusterWork) async throws -> CommandOutcome
    /// How the operator composes the hops of an upgrade, with the versions of a catalogue.
    package typealias Composer = @Sendable (VersionCatalogue) -> PlanCommand.Composing
    /// Puts a question to a person; only yes is true.
    package typealias Confirmation = @Sendable (String) -> Bool

    /// Files, and standard input.
    package var files: MeshFiles
    /// The environment variables.
    package var environment: [String: String]
    /// The time of day.
    package var now: WallClock
    /// What waits are counted on.
    package var clock: any Clock<Duration>
    /// Where output is drawn.
    package var screen: RolloutScreen
    /// Asks who sits at the terminal; nil where nobody does.
    package var confirm: Confirmation?
    /// The way to clusters.
    package var connect: Connector
    /// What the operator makes of a change of version.
    package var composing: Composer

    /// Makes surroundings in which nobody can be asked.
    package init(
        files: MeshFiles,
        environment: [String: String],
        now: @escaping WallClock,
        clock: any Clock<Duration>,
        screen: RolloutScreen,
        connect: @escaping Connector,
        composing: @escaping Composer
    ) {
        self.files = files
        self.environment = environment
        self.now = now
        self.clock = clock
        self.screen = screen
        self.connect = connect
        self.composing = composing
    }

    /// Today, as `2026-11-25`.
    var day: String { String(now().rfc3339.prefix(10)) }

    /// How text looks where output goes.
    func style(_ choice: ColourChoice) -> TextStyle {
        var style = TextStyle(environment: environment, isTerminal: screen.size() != nil)
        if choice != .auto { style.hasColour = choice == .always }
        return style
    }
}
