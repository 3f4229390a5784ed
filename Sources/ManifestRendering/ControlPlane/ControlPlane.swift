internal import DataTree

/// The objects of one control plane, istiod.
struct ControlPlane {
    /// What to render it from.
    let scope: ComponentScope

    /// Values by path.
    var values: Tree { scope.values }
    /// The name most of its objects have.
    var name: String { "istiod\(scope.suffix)" }
    /// Whether istiod itself does not run in this cluster.
    var isRemote: Bool { values.has("istiodRemote.enabled") }
    /// Whether a remote control plane is helped by a local one that injects.
    var injectsLocally: Bool { values.has("istiodRemote.enabledLocalInjectorIstiod") }
    /// Whether istiod's pods run in this cluster.
    var runsHere: Bool { !isRemote || injectsLocally }
    /// Whether this cluster holds the configuration istiod reads.
    var holdsConfiguration: Bool { runsHere || values.has("global.configCluster") }

    /// All objects, in a fixed order.
    func objects() throws(RenderError) -> [Tree] {
        var result = ControlPlaneAccess(plane: self).objects() + configuration
        result += try injectorConfigMap()
        result += network + workload + scaling
        result += webhooks
        return result
    }

    private var workload: [Tree] { runsHere ? [ControlPlaneDeployment(plane: self).tree] : [] }

    /// Labels of objects that carry the revision and the component.
    func labels(_ more: [(String, Tree?)] = []) -> [(String, Tree?)] {
        scope.identityLabels + [("release", "istio"), ("app.kubernetes.io/name", "istiod")] + more
    }

    /// Labels of permissions, which carry neither.
    var accessLabels: [(String, Tree?)] {
        [("app", "istiod"), ("release", "istio"), ("app.kubernetes.io/name", "istiod")]
    }
}
