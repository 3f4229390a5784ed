internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI

/// What keeps a rollout from beginning.
struct RolloutRefusal: Sendable, Hashable {
    /// What it is about.
    enum Kind: Sendable, Hashable {
        /// Objects, fields or other rollouts: it stays until somebody changes them.
        case lasting
        /// The side that serves is not up, which matters only once something is to be rolled out.
        case stableSide
    }

    /// What it is about.
    let kind: Kind
    /// What is wrong and what to do, for people.
    let text: String
}

/// The checks before a rollout begins.
struct RolloutPreflight: Sendable {
    let world: RolloutWorld
    let stores: MeshRolloutStores

    init(_ world: RolloutWorld, stores: MeshRolloutStores) {
        self.world = world
        self.stores = stores
    }

    /// One question; nil when it has nothing to say.
    typealias Check = @Sendable (RolloutPreflight) -> String?

    /// The questions, in order.
    static let checks: [Check] = [
        { $0.otherRollout }, { $0.group }, { $0.holder }, { $0.missing }, { $0.foreign }, { $0.rule }, { $0.clash },
        { $0.selection }, { $0.leads }, { $0.kinds }, { $0.matches }, { $0.cookies }, { $0.size }, { $0.copy },
    ]

    /// Everything that keeps the rollout from beginning: what the reader found, then what the checks say.
    var refusals: [RolloutRefusal] {
        let lasting = world.refusals + Self.checks.compactMap { $0(self) }
        let passing = stable.map { RolloutRefusal(kind: .stableSide, text: $0) }
        return lasting.map { RolloutRefusal(kind: .lasting, text: $0) } + [passing].compactMap(\.self)
    }

    // MARK: Others

    /// Another MeshRollout of the host; the older one goes first.
    var otherRollout: String? {
        for other in stores.rollouts.objects() where other.key != world.object.key && !other.isDeleting {
            guard let text = other.tree.value(at: "spec", "host")?.string,
                HostName(text, namespace: other.namespace ?? "") == world.host, isOlder(other)
            else { continue }
            return "MeshRollout \(other.key) moves the traffic of \(world.host) already; delete one of the two"
        }
        return nil
    }

    private var group: String? { GroupBarrier(world, stores: stores).refusal }

    private func isOlder(_ other: KubeObject) -> Bool {
        func age(_ object: KubeObject) -> (String, String) {
            (object.tree.value(at: "metadata", "creationTimestamp")?.string ?? "", object.key.description)
        }
        return age(other) < age(world.object)
    }

    private var holder: String? {
        var held = world.routes.map { ($0.title, $0.holder) }
        if let rule = world.subsets { held.append((rule.title, rule.holder)) }
        for (title, holder) in held {
            guard let holder, holder != world.holder else { continue }
            return "\(title) is being changed by MeshRollout \(holder); wait for it, or give each its own"
        }
        return nil
    }

    // MARK: Objects

    private var missing: String? {
        guard let key = world.missing.first, !world.spec.virtualServices.isEmpty else { return nil }
        return "spec.virtualServices: VirtualService \(key) is not there; create it, or take it off the list"
    }

    /// Objects under names that would be made for the rollout.
    private var foreign: String? {
        if world.spec.virtualServices.isEmpty, let route = world.routes.first, !world.isMade(route.object) {
            return "\(route.title) is there and not of this rollout; name it in spec.virtualServices"
        }
        if world.spec.destinationRule == nil, let rule = world.subsets, !world.isMade(rule.object) {
            return "\(rule.title) is there and not of this rollout; name it in spec.destinationRule"
        }
        return nil
    }

    private var rule: String? {
        guard world.usesSubsets else { return nil }
        guard let rule = world.subsets else {
            guard let name = world.spec.destinationRule else { return nil }
            return "spec.destinationRule.name: DestinationRule \(name) is not there; create it, or leave the field out"
        }
        let text = rule.object.tree.value(at: "spec", "host")?.string ?? ""
        guard !HostName(text, namespace: world.namespace).covers(world.host) else { return nil }
        return "\(rule.title) is for host \(text), not for \(world.host); name the one of the host"
    }

    private var clash: String? {
        guard world.usesSubsets, let rule = world.subsets else { return nil }
        for version in [world.spec.stable.version, world.spec.canary.version] {
            if let clash = world.subsetPlan.clash(version) { return "\(rule.title): \(clash)" }
        }
        return nil
    }

    // MARK: Routes

    private var leads: String? {
        guard !world.routes.isEmpty, world.routes.allSatisfy({ world.parts($0).isEmpty }) else { return nil }
        let names = world.routes.map(\.title).joined(separator: ", ")
        return "no route of \(names) leads to \(world.host); add one, or name another VirtualService"
    }

    private var selection: String? {
        for route in world.routes {
            let names = Set(RouteLists.Kind.allCases.flatMap { route.lists[$0] }.compactMap { $0["name"]?.string })
            for name in route.selection where !names.contains(name) {
                return "spec.virtualServices: \(route.title) has no route named \(name); correct the name"
            }
        }
        return nil
    }

    private var kinds: String? {
        guard world.plan.needsHTTP, !world.routes.isEmpty else { return nil }
        let hasHTTP = world.routes.contains { route in world.parts(route).contains { $0.kind == .http } }
        guard !hasHTTP else { return nil }
        return
            "spec.steps: match, mirror, fault and sessionAffinity need http routes, and \(world.host) has none; leave them out"
    }

    private var matches: String? {
        for (index, step) in world.plan.steps.enumerated() {
            guard case .match(let rules)? = step.change, !rules.isEmpty else { continue }
            let isPossible = world.routes.contains { route in
                let composer = world.composer(route)
                return httpRoutes(route).contains {
                    !composer.alternatives(MatchProduct.of(rules, $0["match"]?.array ?? [])).isEmpty
                }
            }
            guard isPossible || world.routes.isEmpty else {
                return "spec.steps[\(index)].match: no request meets both these rules and those of a route to "
                    + "\(world.host); make the rules fit the routes"
            }
        }
        return nil
    }

    /// Where test users of a step cannot be told apart from other users of a route, which get what all get there.
    ///
    /// - Parameter step: the place of the step.
    /// - Returns: a text for each route and rule; empty where the step matches nobody, or all can.
    func leftOut(at step: Int) -> [String] {
        guard world.plan.steps.indices.contains(step), case .match(let rules)? = world.plan.steps[step].change else {
            return []
        }
        return world.routes.flatMap { route in
            httpRoutes(route).enumerated().flatMap { index, own -> [String] in
                let name = own["name"]?.string ?? "http[\(index)]"
                let match = own["match"]?.array ?? []
                let gaps = MatchProduct.gaps(rules, match).map { ($0, "both its own") }
                let roots = MatchProduct.gaps(rules, match, under: route.roots).map { ($0, "both that of its root") }
                return (gaps + roots).map { rule, what in
                    "\(route.title) route \(name): no match can say \(what) and spec.steps[\(step)].match[\(rule)] "
                        + "(\(Self.fields(rules[rule]))), so these test users get there what all others get"
                }
            }
        }
    }

    /// What a match looks at: `uri`, `headers.cookie`.
    private static func fields(_ match: Tree) -> String {
        let names = (match.object?.entries ?? []).flatMap { entry -> [String] in
            guard ["headers", "queryParams"].contains(entry.key) else { return [entry.key] }
            return (entry.value.object?.entries ?? []).map { "\(entry.key).\($0.key)" }
        }
        return names.joined(separator: ", ")
    }

    private var cookies: String? {
        guard world.spec.affinity != nil else { return nil }
        for route in world.routes {
            if route.roots.contains(where: { $0["headers"]?["cookie"] != nil }) {
                return
                    "spec.sessionAffinity: \(route.title) is delegated to by a match of cookies, and no route of it may match others; "
                    + "leave one of both out"
            }
            guard let clash = httpRoutes(route).first(where: { StickyCookie.clashes($0) }) else { continue }
            let name = clash["name"]?.string ?? "without a name"
            return
                "spec.sessionAffinity: \(route.title) route \(name) matches or sets cookies itself; leave one of both out"
        }
        return nil
    }

    /// The http routes of a VirtualService that take part, without those that were put in.
    private func httpRoutes(_ route: RouteObject) -> [Tree] {
        let composer = world.composer(route)
        let base = route.base(world.object.name, sides: world.sides)
        return composer.own(base[.http]).filter { composer.weights($0) != nil }
    }

    /// Annotations of an object have 256 KiB altogether.
    private var size: String? {
        let isCopied = world.spec.promotion == .copyTemplate
        let template = isCopied ? world.stable.object?.tree.value(at: "spec", "template") : nil
        let more = template.map { $0.jsonText().utf8.count } ?? 0
        for route in world.routes where route.lists.tree.jsonText().utf8.count + more > 180_000 {
            let what = more > 0 ? "its routes and the template of \(world.stable.title)" : "its routes"
            return "\(route.title) is too large to keep a copy of \(what) in an annotation; split it"
        }
        return nil
    }

    /// A promotion by copy waits for pods of the new template, which not every workload gets by itself.
    private var copy: String? {
        guard world.spec.promotion == .copyTemplate, let hold = world.stable.templateHold else { return nil }
        return
            "spec.promotion.mode CopyTemplate: \(world.stable.title) would not get the new template: \(hold), or promote by ScaleDown"
    }

    /// What is known at the start to keep the last step from being reached; a person, or time, may change it by then.
    var shortage: String? {
        let (canary, rule) = (world.canary, world.capacity)
        guard let bounds = canary.bounds, bounds.most < rule.ready(at: 100) else { return nil }
        return "HorizontalPodAutoscaler \(bounds.name) allows \(canary.title) \(bounds.most) replicas, and 100% needs "
            + "\(rule.ready(at: 100)) by now; raise maxReplicas before it comes to that"
    }

    private var stable: String? {
        let stable = world.stable
        guard stable.ready == 0 else { return nil }
        let unparking = stable.parking.flatMap { _ in stable.object }
            .map { ": \(RolloutNames.unparking($0.name, in: $0.namespace))" }
        return
            "the stable side, \(stable.title), has no ready replicas (\(stable.text)); bring it up first\(unparking ?? "")"
    }
}

extension RolloutWorld {
    /// Whether an object was made for the rollout.
    func isMade(_ made: KubeObject) -> Bool {
        guard let uid = object.uid else { return false }
        return made.ownerReferences.contains { $0.uid == uid }
    }
}
