internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshAPI

/// Brings the CustomResourceDefinitions of Istio's kinds, so that routes and policies can be applied once there is an operator.
///
/// They are the whole cluster's, as the operator's own are, and no mesh waits for them: upstream's istiod runs before and after they come.
/// What somebody else applied under their names, such as istioctl or Helm, is left as it is (docs/decisions/0015-kinds-of-istio.md).
struct IstioDefinitionKeeper: Reconciling {
    /// How often they are looked at again: whoever deletes one deletes all of its kind, and is not to find it back at once.
    static let interval = Duration.seconds(600)

    /// The definitions, by name; made when they are first asked for.
    static let definitions: [String: KubeObject] = {
        let objects = IstioDefinitions.trees.map { KubeObject($0) }
        return Dictionary(objects.map { ($0.name, $0) }) { first, _ in first }
    }()

    /// Their names, in order.
    static var names: [String] { definitions.keys.sorted() }

    /// What writes go through.
    let client: ClusterClient
    /// Where it is said what was done.
    let logger: Logger

    /// The work of an operator for all kinds.
    static func controller(_ client: ClusterClient, _ environment: RuntimeEnvironment) -> Controller {
        var settings = Controller.Configuration(name: "istiokinds", workers: 1)
        settings.errands = [{ enqueue in names.forEach { enqueue(ObjectKey(name: $0)) } }]
        return Controller(
            settings,
            reconciler: IstioDefinitionKeeper(client: client, logger: environment.logger),
            environment: environment
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let wanted = Self.definitions[key.name] else { return .done }
        if try await OwnDefinitions.bring(wanted, with: client, leavesOthers: true) {
            logger.info("definition applied", metadata: ["name": "\(key.name)"])
        }
        return .requeue(after: Self.interval)
    }
}

extension OperatorCompanion {
    /// Brings the definitions of Istio's kinds, after the first turn of the meshes.
    package static let istioKinds = OperatorCompanion { given in
        Work(watchers: [], controllers: [IstioDefinitionKeeper.controller(given.writes, given.environment)])
    }
}
