package import KubeClient
package import KubeRuntime

/// Something that runs beside the controller of MeshOperators, in the same process and under the same leadership.
///
/// It hands in watchers and controllers, so that families need not know each other: they meet in the executable.
package struct OperatorCompanion: Sendable {
    /// What a companion is given.
    package struct Surroundings: Sendable {
        /// What watches go through.
        package let reads: ClusterClient
        /// What reconciles go through; its writes end with the leadership.
        package let writes: ClusterClient
        /// Where transitions are told.
        package let recorder: EventRecorder
        /// The cache of CustomResourceDefinitions, of which most are reduced to what they serve; nil where there is none.
        package let definitions: ObjectStore?
        /// How caches are kept.
        package let watching: Watcher.Configuration
        /// Time, chance, log and metrics.
        package let environment: RuntimeEnvironment

        /// Names the parts.
        package init(
            reads: ClusterClient,
            writes: ClusterClient,
            recorder: EventRecorder,
            definitions: ObjectStore?,
            watching: Watcher.Configuration,
            environment: RuntimeEnvironment
        ) {
            (self.reads, self.writes, self.recorder) = (reads, writes, recorder)
            (self.definitions, self.watching, self.environment) = (definitions, watching, environment)
        }
    }

    /// What a companion brings.
    package struct Work: Sendable {
        /// What keeps its caches.
        package let watchers: [Watcher]
        /// What reconciles.
        package let controllers: [Controller]

        /// Names the parts.
        package init(watchers: [Watcher], controllers: [Controller]) {
            self.watchers = watchers
            self.controllers = controllers
        }
    }

    /// Makes the work; called once.
    package let make: @Sendable (Surroundings) throws -> Work

    /// Makes a companion.
    package init(_ make: @escaping @Sendable (Surroundings) throws -> Work) {
        self.make = make
    }
}
