internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging

/// Repairs the definitions of the operator's own kinds: after the first turn of the meshes, and every ten minutes.
///
/// The start takes those for good that were brought from the same files (``OwnDefinitions/install(with:)``); here they are compared
/// field by field.
struct OwnDefinitionKeeper: Reconciling {
    /// How often they are looked at again.
    static let interval = Duration.seconds(600)

    /// The definitions.
    let definitions: OwnDefinitions
    /// What writes go through.
    let client: ClusterClient
    /// Where it is said what was done.
    let logger: Logger

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        if try await definitions.repair(key.name, with: client) {
            logger.info("definition applied", metadata: ["name": "\(key.name)"])
        }
        return .requeue(after: Self.interval)
    }
}

extension OperatorCompanion {
    /// Keeps the definitions that an operator was given.
    static func keeping(_ definitions: OwnDefinitions) -> OperatorCompanion {
        OperatorCompanion { given in
            let logger = given.environment.logger
            let keeper = OwnDefinitionKeeper(definitions: definitions, client: given.writes, logger: logger)
            var settings = Controller.Configuration(name: "definitions", workers: 1)
            settings.errands = [{ enqueue in definitions.ownNames.forEach { enqueue(ObjectKey(name: $0)) } }]
            let controller = Controller(settings, reconciler: keeper, environment: given.environment)
            return Work(watchers: [], controllers: [controller])
        }
    }
}
