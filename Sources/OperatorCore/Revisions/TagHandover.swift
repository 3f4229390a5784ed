/// How far the move of a revision tag has got.
///
/// A tag with the name of a revision that is installed (`default` above all) is answered by that revision's own injection
/// webhooks, or by the tag's object, `istio-revision-tag-NAME`. Two objects cannot be written at once, and a pod must be
/// asked about by exactly one revision at any time. So the move goes along a line, one object per step:
///
/// | stage | own webhooks | tag object |
/// |---|---|---|
/// | own | active | absent |
/// | prepared | active | dormant, gets its certificate authority |
/// | lent | active, lead to the other revision | dormant |
/// | doubled | active, lead to the other revision | active: both ask the same revision, which injects once |
/// | moved | dormant | active |
///
/// The switch is the one write from `prepared` to `lent`, or back.
package struct TagHandover: Sendable, Hashable {
    /// The stages, in order.
    package enum Stage: Int, Sendable, Hashable, CaseIterable, Comparable {
        /// The revision of the tag's name answers.
        case own
        /// The tag object is there and asks about nothing.
        case prepared
        /// The own webhooks lead to the other revision.
        case lent
        /// Both lead to the other revision.
        case doubled
        /// The tag object alone answers.
        case moved

        /// Earlier stages come first.
        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// The revision the tag object points to.
    package var revision: String
    /// How far it has got.
    package var stage: Stage

    /// Describes a move.
    package init(to revision: String, _ stage: Stage) {
        self.revision = revision
        self.stage = stage
    }

    /// The revision that new pods get, nil for none.
    ///
    /// - Parameters:
    ///   - name: the tag.
    ///   - isInstalled: whether there is a revision of that name.
    /// - Returns: the revision's name.
    package func answering(_ name: String, isInstalled: Bool) -> String? {
        if stage == .moved || (isInstalled && stage >= .lent) { return revision }
        return isInstalled ? name : nil
    }

    /// The next stage on the way to a goal.
    ///
    /// - Parameters:
    ///   - name: the tag.
    ///   - goal: the revision the tag is to point to; the tag's own name leads back.
    ///   - isInstalled: whether a revision of the tag's name is installed, with webhooks of its own.
    ///   - isTrusted: whether every entry of the tag object has a certificate authority.
    /// - Returns: one stage further, or the same when the goal is reached or something is awaited.
    package func next(_ name: String, toward goal: String, isInstalled: Bool, isTrusted: Bool) -> TagHandover {
        guard isInstalled else { return alone(name, toward: goal, isTrusted: isTrusted) }
        if goal == name {
            let earlier = Stage(rawValue: stage.rawValue - 1) ?? .own
            return TagHandover(to: earlier == .own ? name : revision, earlier)
        }
        guard goal == revision else { return retargeted(to: goal) }
        switch stage {
        case .own: return TagHandover(to: goal, .prepared)
        case .prepared: return TagHandover(to: goal, isTrusted ? .lent : .prepared)
        case .lent: return TagHandover(to: goal, .doubled)
        case .doubled, .moved: return TagHandover(to: goal, .moved)
        }
    }

    /// On to a third revision: at once where one object answers, else through the stage before.
    private func retargeted(to goal: String) -> TagHandover {
        switch stage {
        case .own, .prepared: TagHandover(to: goal, .prepared)
        case .lent: TagHandover(to: goal, .lent)
        case .doubled: TagHandover(to: revision, .lent)
        case .moved: TagHandover(to: goal, .moved)
        }
    }

    /// A tag that no installed revision has the name of: one object, which must be trusted before it is active.
    private func alone(_ name: String, toward goal: String, isTrusted: Bool) -> TagHandover {
        if goal == name { return self }
        if stage == .moved { return TagHandover(to: goal, .moved) }
        guard stage == .prepared, revision == goal else { return TagHandover(to: goal, .prepared) }
        return TagHandover(to: goal, isTrusted ? .moved : .prepared)
    }
}

extension RevisionComposition {
    /// Where a tag stands.
    package func handover(of name: String) -> TagHandover {
        if let handover = handovers[name] { return handover }
        let pointed = name == RevisionSlot.unnamed ? defaultTag : tags[name] ?? ""
        if pointed.isEmpty { return TagHandover(to: name, .own) }
        return TagHandover(to: pointed, pointed == name ? .own : .moved)
    }

    /// The composition one safe write further on the way of a tag to a revision; apply it, observe, and ask again.
    ///
    /// - Parameters:
    ///   - name: the tag.
    ///   - goal: the revision it is to point to.
    ///   - isTrusted: whether the tag object that is live has its certificate authority (``TagView/isTrusted(_:)``).
    /// - Returns: the same composition when the tag has arrived, or waits.
    package func moving(tag name: String, to goal: String, isTrusted: Bool) -> RevisionComposition {
        guard slot(named: goal) != nil else { return self }
        let isInstalled = slot(named: name) != nil
        let now = handover(of: name)
        let next = now.next(name, toward: goal, isInstalled: isInstalled, isTrusted: isTrusted)
        var copy = self
        copy.set(name, next)
        return copy
    }

    /// Whether a tag points to a revision and all writes on the way are done.
    package func hasArrived(tag name: String, at goal: String) -> Bool {
        let now = handover(of: name)
        return now == TagHandover(to: goal, goal == name ? .own : .moved)
    }

    /// Notes where a tag stands.
    mutating func set(_ name: String, _ handover: TagHandover) {
        let isSettled = handover.stage == .moved || (handover.stage == .own && handover.revision == name)
        handovers[name] = isSettled ? nil : handover
        if name == RevisionSlot.unnamed {
            defaultTag = handover.stage == .own ? name : handover.revision
        } else {
            tags[name] = handover.stage == .own ? nil : handover.revision
        }
    }
}
