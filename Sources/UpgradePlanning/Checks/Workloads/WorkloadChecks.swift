internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// Whether workloads can move, and what people should know of those that cannot.
enum WorkloadChecks {
    static let all = [
        UpgradeCheck(name: "labels") { world in each(world) { labels($0, world) } },
        UpgradeCheck(name: "restarts") { world in each(world) { restarts($0, world) } },
        UpgradeCheck(name: "sidecars") { world in each(world) { sidecars($0) } },
        UpgradeCheck(name: "proxy versions") { proxyVersions($0) },
        UpgradeCheck(name: "readiness") { world in each(world) { readiness($0) } },
        UpgradeCheck(name: "annotations") { world in each(world) { annotations($0, world) } },
        UpgradeCheck(name: "templates") { templates($0) },
        UpgradeCheck(name: "waves") { waves($0) },
        UpgradeCheck(name: "gateways") { gateways($0) },
    ]

    private static func each(
        _ world: IndexedWorld,
        _ check: (MeshWorkload) -> UpgradeFinding?
    ) -> [UpgradeFinding] {
        world.world.inventory.workloads.compactMap(check)
    }

    // MARK: Labels

    private static let applicationLabels = [
        "app", "app.kubernetes.io/name", "service.istio.io/canonical-name", "service.istio.io/workload-name",
    ]
    private static let versionLabels = [
        "version", "app.kubernetes.io/version", "service.istio.io/canonical-revision",
    ]

    private static func labels(_ workload: MeshWorkload, _ world: IndexedWorld) -> UpgradeFinding? {
        guard let pod = workload.pods.first, let labels = world.labels[pod.key] else { return nil }
        var missing: [String] = []
        if !applicationLabels.contains(where: { labels[$0] != nil }) { missing.append("app") }
        if !versionLabels.contains(where: { labels[$0] != nil }) { missing.append("version") }
        guard !missing.isEmpty else { return nil }
        return UpgradeFinding(
            .informs,
            .missingLabels,
            workload.id,
            field: "spec.template.metadata.labels",
            "pods have no label \(missing.joined(separator: " and no label ")), so metrics name them \"unknown\" or \"latest\"",
            remedy: "add \(missing.joined(separator: " and ")) to the pod template"
        )
    }

    // MARK: Restarts

    private static func restarts(_ workload: MeshWorkload, _ world: IndexedWorld) -> UpgradeFinding? {
        switch workload.restart {
        case .impossible(let why):
            return UpgradeFinding(
                .informs,
                .notRestartable,
                workload.id,
                "stays on its revision: \(why)",
                remedy: "move it by hand; the old revision is kept while it is used"
            )
        case .refused:
            return UpgradeFinding(
                .informs,
                .optedOut,
                workload.id,
                "stays on its revision: \(RolloutNames.Annotation.restart) is \"false\"",
                remedy: "restart it when it suits you; the old revision is kept while it is used"
            )
        case .possible: break
        }
        guard let owner = world.world.owners[workload.id] else { return nil }
        let obstacle: (field: String, why: String)?
        let partition = owner.tree.value(at: "spec", "updateStrategy", "rollingUpdate", "partition")?.integer ?? 0
        if workload.id.kind == "Deployment", owner.tree.value(at: "spec", "paused")?.bool == true {
            obstacle = ("spec.paused", "is paused")
        } else if owner.tree.value(at: "spec", "updateStrategy", "type")?.string == "OnDelete" {
            obstacle = ("spec.updateStrategy.type", "is OnDelete")
        } else if partition > 0 {
            obstacle = ("spec.updateStrategy.rollingUpdate.partition", "is \(partition)")
        } else {
            obstacle = nil
        }
        return obstacle.map { field, why in
            UpgradeFinding(
                .warns,
                .notRestartable,
                workload.id,
                field: field,
                "\(why), so a restart does not reach all its pods and its wave waits for them",
                remedy: "change it for the upgrade, or annotate it with \(RolloutNames.Annotation.restart): \"false\""
            )
        }
    }

    // MARK: Pods

    private static func sidecars(_ workload: MeshWorkload) -> UpgradeFinding? {
        let lacking = workload.pods.filter(\.lacksSidecar)
        guard let first = lacking.first else { return nil }
        return UpgradeFinding(
            .warns,
            .sidecarMissing,
            workload.id,
            "\(lacking.count) of \(workload.pods.count) pods should have a sidecar of \(first.wanted ?? "") and "
                + "\(lacking.count == 1 ? "has" : "have") none, "
                + "for example \(first.key.name)",
            remedy: "restart it now, or let the upgrade do so"
        )
    }

    private static func proxyVersions(_ world: IndexedWorld) -> [UpgradeFinding] {
        guard let from = world.runningVersion, let target = world.hops.last?.entry.version else { return [] }
        // Thousands of pods run a handful of versions.
        var known: [String: MeshVersion?] = [:]
        return each(world) { workload in
            proxyVersions(workload, world, from: from, target: target) { text in
                if let version = known[text] { return version }
                let version = MeshVersion(text)
                known[text] = .some(version)
                return version
            }
        }
    }

    private static func proxyVersions(
        _ workload: MeshWorkload,
        _ world: IndexedWorld,
        from: MeshVersion,
        target: MeshVersion,
        parse: (String) -> MeshVersion?
    ) -> UpgradeFinding? {
        for pod in workload.pods {
            guard let proxy = pod.proxyVersion.flatMap(parse), proxy.major == target.major else { continue }
            let isInPlace = world.world.spec.upgrade.strategy == .inPlace
            let served = isInPlace ? max(from, target) : from
            if proxy.minor < served.minor - 1 {
                return UpgradeFinding(
                    .warns,
                    .proxyTooOld,
                    workload.id,
                    "\(pod.key.name) runs proxy \(proxy), more than one minor behind the control plane \(served)",
                    remedy: "restart it before the upgrade"
                )
            }
            if proxy.minor > max(from, target).minor {
                return UpgradeFinding(
                    .warns,
                    .proxyTooOld,
                    workload.id,
                    "\(pod.key.name) runs proxy \(proxy), newer than the control plane \(max(from, target))",
                    remedy: "find out who injected it"
                )
            }
        }
        return nil
    }

    private static func readiness(_ workload: MeshWorkload) -> UpgradeFinding? {
        let unready = workload.pods.count { !$0.isReady }
        guard unready > 0 || !workload.isRolledOut else { return nil }
        if case .impossible = workload.restart { return nil }
        return UpgradeFinding(
            .warns,
            .notReady,
            workload.id,
            unready > 0
                ? "\(unready) of \(workload.pods.count) pods \(unready == 1 ? "is" : "are") not ready before anything moves"
                : "its own rollout is under way",
            remedy: "repair it first, or gates may take its trouble for that of the new version"
        )
    }

    // MARK: Annotations

    /// Annotations of pod templates that proxies pass over, with the first minor that does.
    private static let retired = [
        "sidecar.istio.io/statsCompression": ("1.29", "use statsCompression in the annotation proxy.istio.io/config")
    ]

    private static func annotations(_ workload: MeshWorkload, _ world: IndexedWorld) -> UpgradeFinding? {
        let owner = world.world.owners[workload.id]?.tree
        guard let template = owner?.value(at: "spec", "template", "metadata", "annotations") else { return nil }
        for (name, (since, remedy)) in retired where template[name] != nil {
            guard let first = MeshVersion(since),
                let hop = world.hops.first(where: { $0.from < first && $0.entry.version >= first })
            else { continue }
            return UpgradeFinding(
                .warns,
                .retiredAnnotation,
                workload.id,
                field: "spec.template.metadata.annotations[\(name)]",
                "has no effect from \(since) on",
                remedy: remedy,
                hop: hop.entry.version.description
            )
        }
        return nil
    }

    /// Workloads that run nothing and name the revision that runs: there is nothing to restart, and their next pods need it.
    private static func templates(_ world: IndexedWorld) -> [UpgradeFinding] {
        guard let revision = world.world.revision else { return [] }
        let running = Set(world.world.inventory.workloads.map(\.id))
        var namespaces: [String: [String: String]] = [:]
        for namespace in world.world.namespaces { namespaces[namespace.name] = namespace.labels }
        let choice = RevisionChoice(tags: Dictionary(uniqueKeysWithValues: tags(world).map { ($0, revision) }))
        return world.world.owners.compactMap { id, owner in
            guard !running.contains(id), !owner.isDeleting, owner.labels[MeshNames.Label.owner] == nil,
                let labels = WorkloadInventory.templateLabels(owner)
            else { return nil }
            let namespace = namespaces[id.key.namespace ?? ""] ?? [:]
            guard choice.chooser(template: labels, namespace: namespace) == .revision(revision) else { return nil }
            return UpgradeFinding(
                .informs,
                .notRestartable,
                id,
                field: "spec.template.metadata.labels[\(MeshNames.Label.revision)]",
                "is \(revision) and it runs no pods, so nothing moves it",
                remedy: "set the label to a tag, or to the new revision once it is there; the old one is kept for it"
            )
        }
    }

    /// The names that lead to the new revision from the promotion on.
    private static func tags(_ world: IndexedWorld) -> Set<String> {
        Set((world.world.spec.values["revisionTags"]?.array?.compactMap(\.string) ?? []) + ["default"])
    }

    // MARK: Waves

    private static func waves(_ world: IndexedWorld) -> [UpgradeFinding] {
        let order = WaveOrder(world.world)
        var names: [String: String] = [:]
        for namespace in world.world.namespaces {
            names[namespace.name] = RevisionChoice.name(ofNamespace: namespace.labels)
        }
        let tags = tags(world)
        var found: [UpgradeFinding] = []
        var used: Set<Int> = []
        var left: [String: (count: Int, followers: Int)] = [:]
        for workload in world.world.inventory.workloads {
            let namespace = workload.id.key.namespace ?? ""
            if let wave = order.wave(of: namespace) {
                used.insert(wave)
                continue
            }
            left[namespace, default: (0, 0)].count += 1
            let name = names[namespace] ?? workload.chooser.name
            if let name, tags.contains(name) { left[namespace]?.followers += 1 }
        }
        for (namespace, (count, followers)) in left {
            let what =
                count == 1 ? "workload is in no wave and stays on its" : "workloads are in no wave and stay on their"
            let who =
                followers == 1
                ? "\(count == 1 ? "it" : "1 of them") names a tag: its" : "\(followers) of them name a tag: their"
            let later = "; \(who) pods made after the promotion get the new version"
            found.append(
                UpgradeFinding(
                    .warns,
                    .waveMismatch,
                    ResourceID(group: "", kind: "Namespace", key: ObjectKey(name: namespace)),
                    "its \(count) \(what) revision, which is kept for \(count == 1 ? "it" : "them")"
                        + (followers == 0 ? "" : later),
                    remedy: "add a wave to spec.upgrade.workloads.waves that selects it"
                )
            )
        }
        for index in 0..<order.count where !used.contains(index) && !world.world.inventory.workloads.isEmpty {
            found.append(
                UpgradeFinding(
                    .informs,
                    .waveMismatch,
                    nil,
                    field: "spec.upgrade.workloads.waves[\(index)]",
                    "selects no workload that an earlier wave leaves",
                    remedy: "correct its namespaceSelector, or remove it"
                )
            )
        }
        return found
    }

    // MARK: Gateways

    private static func gateways(_ world: IndexedWorld) -> [UpgradeFinding] {
        guard world.world.spec.upgrade.gateways == .weighted else { return [] }
        return world.world.gateways.compactMap { gateway in
            let scaler = world.world.autoscalers.first { scaler in
                scaler.namespace == gateway.namespace
                    && scaler.tree.value(at: "spec", "scaleTargetRef", "name")?.string == gateway.name
                    && scaler.tree.value(at: "spec", "scaleTargetRef", "kind")?.string == gateway.kind.kind
            }
            let most =
                scaler.map { $0.tree.value(at: "spec", "maxReplicas")?.integer ?? 1 }
                ?? gateway.tree.value(at: "spec", "replicas")?.integer ?? 1
            guard most <= 1 else { return coarse(gateway, hasScaler: scaler != nil, most: Int(clamping: most), world) }
            return UpgradeFinding(
                .informs,
                .gatewayTooSmall,
                ResourceID(gateway),
                field: scaler == nil ? "spec.replicas" : "",
                "has at most 1 replica\(scaler == nil ? "" : " (its HorizontalPodAutoscaler's maxReplicas)"), so its traffic "
                    + "moves in one go",
                remedy: "give it more replicas for shares that follow the steps"
            )
        }
    }

    /// A gateway whose pods are too few for the first step that asks for a part of them.
    ///
    /// Traffic is split by the numbers of pods behind one Service, and each side needs one
    /// (https://istio.io/latest/docs/setup/additional-setup/gateway/#canary-upgrade-advanced). An upgrade adds no pods for the sake of a share:
    /// they cost, and where they do not fit the step would fail for them.
    private static func coarse(
        _ gateway: KubeObject,
        hasScaler: Bool,
        most: Int,
        _ world: IndexedWorld
    ) -> UpgradeFinding? {
        let pods = min(max(1, Int(clamping: gateway.tree.value(at: "spec", "replicas")?.integer ?? 1)), max(1, most))
        let steps = world.world.spec.upgrade.steps
        guard let first = steps.firstIndex(where: { (1..<100).contains($0.weight) }) else { return nil }
        let weight = steps[first].weight
        let new = (pods * weight + 99) / 100
        let share = new * 100 / (new + max(1, pods - new))
        guard share >= weight + 10 else { return nil }
        let better = min(most, (100 + weight - 1) / weight)
        let least = better * weight <= 100 ? 100 / better : weight
        return UpgradeFinding(
            .informs,
            .gatewayTooSmall,
            ResourceID(gateway),
            field: hasScaler ? "" : "spec.replicas",
            "has \(pods) pod\(pods == 1 ? "" : "s"), so step \(first + 1) (\(weight)%) takes \(share)% of its traffic",
            remedy: better > pods
                ? "give it \(better) pods before the upgrade\(hasScaler ? " (minReplicas of its HorizontalPodAutoscaler)" : ""), "
                    + "of which one takes \(least)%"
                : "give it more replicas for shares that follow the steps"
        )
    }
}
