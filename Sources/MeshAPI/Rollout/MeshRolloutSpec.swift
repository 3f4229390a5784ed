package import DataTree

/// What the user wants of a MeshRollout: traffic of a host moves from the stable version of an application to its canary.
package struct MeshRolloutSpec: Sendable, Hashable {
    /// What runs a side.
    package enum WorkloadKind: String, Sendable, Hashable, CaseIterable {
        /// apps/v1 Deployments.
        case deployment = "Deployment"
        /// apps/v1 StatefulSets.
        case statefulSet = "StatefulSet"
        /// apps/v1 DaemonSets.
        case daemonSet = "DaemonSet"
        /// Pods with the version label, whoever runs them.
        case pods = "Pods"
    }

    /// One side.
    package struct Side: Sendable, Hashable {
        /// The workload's name, nil for pods by label.
        package var name: String?
        /// The value of the version label.
        package var version: String
        /// The host of its own, nil for a subset of the rollout's.
        package var host: String?
    }

    /// A VirtualService whose weights are changed.
    package struct Route: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// Its namespace; nil for the rollout's.
        package var namespace: String?
        /// The names of the http, tls or tcp routes to change; empty for all that lead to the host.
        package var routes: [String]
    }

    /// How traffic moves.
    package enum Strategy: String, Sendable, Hashable, CaseIterable {
        /// In steps.
        case canary = "Canary"
        /// At once, after the canary is up and its gates passed.
        case blueGreen = "BlueGreen"
    }

    /// What makes the canary the stable side.
    package enum Promotion: String, Sendable, Hashable, CaseIterable {
        /// The old side is scaled down to nothing; names change their roles at the next rollout.
        case scaleDown = "ScaleDown"
        /// The canary's pod template is copied to the stable workload, and traffic goes back to it.
        case copyTemplate = "CopyTemplate"
    }

    /// How users stay on one version during a shift.
    package struct Affinity: Sendable, Hashable {
        /// The cookie's name.
        package var cookie: String
        /// How long a browser keeps it.
        package var lifetime: Duration

        /// Describes a cookie.
        package init(cookie: String, lifetime: Duration) {
            self.cookie = cookie
            self.lifetime = lifetime
        }
    }

    /// What runs the sides.
    package var workloadKind = WorkloadKind.deployment
    /// The side that serves.
    package var stable = Side(name: nil, version: "")
    /// The side to come.
    package var canary = Side(name: nil, version: "")
    /// The pod label that tells the sides apart.
    package var versionLabel = "version"
    /// The host whose traffic moves, as in a VirtualService.
    package var host = ""
    /// The VirtualServices to change; empty to make one.
    package var virtualServices: [Route] = []
    /// The DestinationRule to give subsets; nil to make one.
    package var destinationRule: String?
    /// The gateways of a VirtualService that is made; `mesh` for sidecars.
    package var gateways: [String] = []
    /// How traffic moves.
    package var strategy = Strategy.canary
    /// The steps.
    package var steps: [RolloutStepSpec] = []
    /// How users stay on one version; nil for not at all.
    package var affinity: Affinity?
    /// What makes the canary stable.
    package var promotion = Promotion.scaleDown
    /// How long the old side stays up after promotion.
    package var scaleDownDelay: Duration = .seconds(30)
    /// The least share of its wanted replicas that a side needs ready before its weight rises, in percent.
    package var minReadyPercent = 100
    /// Slow start of the canary's endpoints; nil for none.
    package var slowStart: SlowStart?
    /// What must hold at each step.
    package var analysis = AnalysisSpec()
    /// What happens when a step fails.
    package var rollback = UpgradePlan.Rollback.automatic
    /// How long a step may go without progress.
    package var progressDeadline: Duration = .seconds(600)
    /// MeshRollouts of one group and namespace step together; nil for alone.
    package var group: String?
    /// Whether all writes are held.
    package var paused = false

    /// Makes a spec of defaults.
    package init() {}

    /// Reads a `spec` strictly.
    package init(decoding tree: Tree, at path: TreePath = TreePath(keys: "spec")) throws(SpecError) {
        var issues = Self.schema.issues(in: tree, at: path)
        let reader = FieldReader(tree)
        self.init()
        readTarget(reader)
        strategy = reader.choice("strategy") ?? strategy
        steps = reader.children("steps").map { RolloutStepSpec($0) }
        affinity = reader.child("sessionAffinity").optionalChild("cookie").map {
            Affinity(cookie: $0.text("name") ?? "mesh-version", lifetime: $0.duration("ttl") ?? .seconds(86_400))
        }
        let promotion = reader.child("promotion")
        self.promotion = promotion.choice("mode") ?? .scaleDown
        scaleDownDelay = promotion.duration("scaleDownDelay") ?? scaleDownDelay
        minReadyPercent = reader.child("capacity").integer("minReadyPercent") ?? minReadyPercent
        slowStart = reader.optionalChild("slowStart").map { SlowStart($0) }
        analysis = AnalysisSpec(reader.child("analysis"))
        rollback = reader.choice("rollback") ?? rollback
        progressDeadline = reader.duration("progressDeadline") ?? progressDeadline
        group = reader.text("group")
        paused = reader.flag("paused") ?? false
        issues += crossIssues(at: path)
        if !issues.isEmpty { throw SpecError(issues: issues) }
    }

    private mutating func readTarget(_ reader: FieldReader) {
        let workload = reader.child("workload")
        workloadKind = workload.choice("kind") ?? workloadKind
        stable = Side(workload.child("stable"))
        canary = Side(workload.child("canary"))
        versionLabel = workload.text("versionLabel") ?? versionLabel
        host = reader.text("host") ?? ""
        virtualServices = reader.children("virtualServices").map {
            Route(name: $0.text("name") ?? "", namespace: $0.text("namespace"), routes: $0.texts("routes"))
        }
        destinationRule = reader.child("destinationRule").text("name")
        gateways = reader.texts("gateways")
    }
}

extension MeshRolloutSpec.Side {
    init(_ reader: FieldReader) {
        name = reader.text("name")
        version = reader.text("version") ?? ""
        host = reader.text("host")
    }
}

extension MeshRolloutSpec {
    /// What is wrong with the fields taken together; the CRD says the same in CEL, where it can.
    func crossIssues(at path: TreePath) -> [SpecIssue] {
        var found: [SpecIssue] = []
        func add(_ place: TreePath, _ value: Tree?, _ problem: String, _ remedy: String) {
            found.append(SpecIssue(path: place, value: value, problem: problem, remedy: remedy))
        }
        let workload = path.appending("workload")
        if stable.version == canary.version, !stable.version.isEmpty {
            let place = workload.appending("canary").appending("version")
            add(place, .string(canary.version), "is the stable version", "give the sides versions of their own")
        }
        if (stable.host == nil) != (canary.host == nil) {
            let (side, place) = stable.host == nil ? (canary, "canary") : (stable, "stable")
            add(
                workload.appending(place).appending("host"),
                side.host.map { .string($0) },
                "is there for one side only",
                "give both sides a host of their own, or neither"
            )
        }
        if let name = stable.name, canary.name == name {
            let remedy = "name another \(workloadKind.rawValue); one workload has one version at a time"
            add(workload.appending("canary").appending("name"), .string(name), "is the stable workload", remedy)
        }
        if workloadKind == .pods, promotion == .copyTemplate {
            let place = path.appending("promotion").appending("mode")
            add(place, "CopyTemplate", "needs workloads", "use ScaleDown, or name workloads of another kind")
        }
        if workloadKind != .pods {
            for (side, name) in [(stable, "stable"), (canary, "canary")] where side.name == nil {
                add(
                    workload.appending(name),
                    nil,
                    "has no name",
                    "name the \(workloadKind.rawValue), or set kind: Pods"
                )
            }
        }
        found += stepIssues(at: path.appending("steps"))
        found += analysis.issues(at: path.appending("analysis"))
        return found
    }

    private func stepIssues(at path: TreePath) -> [SpecIssue] {
        var found: [SpecIssue] = []
        var weight = 0
        var hasMatch = false
        let gates = Set(analysis.metrics.map(\.name) + analysis.gates.map(\.name))
        for (index, step) in steps.enumerated() {
            let place = path.appending(index: index)
            if step.said.count > 1 {
                let problem = "says \(step.said.joined(separator: " and ")) at once"
                found.append(SpecIssue(path: place, value: nil, problem: problem, remedy: "make a step of each"))
            }
            switch step.change {
            case .weight(let next):
                if next < weight {
                    let remedy = "let weights rise from step to step; going back is the rollout's own business"
                    let problem = "is below the weight of an earlier step"
                    let value = Tree.integer(Int64(next))
                    found.append(
                        SpecIssue(path: place.appending("setWeight"), value: value, problem: problem, remedy: remedy)
                    )
                }
                weight = next
                if strategy == .blueGreen {
                    let value = Tree.integer(Int64(next))
                    let remedy = "leave setWeight out, or use strategy: Canary"
                    found.append(
                        SpecIssue(
                            path: place.appending("setWeight"),
                            value: value,
                            problem: "moves a share, and BlueGreen moves everything at once",
                            remedy: remedy
                        )
                    )
                }
            case .match(let rules):
                hasMatch = !rules.isEmpty
                found += TrafficRule.issues(matching: rules, at: place.appending("match"))
            case .fault(let fault):
                found += TrafficRule.issues(failing: fault, at: place.appending("fault"))
                if !hasMatch, fault.object?.isEmpty == false {
                    let problem = "would hit users of the stable side too: a fault holds for a whole route"
                    let remedy = "put a match step before it; the fault is for the requests it matches"
                    found.append(
                        SpecIssue(path: place.appending("fault"), value: fault, problem: problem, remedy: remedy)
                    )
                }
            case .analysis(let names):
                for name in names where !gates.contains(name) {
                    let value = Tree.string(name)
                    let remedy = "use a name of spec.analysis.metrics or spec.analysis.gates"
                    let list = place.appending("analysis").appending("gates")
                    found.append(SpecIssue(path: list, value: value, problem: "is no gate", remedy: remedy))
                }
            case .nothing:
                let remedy = "set one of setWeight, match, mirror, fault, analysis, approve and hold"
                found.append(SpecIssue(path: place, value: nil, problem: "says nothing to do", remedy: remedy))
            default: break
            }
        }
        return found
    }

    /// The steps used where none are given.
    package static let defaultWeights = [(weight: 5, hold: 120), (weight: 25, hold: 300), (weight: 50, hold: 300)]
}
