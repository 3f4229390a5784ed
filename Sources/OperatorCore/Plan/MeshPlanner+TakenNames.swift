internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

extension MeshPlanner {
    /// The plan where names or pods are taken that may not be taken over; nil where there are none.
    ///
    /// What another MeshOperator keeps is never taken over: the two would take it from each other for ever.
    func takenNames(_ blueprint: MeshBlueprint, _ intent: MeshIntent) -> MeshPlan? {
        let strangers = ForeignInjection(observation, blueprint)
        let others = strangers.isInstalled ? [] : strangers.webhooks
        let taken = foreignObjects(blueprint) + injectedByOthers(blueprint) + others
        let kept = taken.filter { $0.holder != .nobody }
        let counted = kept.isEmpty && !intent.wishes.contains(.adopt) ? taken : kept
        guard !counted.isEmpty else { return nil }
        var plan = MeshPlan(stage: .notOwned(counted))
        plan.taken = Set(counted.compactMap(\.id))
        plan.injectors = Set(counted.compactMap(\.injector))
        return plan
    }

    /// The desired objects whose names are taken, with whose they are.
    private func foreignObjects(_ blueprint: MeshBlueprint) -> [TakenName] {
        blueprint.objects.compactMap { desired in
            let id = ResourceID(desired)
            guard OwnedKind.of(id)?.removal != .never, let live = observation.live[id], !isHandsOff(live),
                !isSharedDefinition(live), !isLent(live, for: desired)
            else { return nil }
            switch observation.marks.verdict(on: live, manager: Self.manager) {
            case .ours: return nil
            case .unmarked:
                if let unfit = TakenName(unfit: live, for: desired) { return unfit }
                return TakenName(id: id, text: "\(id), which no MeshOperator made", holder: .nobody)
            case .otherOwner(let name, let uid):
                let whose = "\(id), which belongs to MeshOperator \(name) with uid \(uid)"
                guard observation.otherOwners.contains(uid) else {
                    return TakenName(id: id, text: whose, holder: .nobody)
                }
                let remedy = Self.remedy(desired, of: blueprint.components[id] ?? "")
                return TakenName(id: id, text: "\(whose), which keeps it", holder: .meshOperator, remedy: remedy)
            }
        }
    }

    /// What makes the name of an object of a component another one, or leaves the object out.
    private static func remedy(_ object: KubeObject, of component: String) -> TakenName.Remedy {
        if let tag = object.labels[MeshNames.Label.tag] { return .tag(tag) }
        switch component {
        case "base": return .base
        case "cni": return .nodeAgent
        default:
            let parts = component.split(separator: "/", maxSplits: 1).map(String.init)
            return parts.count == 2 && parts[0].hasSuffix("Gateways")
                ? .gateway(list: parts[0], name: parts[1]) : .revision
        }
    }

    /// Pods that the mesh would inject and another MeshOperator injects, or is to inject since it was made before; one entry for each
    /// MeshOperator and webhook of ours.
    ///
    /// The API server would ask both, and which of them a pod gets its sidecar from would be chance. Who is there stays: a MeshOperator
    /// that injects such pods already gives way only to an older one that does so too.
    private func injectedByOthers(_ blueprint: MeshBlueprint) -> [TakenName] {
        guard !observation.neighbours.isEmpty else { return [] }
        let desired = blueprint.objects.map(InjectionEntry.all).filter { !$0.isEmpty }
        guard !desired.isEmpty else { return [] }
        let present = observation.ours(manager: Self.manager).flatMap(InjectionEntry.all)
        return observation.neighbours.flatMap { neighbour in
            let isThere = !neighbour.webhooks.isEmpty
            let theirs = (neighbour.webhooks + neighbour.planned).flatMap(InjectionEntry.all).filter { entry in
                let isInjecting = present.contains { $0.shared(with: entry) != nil }
                return isInjecting ? isThere && neighbour.isOlder : isThere || neighbour.isOlder
            }
            return desired.compactMap { Self.shared($0, with: theirs, of: neighbour) }
        }
    }

    /// The pods that a webhook of ours, by its entries, shares with a neighbour's; nil where there are none.
    private static func shared(
        _ own: [InjectionEntry],
        with theirs: [InjectionEntry],
        of neighbour: MeshNeighbour
    ) -> TakenName? {
        var pods: [String] = []
        var webhook: ResourceID?
        for own in own {
            for entry in theirs {
                guard let shared = own.shared(with: entry), !pods.contains(shared) else { continue }
                pods.append(shared)
                webhook = webhook ?? entry.id
            }
        }
        guard let webhook else { return nil }
        let isThere = !neighbour.webhooks.isEmpty
        let how =
            isThere
            ? "injects its sidecars by \(webhook) into" : "was made before this one and is to inject its sidecars into"
        return TakenName(
            id: isThere ? webhook : nil,
            text: "MeshOperator \(neighbour.name) \(how) \(pods.joined(separator: ", "))",
            holder: .meshOperator,
            remedy: own.first?.tag.map { TakenName.Remedy.tag($0) } ?? .revision,
            injector: neighbour.name
        )
    }
}
