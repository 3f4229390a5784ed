internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// Everything a MeshRollout is decided from, read at one moment.
struct RolloutWorld: Sendable {
    /// The MeshRollout.
    let object: KubeObject
    /// What is wanted.
    let spec: MeshRolloutSpec
    /// The VirtualServices that are there, in the order in which they change; delegates follow who names them.
    var routes: [RouteObject] = []
    /// The VirtualServices that are not there.
    var missing: [ObjectKey] = []
    /// VirtualServices that the rollout has changed and that are no longer named.
    var strays: [RouteObject] = []
    /// The DestinationRule; nil where there is none.
    var subsets: SubsetObject?
    /// The sides by version.
    var states: [String: SideState] = [:]
    /// Why nothing may begin.
    var refusals: [String] = []
    /// The time.
    let now: Timestamp

    init(object: KubeObject, spec: MeshRolloutSpec, now: Timestamp) {
        self.object = object
        self.spec = spec
        self.now = now
    }

    var namespace: String { object.namespace ?? "" }
    /// Who holds what the rollout changes.
    var holder: String { "\(namespace)/\(object.name)" }
    var host: HostName { HostName(spec.host, namespace: namespace) }
    var plan: StepPlan { StepPlan(spec) }

    // MARK: What is written down

    /// The record on the routes; the first one's counts, else the one that is least far.
    var routeRecord: WrittenRecord? {
        let own = routes.filter { $0.holder == holder }
        if let lead = routes.first, lead.holder == holder, let written = lead.written { return written }
        return own.compactMap(\.written).min { $0.record.step < $1.record.step }
    }

    /// The record of a rollout that has ended, on the MeshRollout itself.
    var endedRecord: WrittenRecord? {
        WrittenRecord(object.annotations[RolloutNames.Annotation.record])
    }

    /// The record that counts; one that was overtaken stands in nobody's way once the routes are free of it, nor does one of what is no
    /// longer to be rolled out.
    var written: WrittenRecord? {
        guard let route = routeRecord?.record, let ended = endedRecord else {
            if let routeRecord { return routeRecord }
            let isOver = RolloutSupersession(self).last != nil || endedRecord?.record.target != target
            return isOver ? nil : endedRecord
        }
        // What ended on the MeshRollout is on its way off the routes.
        let isSame = ended.record.target == route.target && ended.record.began == route.began
        return isSame && route.verdict != nil && ended.record.verdict != nil ? ended : routeRecord
    }

    /// What the last promotion wrote down.
    var servingMark: ServingMark? { ServingMark(object.annotations[RolloutNames.Annotation.serving]) }

    // MARK: Roles

    /// The version that serves, records apart.
    var servingVersion: String {
        if let mark = servingMark, [spec.stable.version, spec.canary.version].contains(mark.version) {
            return mark.version
        }
        let sides = sides(canary: spec.canary)
        var forward = 0
        var backward = 0
        for route in routes {
            forward += composer(route, sides).parts(route.lists).count
            backward += composer(route, sides.swapped).parts(route.lists).count
        }
        return forward == 0 && backward > 0 ? spec.canary.version : spec.stable.version
    }

    /// The side to come: what the record speaks of, else the one that does not serve.
    var canarySpec: MeshRolloutSpec.Side {
        if let target = routeRecord?.record.target {
            let version = String(target.prefix { $0 != "+" })
            if version == spec.stable.version { return spec.stable }
            if version == spec.canary.version { return spec.canary }
        }
        return servingVersion == spec.canary.version ? spec.stable : spec.canary
    }

    /// The side that serves.
    var stableSpec: MeshRolloutSpec.Side {
        canarySpec.version == spec.canary.version ? spec.stable : spec.canary
    }

    /// The side to come, as it is.
    var canary: SideState {
        states[canarySpec.version] ?? SideState(version: canarySpec.version, kind: spec.workloadKind)
    }
    /// The side that serves, as it is.
    var stable: SideState {
        states[stableSpec.version] ?? SideState(version: stableSpec.version, kind: spec.workloadKind)
    }

    /// Where versions lead.
    var sides: RouteSides { sides(canary: canarySpec) }

    private func sides(canary: MeshRolloutSpec.Side) -> RouteSides {
        let stable = canary.version == spec.canary.version ? spec.stable : spec.canary
        func read(_ side: MeshRolloutSpec.Side) -> RouteSide {
            if let own = side.host {
                return RouteSide(version: side.version, subset: nil, host: HostName(own, namespace: namespace))
            }
            return RouteSide(version: side.version, subset: subsetPlan.name(of: side.version))
        }
        return RouteSides(host: host, stable: read(stable), canary: read(canary))
    }

    /// Whether versions are told apart by subsets.
    var usesSubsets: Bool { spec.stable.host == nil }

    /// The subsets without the rollout.
    var subsetPlan: SubsetPlan { SubsetPlan(subsets: subsets?.base ?? [], label: spec.versionLabel) }

    /// Whether routes lead to subsets that went with the user's DestinationRule, so that requests fail.
    var isCutOff: Bool {
        usesSubsets && subsets == nil && spec.destinationRule != nil && routes.contains { $0.mark != nil }
    }

    /// The composer for a VirtualService.
    func composer(_ route: RouteObject, _ sides: RouteSides? = nil) -> RouteComposer {
        var composer = RouteComposer(
            sides: sides ?? self.sides,
            namespace: route.namespace,
            selection: route.selection,
            rollout: object.name
        )
        composer.roots = route.roots
        return composer
    }

    /// The routes of a VirtualService that take part, as they are now.
    func parts(_ route: RouteObject) -> [RouteComposer.Part] { composer(route).parts(route.lists) }

    /// The largest share of any route.
    var share: Int { routes.flatMap { parts($0) }.map(\.share).max() ?? 0 }

    /// What is to be rolled out; nil when nothing is.
    var target: String? {
        let canary = canary
        guard canary.isWanted else { return nil }
        let identity = canary.identity
        if routeRecord == nil, identity == servingMark?.passed { return nil }
        return identity
    }

    /// What each share needs.
    var capacity: CapacityRule {
        CapacityRule(
            known: routeRecord?.capacity ?? 0,
            carrier: share < 100 ? stable.wanted : canary.wanted,
            minReadyPercent: spec.minReadyPercent
        )
    }

    /// Whether the canary has been made the stable side, and only traces of the rollout are left.
    var isFinishing: Bool {
        guard let written = routeRecord, written.record.verdict == nil, let mark = servingMark else { return false }
        if written.isPromoting { return mark.version == stableSpec.version && mark.passed == written.record.target }
        return mark.version == canarySpec.version && mark.since >= written.record.began
    }
}
