internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase

/// `meshctl rollout undo`: asks for what ran before.
///
/// - For a MeshOperator `spec.version` is set to the version that ran before. In the middle of an upgrade that is
///   `status.version`: the upgrade ends and what has moved goes back. Within the rollback window after it, which is as long as
///   the old revision is kept (`spec.upgrade.retireAfter`), it is the version that the last hop came from
///   (``RolloutSubject/left``), and no other that is kept as well.
/// - For a MeshRollout whose canary was promoted the side that was replaced becomes a release again, and goes through the same
///   steps. The operator takes it for none as long as it is noted as passed in the annotation ``RolloutNames/Annotation/serving``,
///   so that note is taken off. That works until the old side is scaled down (`spec.promotion.scaleDownDelay`); afterwards
///   scaling it up does the same. In the middle of a rollout `abort` is what is meant.
struct RolloutUndo {
    private let subject: RolloutSubject

    init(_ subject: RolloutSubject) { self.subject = subject }

    func change() throws(CommandError) -> RolloutChange {
        if subject.object.isDeleting { throw refused("is being deleted") }
        return subject.kind == .meshOperator ? try meshOperator() : try meshRollout()
    }

    // MARK: MeshOperator

    private func meshOperator() throws(CommandError) -> RolloutChange {
        let status = subject.meshStatus
        let wanted = subject.object.tree.value(at: "spec", "version")?.string ?? status.targetVersion
        guard let running = status.version else { throw refused("has not been installed yet; delete it instead") }
        let change = RolloutPatch(subject.object)
        if let wanted, running != wanted {
            let text = TerminalText.plain(running)
            let how =
                subject.isPromoting
                ? "once the promotion is over workloads and gateways move back in the steps of spec.upgrade"
                : "what has moved goes back, the last moved first"
            return RolloutChange(
                patch: change.setting(.string(running), at: "version"),
                message: "\(subject.title): spec.version is \(text) again; \(how)",
                question: "\(subject.title): end the upgrade to \(TerminalText.plain(wanted)) and go back to \(text)?"
            )
        }
        guard let left = subject.left else {
            throw refused(
                "has no way back: nothing says which version \(TerminalText.plain(running)) came from; "
                    + "only the operator's own upgrades by Canary have one"
            )
        }
        guard let kept = keptVersion(status, left) else {
            throw refused(
                "keeps no revision of \(TerminalText.plain(left)), which the last hop came from, so there is nothing to go back to; "
                    + "within spec.upgrade.retireAfter of an upgrade there is one"
            )
        }
        let text = TerminalText.plain(kept)
        return RolloutChange(
            patch: change.setting(.string(kept), at: "version"),
            message:
                "\(subject.title): spec.version is \(text) again; workloads and gateways move back in the steps of spec.upgrade",
            question: "\(subject.title): go back from \(TerminalText.plain(running)) to \(text)?"
        )
    }

    /// The version that the last hop came from, where its control plane is still there.
    private func keptVersion(_ status: MeshOperatorStatus, _ left: String) -> String? {
        status.revisions.first { $0.name != status.revision && $0.version == left }?.version
    }

    // MARK: MeshRollout

    private func meshRollout() throws(CommandError) -> RolloutChange {
        let status = subject.rolloutStatus
        switch subject.standing {
        case .complete: break
        case .unseen, .underWay:
            throw refused("is under way; `meshctl rollout abort \(subject.reference)` brings everything back")
        case .idle: throw refused("has promoted nothing, so there is nothing to go back to")
        case .rolledBack: throw refused("is back already")
        case .failed: throw refused("has failed; `meshctl rollout abort \(subject.reference)` brings everything back")
        }
        let workload = subject.object.tree.value(at: "spec", "workload") ?? .null
        let serving = status.stable ?? ""
        let sides = [workload["stable"], workload["canary"]].compactMap(\.self)
        guard let old = sides.first(where: { $0["version"]?.string != serving }) else {
            throw refused("has no side but the one that serves")
        }
        let kind = (workload["kind"]?.string ?? "Deployment").lowercased()
        let promotion = subject.object.tree.value(at: "spec", "promotion", "mode")?.string
        if promotion == MeshRolloutSpec.Promotion.copyTemplate.rawValue {
            throw refused(
                "copies templates at promotion, so that no side runs the old one; "
                    + "put the old template into the canary and let it roll out"
            )
        }
        guard let mark = passedMark else {
            throw refused(
                "keeps the old side no longer (spec.promotion.scaleDownDelay is over); "
                    + "\(bringingUp(kind, old["name"]?.string)) rolls it out again"
            )
        }
        let text = TerminalText.plain(old["version"]?.string ?? "the old version")
        return RolloutChange(
            patch: RolloutPatch(subject.object).annotating([RolloutNames.Annotation.serving: mark]),
            message: "\(subject.title): \(text) is a release again; traffic moves back to it in the steps of the spec",
            question: "\(subject.title): roll out \(text) again?"
        )
    }

    /// What brings the replaced side up once more.
    private func bringingUp(_ kind: String, _ name: String?) -> String {
        guard let name = name.map({ TerminalText.plain($0) }) else { return "starting the old pods" }
        let namespace = subject.object.namespace
        if kind == "daemonset" { return "`\(RolloutNames.unparking(name, in: namespace))`" }
        return "`kubectl scale \(kind)/\(name)\(namespace.map { " -n \($0)" } ?? "") --replicas=N`"
    }

    /// What the operator noted at the promotion, without the note that the replaced side is no release; nil where it is off.
    private var passedMark: String? {
        guard let text = subject.object.annotations[RolloutNames.Annotation.serving], text.utf8.count <= 4_096,
            var tree = try? Tree(json: text), tree["passed"]?.string != nil
        else { return nil }
        tree["passed"] = Tree?.none
        return tree.jsonText()
    }

    /// Since when the version serves that was promoted last; nil where none was.
    static func servingSince(_ subject: RolloutSubject) -> Timestamp? {
        guard let text = subject.object.annotations[RolloutNames.Annotation.serving], text.utf8.count <= 4_096,
            let tree = try? Tree(json: text)
        else { return nil }
        return (tree["since"]?.string).flatMap { Timestamp(rfc3339: $0) }
    }

    private func refused(_ what: String) -> CommandError { CommandError(.refused, "\(subject.title) \(what)") }
}
