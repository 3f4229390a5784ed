internal import DataTree
package import KubeAPI
package import MeshAPI
package import MeshBase
package import RolloutEngine
package import UpgradePlanning

/// The workloads an upgrade moves, and what may be done about them now: a function of what the caches show.
package struct UpgradeCrowd: Sendable {
    /// What the caches show.
    package struct Sight: Sendable {
        /// All pods that have not ended for good, as ``SidecarPod/trimmed(_:)`` leaves them.
        package var pods: [KubeObject] = []
        /// Which of them get a sidecar.
        package var injection = InjectionRules()
        /// Deployments, StatefulSets, DaemonSets and Argo Rollouts.
        package var owners: [ResourceID: KubeObject] = [:]
        /// All namespaces.
        package var namespaces: [KubeObject] = []
        /// Revision tags that others made, with the revision each leads to: what follows them is not moved, and holds that revision.
        package var foreignTags: [String: String] = [:]
        /// The names of revisions and tags that others have, and this mesh has not.
        package var others: Set<String> = []
        /// The names of the revisions of this mesh.
        package var revisions: Set<String> = []
        /// PodDisruptionBudgets.
        package var budgets: [KubeObject] = []
        /// The mesh's own workloads, whose pods are moved otherwise.
        package var own: [KubeObject] = []

        /// Nothing.
        package init() {}
    }

    /// The names of the two revisions and of the tags that lead to them.
    package struct Sides: Sendable, Hashable {
        /// The revision that serves what has not moved.
        package var stable: String
        /// The revision to move to.
        package var new: String
        /// What each tag leads to.
        package var tags: [String: String]
        /// The tag by which namespaces get the new revision; nil where they get it by its name.
        package var alias: RevisionAlias?
        /// Whether `istio-injection=enabled` leads to the stable revision.
        package var isStableDefault = false
        /// Since when everything goes back; nil while it does not.
        package var returning: Timestamp?
        /// Restarts by the operator from then on count as under way although no pod shows it yet; nil for none.
        package var recent: Timestamp?

        /// Names them.
        package init(stable: String, new: String, tags: [String: String]) {
            self.stable = stable
            self.new = new
            self.tags = tags
        }

        /// The value of the label `istio.io/rev` that gives pods the new revision.
        package var label: String { alias?.name ?? new }
    }

    /// How workloads move.
    package let rules: UpgradePlan.Workloads
    /// The revisions.
    package let sides: Sides
    /// Every workload of the mesh.
    package let inventory: WorkloadInventory
    /// Those that take part, in the order in which they move.
    package let moves: WorkloadMoves
    /// Those whose own label names a tag: they are restarted once the tag leads to the new revision.
    package let followers: WorkloadMoves
    /// The namespaces, by name.
    let namespaces: [String: KubeObject]
    /// The names of those that a wave takes and whose labels choose one of the two revisions: other meshes move namespaces too.
    let partaking: Set<String>
    /// What the caches show.
    let sight: Sight
    /// Where labels lead.
    let leads: LabelLeads

    /// Finds the workloads.
    package init(_ sight: Sight, _ rules: UpgradePlan.Workloads, _ sides: Sides) {
        self.rules = rules
        self.sides = sides
        self.sight = sight
        let leads = LabelLeads(sight, sides)
        self.leads = leads
        // A tag that another mesh answers leads nowhere here, `default` above all.
        let choice = RevisionChoice(tags: sides.tags.filter { !sight.strangers.contains($0.key) })
        let own = sight.own.compactMap { OwnPods($0) }
        inventory = WorkloadInventory(
            pods: sight.pods,
            owners: sight.owners,
            namespaces: sight.namespaces,
            choice: choice,
            rules: sight.injection,
            others: sight.strangers
        ) { pod in own.contains { $0.includes(pod) } }
        var named: [String: KubeObject] = [:]
        var waves: [String: Wave] = [:]
        let selectors = rules.waves.map { try? LabelSelector($0) }
        for namespace in sight.namespaces {
            named[namespace.name] = namespace
            waves[namespace.name] = Self.wave(of: namespace, selectors, leads)
        }
        namespaces = named
        let found = waves
        partaking = Set(found.filter(\.value.takesPart).keys)
        func wave(_ workload: MeshWorkload) -> Wave? { found[workload.id.key.namespace ?? ""] }
        let between = inventory.betweenPods(
            sight.owners.values,
            restartedFor: sides.returning == nil ? [sides.new] : [sides.new, sides.stable],
            namespaces: named,
            choice
        )
        let taking = (inventory.workloads + between).map { workload in
            var workload = workload
            if let recent = sides.recent, let last = workload.restartedAt { workload.isJustRestarted = last >= recent }
            // What somebody has led astray is what the old label makes of it: to be moved again.
            if case .revision = workload.chooser, let move = sight.owners[workload.id].map({ TemplateMove($0) }),
                move.isMoved, leads.standing(move) == .astray
            {
                workload.chooser = .revision(sides.stable)
            }
            return workload
        }
        let names = [sides.stable, sides.new]
        var moves = WorkloadMoves(taking, to: sides.new) { workload in
            switch workload.chooser {
            case .namespace: wave(workload).flatMap { $0.takesPart ? $0.number : nil }
            case .revision(let name): sides.alias == nil && names.contains(name) ? wave(workload)?.number : nil
            case .tag: nil
            }
        }
        moves.maxInMotion = Self.limit(rules.maxUnavailable, of: moves.order.count)
        let labels = named
        moves.isLabelled = { name in
            labels[name].flatMap { RevisionChoice.name(ofNamespace: $0.labels) } == sides.label
        }
        moves.room = DisruptionRoom(sight.budgets)
        self.moves = moves
        // In mode Manual nobody restarts them but people, who cannot before the tag has moved: no promotion waits for that.
        var followers = WorkloadMoves(rules.mode == .manual ? [] : taking, to: sides.new) { workload in
            switch workload.chooser {
            case .namespace: nil
            case .tag(let tag): names.contains(choice.resolved(tag)) ? wave(workload)?.number : nil
            // The new revision has no name of its own before the tag of that name leads to it.
            case .revision(let name): sides.alias != nil && names.contains(name) ? wave(workload)?.number : nil
            }
        }
        followers.maxInMotion = Self.limit(rules.maxUnavailable, of: followers.order.count)
        followers.isLabelled = { _ in true }
        followers.room = moves.room
        self.followers = followers
    }

    /// How far the workloads are; those that moved by themselves ahead of the step do not count.
    package func part(at weight: Int) -> RolloutPart {
        var part = moves.part
        let need = part.need(at: weight)
        part.moved = min(part.moved, need)
        part.settled = min(part.settled, part.moved)
        return part
    }

    /// Namespaces that got the label of the new revision by the operator's hand, but for those that people have given to another since.
    package var movedNamespaces: [KubeObject] { moved([.here, .astray]) }

    /// Workloads whose pod template got the label of the new revision by the operator's hand, by name; likewise.
    package var movedOwners: [KubeObject] { movedOwners([.here, .astray]) }

    /// Namespaces with the mark of a move.
    func moved(_ standings: Set<LabelLeads.Standing>) -> [KubeObject] {
        sight.namespaces.filter { namespace in
            let move = NamespaceMove(namespace)
            return move.isMoved && !namespace.isDeleting && standings.contains(leads.standing(move))
        }
    }

    /// Workloads with the mark of a move of their pod template, by name.
    func movedOwners(_ standings: Set<LabelLeads.Standing>) -> [KubeObject] {
        sight.owners.values.filter { owner in
            let move = TemplateMove(owner)
            return move.isMoved && !owner.isDeleting && standings.contains(leads.standing(move))
        }
        .sorted { ResourceID($0) < ResourceID($1) }
    }

    /// How far the way back is: everything that is to run, or still runs, with the new revision; and namespaces, and workloads that run no
    /// pod, that bear its label by the operator's hand.
    package var returnParts: [RolloutPart] {
        let running = Set(moves.order.map(\.id))
        let labels =
            movedNamespaces.count + LabelsByHand(self).taken.count + LabelsByHand(self).leaving.count
            + movedOwners.count { !running.contains(ResourceID($0)) }
        return [
            RolloutPart(name: "workloads", total: moves.order.count, moved: moves.order.count { isAway($0) }),
            RolloutPart(name: "labels", total: labels, moved: labels),
        ]
    }

    /// Whether a workload still has to come back.
    ///
    /// A restart for the new revision whose pods are not all there yet may still bring one that runs with it.
    func isAway(_ workload: MeshWorkload) -> Bool {
        workload.isMoved(to: sides.new) || workload.uses(sides.new)
            || workload.directedTo == sides.new && !workload.isRolledOut
    }

    /// Workloads that bear the mark of a restart for the new revision which is over, or has brought none of their pods about.
    var markedOwners: [KubeObject] {
        var pods: [ResourceID: MeshWorkload] = [:]
        for workload in inventory.workloads { pods[workload.id] = workload }
        return sight.owners.values.filter { owner in
            guard owner.annotations[RolloutNames.Annotation.movedTo] == sides.new, !owner.isDeleting else {
                return false
            }
            return !TemplateMove(owner).isMoved && pods[ResourceID(owner)]?.runs(sides.new) ?? true
        }
        .sorted { ResourceID($0) < ResourceID($1) }
    }

    // MARK: Reading objects

    /// The place of a namespace in an upgrade.
    private struct Wave {
        /// Its wave, counted from 0.
        var number: Int
        /// Whether its labels choose one of the two revisions, or did before somebody led it astray.
        var takesPart: Bool
    }

    /// The wave a namespace belongs to by its own labels; nil for one that no wave selects.
    private static func wave(
        of namespace: KubeObject,
        _ selectors: [LabelSelector?],
        _ leads: LabelLeads
    ) -> Wave? {
        guard !namespace.isDeleting else { return nil }
        let move = NamespaceMove(namespace)
        let takesPart = [.here, .astray].contains(leads.standing(move))
        if selectors.isEmpty { return Wave(number: 0, takesPart: takesPart) }
        let labels = move.original
        return selectors.firstIndex { $0?.matches(labels) ?? false }.map { Wave(number: $0, takesPart: takesPart) }
    }

    /// A count, or a share of `total` in percent; at least 1.
    private static func limit(_ tree: Tree, of total: Int) -> Int {
        if let count = tree.integer { return Int(min(max(1, count), 100_000)) }
        guard let text = tree.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return 1 }
        return max(1, total / 100 * min(100, max(0, percent)) + total % 100 * min(100, max(0, percent)) / 100)
    }
}

extension UpgradeCrowd.Sight {
    /// The names by which pods belong to other meshes: those of others, without tags of others that lead to a revision of this mesh.
    var strangers: Set<String> { others.filter { name in foreignTags[name].map { !revisions.contains($0) } ?? true } }

    /// The revisions that pod templates name, in namespaces that name none, by workload; the mesh's own workloads name their own, which
    /// holds nothing.
    func namedByTemplates(_ choice: RevisionChoice) -> [ResourceID: String] {
        let own = Set(own.map { ResourceID($0) })
        var labels: [String: [String: String]] = [:]
        for namespace in namespaces { labels[namespace.name] = namespace.labels }
        var result: [ResourceID: String] = [:]
        for (id, owner) in owners where !owner.isDeleting && !own.contains(id) {
            guard let template = WorkloadInventory.templateLabels(owner),
                let name = template[MeshNames.Label.revision],
                choice.chooser(template: template, namespace: labels[owner.namespace ?? ""] ?? [:]) != .namespace
            else { continue }
            result[id] = choice.resolved(name)
        }
        return result
    }
}

/// The pods of one workload, by its selector.
struct OwnPods {
    private let namespace: String?
    private let labels: [(key: String, value: String)]

    init?(_ workload: KubeObject) {
        guard let entries = workload.tree.value(at: "spec", "selector", "matchLabels")?.object?.entries,
            !entries.isEmpty
        else { return nil }
        namespace = workload.namespace
        labels = entries.compactMap { entry in entry.value.string.map { (entry.key, $0) } }
    }

    func includes(_ pod: KubeObject) -> Bool {
        guard pod.namespace == namespace else { return false }
        let present = pod.labels
        return labels.allSatisfy { present[$0.key] == $0.value }
    }
}
