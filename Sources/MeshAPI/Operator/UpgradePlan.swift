package import DataTree
internal import KubeAPI

/// How a mesh moves from one version to another.
package struct UpgradePlan: Sendable, Hashable {
    /// Whether a new revision runs beside the old one.
    package enum Strategy: String, Sendable, Hashable, CaseIterable {
        /// Beside it, and the share of traffic moves in steps.
        case canary = "Canary"
        /// In its place.
        case inPlace = "InPlace"
    }

    /// What happens when a step fails.
    package enum Rollback: String, Sendable, Hashable, CaseIterable {
        /// Everything already moved goes back.
        case automatic = "Automatic"
        /// The move stops and waits for a person.
        case manual = "Manual"
    }

    /// One step.
    package struct Step: Sendable, Hashable {
        /// The share on the new revision, in percent.
        package var weight: Int
        /// How long to stay before the next step.
        package var hold: Duration
        /// Whether a person must approve the step before the next.
        package var needsApproval = false
    }

    /// How workloads move.
    package struct Workloads: Sendable, Hashable {
        /// Who restarts pods.
        package enum Mode: String, Sendable, Hashable, CaseIterable {
            /// The operator, wave by wave.
            case restart = "Restart"
            /// The user.
            case manual = "Manual"
        }
        /// Who restarts pods.
        package var mode = Mode.restart
        /// Label selectors of namespaces, one per wave, in order; empty for all at once.
        package var waves: [Tree] = []
        /// How many workloads restart at a time: a count, or a percentage such as `10%`.
        package var maxUnavailable: Tree = 1
        /// When restarts may happen; nil for at any time.
        package var window: RestartWindow?
    }

    /// How gateways move.
    package enum GatewayMode: String, Sendable, Hashable, CaseIterable {
        /// Two Deployments behind one Service share the traffic by weight.
        case weighted = "Weighted"
        /// One Deployment is restarted.
        case restart = "Restart"
        /// The user moves them.
        case manual = "Manual"
    }

    /// How versions change.
    package var strategy = Strategy.canary
    /// The steps of a canary, with rising weights up to 100.
    package var steps = Self.defaultSteps
    /// How workloads move.
    package var workloads = Workloads()
    /// How gateways move.
    package var gateways = GatewayMode.weighted
    /// What must hold at each step.
    package var analysis = AnalysisSpec()
    /// What happens when a step fails.
    package var rollback = Rollback.automatic
    /// How long the old revision stays once nothing uses it.
    package var retireAfter: Duration = .seconds(600)
    /// How long a step may go without progress.
    package var progressDeadline: Duration = .seconds(600)
    /// How many minors one hop of a canary may cover: 1 or 2.
    package var maxMinorHop = 1

    /// The steps used where none are given.
    package static let defaultSteps = [
        Step(weight: 5, hold: .seconds(120)), Step(weight: 25, hold: .seconds(300)),
        Step(weight: 50, hold: .seconds(300)), Step(weight: 100, hold: .zero),
    ]

    init() {}

    init(_ reader: FieldReader) {
        strategy = reader.choice("strategy") ?? strategy
        if reader.value("steps") != nil {
            steps = reader.children("steps").map {
                Step(
                    weight: $0.integer("weight") ?? 0,
                    hold: $0.duration("hold") ?? .zero,
                    needsApproval: $0.flag("approve") ?? false
                )
            }
        }
        let workloads = reader.child("workloads")
        self.workloads.mode = workloads.choice("mode") ?? .restart
        self.workloads.waves = workloads.children("waves").map { $0.object("namespaceSelector") }
        self.workloads.maxUnavailable = workloads.value("maxUnavailable") ?? 1
        gateways = reader.child("gateways").choice("mode") ?? gateways
        analysis = AnalysisSpec(reader.child("analysis"))
        rollback = reader.choice("rollback") ?? rollback
        retireAfter = reader.duration("retireAfter") ?? retireAfter
        self.workloads.window = workloads.optionalChild("window").map { RestartWindow($0) }
        progressDeadline = reader.duration("progressDeadline") ?? progressDeadline
        maxMinorHop = reader.integer("maxMinorHop") ?? maxMinorHop
    }

    /// What is wrong with the fields taken together; the CRD says the same in CEL.
    func issues(at path: TreePath) -> [SpecIssue] {
        var found: [SpecIssue] = []
        let remedy = "let weights rise from step to step and end with 100"
        for index in steps.indices.dropFirst() where steps[index].weight <= steps[index - 1].weight {
            found.append(
                SpecIssue(
                    path: path.appending("steps").appending(index: index).appending("weight"),
                    value: .integer(Int64(steps[index].weight)),
                    problem: "does not exceed the weight of the step before",
                    remedy: remedy
                )
            )
        }
        if let last = steps.last, last.weight != 100 {
            found.append(
                SpecIssue(
                    path: path.appending("steps").appending(index: steps.count - 1).appending("weight"),
                    value: .integer(Int64(last.weight)),
                    problem: "is the last step and not 100",
                    remedy: remedy
                )
            )
        }
        found += workloads.issues(at: path.appending("workloads"))
        found += analysis.issues(at: path.appending("analysis"))
        return found
    }
}

extension UpgradePlan.Workloads {
    /// What is wrong with who moves when.
    fileprivate func issues(at path: TreePath) -> [SpecIssue] {
        var found: [SpecIssue] = []
        for (index, wave) in waves.enumerated() {
            do {
                _ = try LabelSelector(wave)
            } catch {
                let place = path.appending("waves").appending(index: index).appending("namespaceSelector")
                let problem = "is no label selector: \(error.message)"
                let remedy = "use matchLabels and matchExpressions as Kubernetes has them"
                found.append(SpecIssue(path: place, value: nil, problem: problem, remedy: remedy))
            }
        }
        guard !Self.isShare(maxUnavailable) else { return found }
        let place = path.appending("maxUnavailable")
        let remedy = "write a count of at least 1, or a percentage from 1% to 100%"
        found.append(
            SpecIssue(path: place, value: maxUnavailable, problem: "would let no workload move", remedy: remedy)
        )
        return found
    }

    private static func isShare(_ value: Tree) -> Bool {
        if let count = value.integer { return count > 0 }
        guard let text = value.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return false }
        return (1...100).contains(percent) && text == "\(percent)%"
    }
}
