internal import DataTree
internal import KubeAPI
internal import MeshBase

/// Writes Events about what controllers did, as `kubectl describe` and `kubectl get events` show them.
///
/// An event that cannot be written is dropped: it is news, not state.
struct EventPoster: Sendable {
    private let writer: ClusterWriter
    private let component: String
    private let now: WallClock
    private let random: RandomSource

    /// Makes a poster in the name of `component`.
    init(writer: ClusterWriter, component: String, now: @escaping WallClock, random: RandomSource) {
        self.writer = writer
        self.component = component
        self.now = now
        self.random = random
    }

    /// The same poster in the name of another component.
    func by(_ component: String) -> EventPoster {
        EventPoster(writer: writer, component: component, now: now, random: random)
    }

    /// Writes one event about `object`.
    ///
    /// - Parameters:
    ///   - object: what it is about.
    ///   - reason: why, in UpperCamelCase.
    ///   - message: what happened.
    ///   - isWarning: whether somebody should look.
    func record(_ object: KubeObject, _ reason: String, _ message: String, isWarning: Bool = false) async {
        let time = Tree.string(now().rfc3339)
        let namespace = object.namespace ?? "default"
        let suffix = String(random.next(), radix: 16)
        let event: Tree = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": .string("\(object.name).\(suffix)"), "namespace": .string(namespace)],
            "involvedObject": [
                "apiVersion": .string(object.kind.apiVersion), "kind": .string(object.kind.kind),
                "name": .string(object.name), "namespace": .string(namespace), "uid": .string(object.uid ?? ""),
                "resourceVersion": .string(object.resourceVersion ?? ""),
            ],
            "reason": .string(reason), "message": .string(message), "type": isWarning ? "Warning" : "Normal",
            "source": ["component": .string(component)], "firstTimestamp": time, "lastTimestamp": time, "count": 1,
            "reportingComponent": .string(component), "reportingInstance": "",
        ]
        _ = try? await writer.create(.coreEvents, KubeObject(event))
    }
}
