internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// `meshctl rollout undo`: asks for what ran before.
///
/// - For a MeshOperator `spec.version` is set to the version that ran before. In the middle of an upgrade that is
///   `status.version`: the upgrade ends and what has moved goes back. Within the rollback window after it, which is as long as
///   the old revision is kept (`spec.upgrade.retireAfter`), it is the version of the kept revision.
/// - For a MeshRollout whose canary was promoted the sides of `spec.workload` change places, so that the old version is the
///   canary of the next rollout and goes through the same steps. In the middle of one `abort` is what is meant.
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
            return RolloutChange(
                patch: change.setting(.string(running), at: "version"),
                message:
                    "\(subject.title): spec.version is \(text) again; what has moved goes back, the last moved first",
                question: "\(subject.title): end the upgrade to \(TerminalText.plain(wanted)) and go back to \(text)?"
            )
        }
        guard let kept = keptVersion(status, running: running) else {
            throw refused(
                "keeps no revision of an earlier version, so there is nothing to go back to; "
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

    /// The newest version older than the one that runs whose control plane is still there.
    private func keptVersion(_ status: MeshOperatorStatus, running: String) -> String? {
        guard let current = MeshVersion(running) else { return nil }
        let others = status.revisions.filter { $0.name != status.revision }.compactMap { MeshVersion($0.version) }
        return others.filter { $0 < current }.max()?.description
    }

    // MARK: MeshRollout

    private func meshRollout() throws(CommandError) -> RolloutChange {
        let status = subject.rolloutStatus
        let tree = subject.object.tree["spec"] ?? .null
        switch subject.standing {
        case .complete: break
        case .unseen, .underWay:
            throw refused("is under way; `meshctl rollout abort \(subject.reference)` brings everything back")
        case .idle: throw refused("has promoted nothing, so there is nothing to go back to")
        case .rolledBack: throw refused("is back already")
        case .failed: throw refused("has failed; `meshctl rollout abort \(subject.reference)` brings everything back")
        }
        guard let workload = tree["workload"], let stable = workload["stable"], let canary = workload["canary"] else {
            throw refused("has no sides to swap")
        }
        if tree.value(at: "promotion", "mode")?.string == MeshRolloutSpec.Promotion.copyTemplate.rawValue {
            let kind = (workload["kind"]?.string ?? "Deployment").lowercased()
            let name = stable["name"]?.string.map { "\(kind)/\(TerminalText.plain($0))" } ?? "the stable workload"
            let place = subject.object.namespace.map { " -n \($0)" } ?? ""
            throw refused(
                "copies templates at promotion, so that both sides run the new one; "
                    + "put the old template into the canary and let it roll out, or `kubectl rollout undo \(name)\(place)`"
            )
        }
        let old = stable["version"]?.string ?? ""
        guard status.stable.map({ $0 != old }) ?? true else {
            throw refused("serves \(TerminalText.plain(old)) as spec.workload.stable already")
        }
        let text = TerminalText.plain(old)
        return RolloutChange(
            patch: RolloutPatch(subject.object)
                .setting(Self.replacement(of: stable, by: canary), at: "workload", "stable")
                .setting(Self.replacement(of: canary, by: stable), at: "workload", "canary"),
            message:
                "\(subject.title): the sides of spec.workload change places; traffic moves back to \(text) in the steps of the spec",
            question: "\(subject.title): roll out \(text) again?"
        )
    }

    /// The merge patch that makes one side of the other: fields the other lacks are taken off.
    private static func replacement(of side: Tree, by other: Tree) -> Tree {
        var result = other
        for entry in side.object?.entries ?? [] where other[entry.key] == nil { result[entry.key] = .null }
        return result
    }

    private func refused(_ what: String) -> CommandError { CommandError(.refused, "\(subject.title) \(what)") }
}
