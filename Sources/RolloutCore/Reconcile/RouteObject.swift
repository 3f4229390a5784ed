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
    /// The entries by which other VirtualServices that were read delegate to it, an empty one for all requests.
    var roots: [Tree] = []
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
        let (sides, selection) = (mark.sides, mark.selection)
        var composer = RouteComposer(sides: sides, namespace: namespace, selection: selection, rollout: rollout)
        composer.roots = mark.roots
        return composer
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

    /// What others changed of it, where ``isTouched(_:)``.
    func edit(_ rollout: String) -> ForeignEdit {
        guard let mark else { return .routes }
        let written = composer(mark, rollout).compose(mark.original, mark.written)
        return Self.withoutWeights(written) == Self.withoutWeights(lists) ? .weights : .routes
    }

    private static func withoutWeights(_ lists: RouteLists) -> RouteLists {
        var result = lists
        for kind in RouteLists.Kind.allCases {
            result.lists[kind] = lists.lists[kind]?.map { route in
                var route = route
                let plain = route["route"]?.array?.map { entry in
                    var entry = entry
                    entry["weight"] = Tree?.none
                    return entry
                }
                if let plain { route["route"] = .array(plain) }
                return route
            }
        }
        return result
    }

    /// The last change of its routes by others.
    var lastWrite: ForeignWrite {
        ForeignWrite(object, besides: RolloutTools.manager, fields: RouteLists.Kind.allCases.map(\.rawValue))
    }
}

/// Who changed an object last, and when, by its managed fields.
struct ForeignWrite: Sendable, Hashable {
    /// The field manager; `somebody` where nobody tells.
    let writer: String
    /// When it wrote, to the second; nil where nobody tells.
    let time: Timestamp?

    /// Looks for the last writer apart from `manager`: the one that owns one of `fields` of the spec, else anything of the spec.
    init(_ object: KubeObject, besides manager: String, fields: [String]) {
        let entries = object.tree.value(at: "metadata", "managedFields")?.array ?? []
        let others = entries.filter {
            $0["manager"]?.string != manager && $0["subresource"] == nil && $0.value(at: "fieldsV1", "f:spec") != nil
        }
        let owners = others.filter { entry in
            fields.contains { entry.value(at: "fieldsV1", "f:spec", "f:\($0)") != nil }
        }
        let last = (owners.isEmpty ? others : owners).max { ($0["time"]?.string ?? "") < ($1["time"]?.string ?? "") }
        writer = last?["manager"]?.string ?? "somebody"
        time = (last?["time"]?.string).flatMap { Timestamp(rfc3339: $0) }
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
    /// The last change of its subsets by others.
    var lastWrite: ForeignWrite { ForeignWrite(object, besides: RolloutTools.manager, fields: ["subsets"]) }
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
