internal import DataTree
package import KubeAPI

/// Whether an object does its part yet.
package enum ObjectReadiness: Sendable, Hashable {
    /// It does.
    case ready
    /// It will, as far as one can tell; says what is awaited.
    case waiting(String)
    /// It does not and will not by itself; says why.
    case failed(String)

    /// Whether it does its part.
    package var isReady: Bool { self == .ready }

    /// Whether objects of the kind run pods.
    package static func isWorkload(_ kind: GroupVersionKind) -> Bool {
        kind.group == "apps" && (kind.kind == "Deployment" || kind.kind == "DaemonSet")
    }

    /// Judges an object by what its controller has written about it.
    package static func of(_ object: KubeObject) -> ObjectReadiness {
        if object.isDeleting, object.kind == .namespace {
            return .failed("\(ResourceID(object)) is being deleted, and nothing can be made in it until it is gone")
        }
        if object.isDeleting {
            let held = holders(of: object).map { " and held by \($0): it is made anew once \(Self.release)" } ?? ""
            return .waiting("\(ResourceID(object)) is being deleted\(held)")
        }
        return switch (object.kind.group, object.kind.kind) {
        case ("apps", "Deployment"): deployment(object)
        case ("apps", "DaemonSet"): daemonSet(object)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): definition(object)
        case ("", "Namespace"): namespace(object)
        case ("", "Service"): service(object)
        default: .ready
        }
    }

    /// What helps against finalizers.
    static let release = "who set that takes it off, or kubectl edit does"

    /// The finalizers that keep an object which is being deleted; nil where it has none but those of the garbage collector, which go by
    /// themselves.
    static func holders(of object: KubeObject) -> String? {
        let names = (object.tree.value(at: "metadata", "finalizers")?.array?.compactMap(\.string) ?? [])
            .filter { $0 != "foregroundDeletion" && $0 != "orphan" }
        guard let first = names.first else { return nil }
        return names.count == 1 ? "finalizer \(first)" : "finalizers \(names.joined(separator: ", "))"
    }

    /// Deployed and available, as `kubectl rollout status` has it.
    private static func deployment(_ object: KubeObject) -> ObjectReadiness {
        guard isObserved(object) else {
            return .waiting("\(ResourceID(object)) has not been looked at by its controller")
        }
        let progressing = object.conditions.condition("Progressing")
        if progressing?.reason == "ProgressDeadlineExceeded" {
            return .failed("\(ResourceID(object)) did not become available in time: \(progressing?.message ?? "")")
        }
        let wanted = count(object, "spec", "replicas") ?? 1
        let updated = count(object, "status", "updatedReplicas") ?? 0
        let total = count(object, "status", "replicas") ?? 0
        let available = count(object, "status", "availableReplicas") ?? 0
        if updated < wanted { return .waiting("\(ResourceID(object)) has \(updated) of \(wanted) pods updated") }
        if total > updated {
            return .waiting("\(ResourceID(object)) still has \(total - updated) pods of its earlier pod template")
        }
        if available < updated {
            return .waiting("\(ResourceID(object)) has \(available) of \(updated) pods available")
        }
        return .ready
    }

    private static func daemonSet(_ object: KubeObject) -> ObjectReadiness {
        guard isObserved(object) else {
            return .waiting("\(ResourceID(object)) has not been looked at by its controller")
        }
        let wanted = count(object, "status", "desiredNumberScheduled") ?? 0
        let available = count(object, "status", "numberAvailable") ?? 0
        if object.tree.value(at: "spec", "updateStrategy", "type")?.string != "OnDelete" {
            let updated = count(object, "status", "updatedNumberScheduled") ?? 0
            if updated < wanted { return .waiting("\(ResourceID(object)) is updated on \(updated) of \(wanted) nodes") }
        }
        if available < wanted {
            return .waiting("\(ResourceID(object)) is available on \(available) of \(wanted) nodes")
        }
        return .ready
    }

    private static func definition(_ object: KubeObject) -> ObjectReadiness {
        if object.conditions.condition("NamesAccepted")?.status == .isFalse {
            let message = object.conditions.condition("NamesAccepted")?.message ?? ""
            return .failed("\(ResourceID(object)) claims names that are taken: \(message)")
        }
        return object.conditions.isTrue("Established")
            ? .ready : .waiting("\(ResourceID(object)) is not served yet")
    }

    private static func namespace(_ object: KubeObject) -> ObjectReadiness {
        object.tree.value(at: "status", "phase")?.string == "Terminating"
            ? .waiting("\(ResourceID(object)) is being deleted") : .ready
    }

    /// A Service needs its cluster address.
    ///
    /// An address from outside is reported, but not awaited: many clusters have nobody who hands them out.
    private static func service(_ object: KubeObject) -> ObjectReadiness {
        let address = object.tree.value(at: "spec", "clusterIP")?.string ?? ""
        let isExternal = object.tree.value(at: "spec", "type")?.string == "ExternalName"
        return isExternal || !address.isEmpty ? .ready : .waiting("\(ResourceID(object)) has no address yet")
    }

    private static func isObserved(_ object: KubeObject) -> Bool {
        guard let observed = object.tree.value(at: "status", "observedGeneration")?.integer else { return false }
        return observed >= object.generation ?? 0
    }

    private static func count(_ object: KubeObject, _ part: String, _ field: String) -> Int64? {
        object.tree.value(at: part, field)?.integer
    }
}
