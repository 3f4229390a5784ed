internal import DataTree
package import KubeAPI
package import ManifestRendering
package import MeshAPI

/// All that is known of a cluster when its mesh is about to move: what ``UpgradeCheck``s look at.
///
/// A value; nothing here reads a cluster. Whoever fills it may leave out what it has not read: checks then find less, they never
/// guess. Order of the lists does not matter.
package struct UpgradeWorld: Sendable {
    /// The way to go, from a ``HopPlanner``.
    package var hops: HopPlan
    /// The versions there are.
    package var catalogue: VersionCatalogue
    /// What the MeshOperator asks for.
    package var spec: MeshOperatorSpec
    /// All namespaces, with their labels.
    package var namespaces: [KubeObject] = []
    /// Revision tags that others made (`istioctl tag set`), with the revision each leads to: nothing moves them, nor what follows them.
    package var foreignTags: [String: String] = [:]
    /// The names of revisions and tags of other meshes: what they lead is not this one's.
    package var others: Set<String> = []
    /// All pods as ``SidecarPod/trimmed(_:)`` leaves them, those of the mesh itself too: labels are looked at.
    package var pods: [KubeObject] = []
    /// The workloads of these pods, those of other meshes left out.
    package var inventory = WorkloadInventory()
    /// Deployments, StatefulSets, DaemonSets and Argo Rollouts by name: the same the inventory was made of.
    ///
    /// Of each are needed `metadata` (labels, annotations), `spec.replicas`, `spec.strategy`, `spec.updateStrategy` and
    /// `spec.template.metadata`.
    package var owners: [ResourceID: KubeObject] = [:]
    /// PodDisruptionBudgets with `spec` and `status`.
    package var budgets: [KubeObject] = []
    /// HorizontalPodAutoscalers with `spec.scaleTargetRef`, `spec.minReplicas` and `spec.maxReplicas`.
    package var autoscalers: [KubeObject] = []
    /// Objects of Istio's groups, those of removed kinds too, whole.
    ///
    /// `metadata.managedFields` and the annotation `kubectl.kubernetes.io/last-applied-configuration` tell in which version
    /// they were written and may be left out.
    package var istio: [KubeObject] = []
    /// The gateways' Deployments as they are in the cluster, with `spec.replicas` and `spec.template.metadata.labels`.
    package var gateways: [KubeObject] = []

    /// The revision that runs; nil where it is not known.
    package var revision: String?

    /// The kinds of finding the user takes knowingly: they warn instead of refusing.
    package var accepted: Set<UpgradeFindingCode> = []

    /// Knows only the way and the wish.
    package init(hops: HopPlan, spec: MeshOperatorSpec, catalogue: VersionCatalogue) {
        self.hops = hops
        self.spec = spec
        self.catalogue = catalogue
    }

    /// The catalogue's entries of the hops, in order.
    package var entries: [VersionCatalogue.Entry] { hops.versions.compactMap { catalogue.entry($0) } }

    /// The namespace whose mesh configuration counts everywhere.
    package var rootNamespace: String {
        spec.meshConfig["rootNamespace"]?.string ?? spec.namespace
    }

    /// The tag of others by which pods get their sidecar.
    ///
    /// - Parameters:
    ///   - template: the labels of a pod template.
    ///   - namespace: the labels of its namespace.
    /// - Returns: its name; nil where the operator's own tags or revisions decide, or no sidecar is wanted.
    package func foreignTag(template: [String: String], namespace: [String: String]) -> String? {
        Self.chosen(template: template, namespace: namespace).flatMap { foreignTags[$0] == nil ? nil : $0 }
    }

    /// Why what these labels lead stays: it follows others; nil where it does not.
    func follows(template: [String: String], namespace: [String: String]) -> String? {
        if let tag = foreignTag(template: template, namespace: namespace) {
            return "it follows tag \(tag), which is not the operator's"
        }
        let name = Self.chosen(template: template, namespace: namespace)
        return name.flatMap { others.contains($0) ? "it follows \($0), which is of another mesh" : nil }
    }

    /// The revision or tag that pods get their sidecar by; nil where none is wanted.
    private static func chosen(template: [String: String], namespace: [String: String]) -> String? {
        guard template[RevisionChoice.injectLabel] != "false", namespace[RevisionChoice.injectionLabel] != "disabled"
        else { return nil }
        let isAsking = template[RevisionChoice.injectLabel] != nil
        let asked = template[MeshNames.Label.revision] ?? (isAsking ? "default" : nil)
        return RevisionChoice.name(ofNamespace: namespace) ?? asked
    }

    /// Reads the kinds of finding a user accepts (``MeshNames/Annotation/acceptFindings``); words that name none are left out.
    package static func accepted(annotations: [String: String]) -> Set<UpgradeFindingCode> {
        let words = (annotations[MeshNames.Annotation.acceptFindings] ?? "").split { $0 == "," || $0 == " " }
        if words.contains("all") { return Set(UpgradeFindingCode.allCases) }
        return Set(words.compactMap { UpgradeFindingCode(rawValue: String($0)) })
    }
}
