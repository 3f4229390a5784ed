internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase

/// A VirtualService as it is, with what is written down on it.
struct RouteObject: Sendable {
    /// The VirtualService.
    let object: KubeObject
    /// The names of the routes that take part; empty for all that lead to the host.
    let selection: [String]
    /// The routes as they are.
    let lists: RouteLists
    /// The record on it; nil for none.
    let written: WrittenRecord?
    /// What it was before; nil when it is not changed.
    let mark: RouteMark?
    /// The MeshRollout that changes it, as `namespace/name`; nil for none.
    let holder: String?

    init(_ object: KubeObject, selection: [String]) {
        self.object = object
        self.selection = selection
        lists = RouteLists(spec: object.tree["spec"])
        let annotations = object.annotations
        written = WrittenRecord(annotations[RolloutNames.Annotation.record])
        mark = RouteMark(annotations[RolloutNames.Annotation.original])
        holder = annotations[RolloutNames.Annotation.holder]
    }

    var namespace: String { object.namespace ?? "" }

    /// `VirtualService shop/reviews`.
    var title: String { "VirtualService \(object.key)" }

    /// The composer that made what is written down.
    private func composer(_ mark: RouteMark, _ rollout: String) -> RouteComposer {
        RouteComposer(sides: mark.sides, namespace: namespace, selection: mark.selection, rollout: rollout)
    }

    /// The routes without the rollout.
    func base(_ rollout: String, sides: RouteSides) -> RouteLists {
        guard let mark else {
            return RouteComposer(sides: sides, namespace: namespace, selection: selection, rollout: rollout)
                .stripped(lists)
        }
        let composer = composer(mark, rollout)
        let written = composer.compose(mark.original, mark.written)
        return RouteMerge(original: mark.original, written: written, actual: lists, composer: composer).base
    }

    /// Whether somebody else has changed what the rollout wrote.
    func isTouched(_ rollout: String) -> Bool {
        guard let mark else { return false }
        let composer = composer(mark, rollout)
        let written = composer.compose(mark.original, mark.written)
        guard written != lists else { return false }
        let base = RouteMerge(original: mark.original, written: written, actual: lists, composer: composer).base
        return composer.compose(base, mark.written) != lists
    }

    /// The patch that gives it these routes and annotations; nil when it has them.
    func patch(_ wanted: RouteLists, record: String?, mark: String?, holder: String?) -> ObjectPatch? {
        var patch = ObjectPatch(object)
        for kind in RouteLists.Kind.allCases where lists.lists[kind] != wanted.lists[kind] {
            patch.set(wanted.lists[kind].map { .array($0) }, at: ["spec", kind.rawValue])
        }
        if !patch.isEmpty || mark != object.annotations[RolloutNames.Annotation.original] {
            // What is decided on is the whole of the routes, changed or not.
            for kind in RouteLists.Kind.allCases {
                if let list = lists.lists[kind] { patch.test(["spec", kind.rawValue], .array(list)) }
            }
        }
        patch.annotate(RolloutNames.Annotation.record, record)
        patch.annotate(RolloutNames.Annotation.original, mark)
        patch.annotate(RolloutNames.Annotation.holder, holder)
        return patch.isEmpty ? nil : patch
    }

    /// Who wrote the spec last, apart from `manager`; nil where nobody tells.
    static func lastWriter(_ object: KubeObject, besides manager: String) -> String? {
        let entries = object.tree.value(at: "metadata", "managedFields")?.array ?? []
        let others = entries.filter {
            $0["manager"]?.string != manager && $0.value(at: "fieldsV1", "f:spec") != nil
        }
        return others.max { ($0["time"]?.string ?? "") < ($1["time"]?.string ?? "") }?["manager"]?.string
    }
}

/// A DestinationRule as it is, with what is written down on it.
struct SubsetObject: Sendable {
    /// The DestinationRule.
    let object: KubeObject
    /// What was added; nil when it is not changed.
    let mark: SubsetMark?
    /// The MeshRollout that changes it, as `namespace/name`; nil for none.
    let holder: String?

    init(_ object: KubeObject) {
        self.object = object
        mark = SubsetMark(object.annotations[RolloutNames.Annotation.original])
        holder = object.annotations[RolloutNames.Annotation.holder]
    }

    /// `DestinationRule shop/reviews`.
    var title: String { "DestinationRule \(object.key)" }
    /// The subsets as they are.
    var subsets: [Tree] { object.tree.value(at: "spec", "subsets")?.array ?? [] }
    /// The load balancer of all of it.
    var policy: Tree? { object.tree.value(at: "spec", "trafficPolicy", "loadBalancer") }
    /// The subsets without the rollout.
    var base: [Tree] { mark.map { SubsetPlan.restored(subsets, $0) } ?? subsets }

    /// The patch that gives it these subsets and annotations; nil when it has them.
    func patch(_ wanted: [Tree], mark: String?, holder: String?) -> ObjectPatch? {
        var patch = ObjectPatch(object)
        if wanted != subsets {
            let isNone = wanted.isEmpty && object.tree.value(at: "spec", "subsets") == nil
            if !isNone { patch.set(wanted.isEmpty ? nil : .array(wanted), at: ["spec", "subsets"]) }
        }
        patch.annotate(RolloutNames.Annotation.original, mark)
        patch.annotate(RolloutNames.Annotation.holder, holder)
        return patch.isEmpty ? nil : patch
    }
}
