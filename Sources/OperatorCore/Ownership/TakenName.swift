internal import DataTree
internal import KubeAPI

/// Something a mesh would have that belongs to others.
package struct TakenName: Sendable, Hashable {
    /// Who has it.
    enum Holder: Sendable, Hashable {
        /// Nobody who keeps it: it may be taken over.
        case nobody
        /// Nobody who keeps it, but of a field that can never be changed: taking the rest over would tear apart what runs.
        case unfit
        /// A MeshOperator that is there; it may not be taken over, since the two would take it from each other for ever.
        case meshOperator
    }

    /// What helps where a MeshOperator that is there has it, in the order in which it is told.
    enum Remedy: Sendable, Hashable, Comparable {
        /// A revision of one's own.
        case revision
        /// To leave a revision tag out.
        case tag(String)
        /// To leave the base to the MeshOperator that has it.
        case base
        /// To leave the node agent to the MeshOperator that has it.
        case nodeAgent
        /// Another name or namespace for a gateway: the list, and its name there.
        case gateway(list: String, name: String)

        /// What to set, for people.
        var text: String {
            switch self {
            case .revision: "set spec.revision to a name of its own"
            case .tag(let name): "take \(name) out of spec.values.revisionTags"
            case .base:
                "set spec.components.base.enabled: false, since the meshes of a namespace share the base that one of them brings"
            case .nodeAgent:
                "set spec.components.cni.enabled: false, since the nodes share the CNI plugin that one of them brings"
            case .gateway(let list, let name):
                "give \(name) in spec.components.\(list) another name or namespace, or leave it out"
            }
        }
    }

    /// The object that is in the way; nil where it is not there yet.
    let id: ResourceID?
    /// What it is and whose, for people.
    let text: String
    /// Who has it.
    let holder: Holder
    /// What helps; nil where nobody keeps it.
    var remedy: Remedy?
    /// The MeshOperator that injects the pods which this one would inject; nil where an object's name is what is taken.
    var injector: String?
    /// Whether it is an injection webhook that no MeshOperator made, and not a name.
    var isForeignInjector = false

    /// Whether a MeshOperator that is there keeps it.
    var isKept: Bool { holder == .meshOperator }

    /// What helps against names that a MeshOperator keeps which is there, each way once.
    static func remedies(_ names: [TakenName]) -> String {
        Set(names.compactMap(\.remedy)).sorted().map(\.text).joined(separator: "; ")
    }
}

extension TakenName {
    /// An object of which a field differs from the one desired that the API server lets nobody change: the selector of workloads (apps/v1), the
    /// role of bindings (rbac.authorization.k8s.io/v1); nil where it fits.
    init?(unfit live: KubeObject, for desired: KubeObject) {
        let fields = desired.kind.kind.hasSuffix("RoleBinding") ? ["roleRef"] : ["spec", "selector"]
        let place = TreePath(fields.map { .key($0) })
        guard ObjectReadiness.isWorkload(desired.kind) || fields.count == 1, let theirs = live.tree.value(at: place),
            let ours = desired.tree.value(at: place), theirs != ours
        else { return nil }
        let id = ResourceID(live)
        let (there, wanted) = (theirs.jsonText(), ours.jsonText())
        let text = "\(id), which no MeshOperator made, has the \(fields.last ?? "") \(there) where \(wanted) is wanted"
        self.init(id: id, text: text, holder: .unfit)
    }
}
