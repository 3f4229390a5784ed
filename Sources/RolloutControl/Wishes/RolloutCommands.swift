internal import MeshAPI
internal import MeshBase
package import RolloutEngine

/// What people ask of a rollout by annotations on a MeshOperator or MeshRollout (``RolloutNames/Command``).
///
/// Steps are counted from 1 in annotations, and from 0 in the engine; an approval of 0 is one of the start, asked for
/// once an edit has left no step as small as what has moved. `2@1.30.3` means step 2 of the rollout of that target
/// alone; without `@` it means step 2 of whatever is rolled out. An abort, whose text is free, is bound by `@@` at its end. A text that cannot be read asks for nothing and is told in
/// ``issues``, but for the pause: whoever mistypes it still wants things to stop.
package struct RolloutCommands: Sendable, Hashable {
    /// What could not be read, for a condition or an Event.
    package private(set) var issues: [String] = []
    /// The annotations these are about.
    private var unreadable: Set<String> = []

    /// Steps asked for, of one target or of any.
    private struct Steps: Sendable, Hashable {
        var steps: Set<Int> = []
        var isFull = false
        var target: String?

        func counts(for record: RolloutRecord?) -> Bool {
            target == nil || target == record?.target
        }
    }

    private var isPaused = false
    private var abort: String?
    private var abortTarget: String?
    private var approved = Steps()
    private var promoted = Steps()
    private var retry: Timestamp?

    /// Reads annotations; others than commands are passed over.
    package init(annotations: [String: String]) {
        readPause(annotations[RolloutNames.Command.pause])
        readAbort(annotations[RolloutNames.Command.abort])
        readApproval(annotations[RolloutNames.Command.approve])
        readPromotion(annotations[RolloutNames.Command.promote])
        readRetry(annotations[RolloutNames.Command.retry])
    }

    /// What is asked of the rollout that `record` tells of.
    ///
    /// A retry counts once: when it is asked for after the step that failed began. It does not count beside an abort, which would
    /// end the new attempt at once.
    ///
    /// - Parameters:
    ///   - record: what is written down, nil where nothing is.
    ///   - isPaused: whether the resource says so elsewhere, in its spec.
    /// - Returns: what the engine is to take into account.
    package func wishes(record: RolloutRecord?, isPaused: Bool) -> RolloutObservation.Wishes {
        var wishes = RolloutObservation.Wishes()
        wishes.isPaused = isPaused || self.isPaused
        wishes.abort = isAborted(record) ? abort : nil
        if approved.counts(for: record) { wishes.approvedSteps = approved.steps }
        if promoted.counts(for: record) {
            wishes.isPromotedFully = promoted.isFull
            wishes.promotedStep = promoted.steps.first
        }
        if let retry, let record, record.verdict != nil, !isAborted(record) { wishes.isRetried = retry > record.began }
        return wishes
    }

    private func isAborted(_ record: RolloutRecord?) -> Bool {
        abort != nil && (abortTarget == nil || abortTarget == record?.target)
    }

    /// The annotations with orders for one target that is not `target`: they do not count.
    ///
    /// - Parameters:
    ///   - target: what is rolled out.
    ///   - ahead: what follows it: approvals and promotions of these are to count in their time, an abort is not.
    /// - Returns: the names of the annotations.
    package func bound(toOthersThan target: String?, ahead: [String] = []) -> [String] {
        let steps = [(RolloutNames.Command.approve, approved.target), (RolloutNames.Command.promote, promoted.target)]
            .filter { order in !ahead.contains { $0 == order.1 } }
        let orders = steps + [(RolloutNames.Command.abort, abortTarget)]
        return orders.filter { $0.1 != nil && $0.1 != target }.map(\.0)
    }

    /// The orders among annotations that steer one rollout, and can be read: of others an issue tells, and they steer nothing.
    package static func given(in annotations: [String: String]) -> [String] {
        let unreadable = RolloutCommands(annotations: annotations).unreadable
        return spent.filter { annotations[$0] != nil && !unreadable.contains($0) }
    }

    /// The annotations that speak of single steps by their numbers: in other steps they would mean others.
    package var aboutSteps: [String] {
        let orders = [(RolloutNames.Command.approve, approved), (RolloutNames.Command.promote, promoted)]
        return orders.filter { !$0.1.steps.isEmpty }.map(\.0)
    }

    /// The annotations that say nothing once a rollout has gone back: what is not steered any more.
    package static let late = [RolloutNames.Command.approve, RolloutNames.Command.promote]

    /// The annotations that are to be removed with the record when a rollout ends, so that they do not steer the next one.
    ///
    /// A pause stays: it is about the resource, not about one rollout.
    package static let spent = [
        RolloutNames.Command.approve, RolloutNames.Command.promote, RolloutNames.Command.abort,
        RolloutNames.Command.retry,
    ]
}

extension RolloutCommands {
    private mutating func readPause(_ text: String?) {
        guard let text = Self.plain(text), text.lowercased() != "false" else { return }
        isPaused = true
        if text.lowercased() != "true" {
            complain(RolloutNames.Command.pause, text, "counts as true; write true, or remove the annotation")
        }
    }

    private mutating func readAbort(_ text: String?) {
        guard var text, Self.plain(text)?.lowercased() != "false" else { return }
        if let sign = text.ranges(of: RolloutNames.Command.abortTargetSign).last {
            abortTarget = Self.plain(String(text[sign.upperBound...])) ?? ""
            text = String(text[..<sign.lowerBound])
        }
        let reason = Self.plain(text).map { $0.lowercased() == "true" ? "" : ": \(Self.short($0))" } ?? ""
        abort = "a person asks to go back\(reason)"
    }

    private mutating func readApproval(_ text: String?) {
        guard let text = Self.plain(text) else { return }
        let (list, target) = Self.split(text)
        approved.target = target
        for word in list.split(separator: ",") {
            guard let step = Self.step(word, least: 0) else {
                complain(RolloutNames.Command.approve, text, "write steps counted from 1, such as 1,2")
                continue
            }
            approved.steps.insert(step)
        }
    }

    private mutating func readPromotion(_ text: String?) {
        guard let text = Self.plain(text) else { return }
        let (word, target) = Self.split(text)
        promoted.target = target
        if word.lowercased() == "full" {
            promoted.isFull = true
        } else if let step = Self.step(word) {
            promoted.steps = [step]
        } else {
            complain(RolloutNames.Command.promote, text, "write full, or a step counted from 1")
        }
    }

    private mutating func readRetry(_ text: String?) {
        guard let text = Self.plain(text) else { return }
        retry = Timestamp(rfc3339: text)
        guard retry == nil else { return }
        complain(RolloutNames.Command.retry, text, "write the present time, such as 2026-11-21T09:00:00Z")
    }

    private mutating func complain(_ name: String, _ text: String, _ remedy: String) {
        unreadable.insert(name)
        let issue = "annotation \(name): \"\(Self.short(text))\" cannot be read; \(remedy)"
        if !issues.contains(issue) { issues.append(issue) }
    }

    /// The text without space around it, nil where nothing is left.
    private static func plain(_ text: String?) -> String? {
        guard let text else { return nil }
        let rest = text.drop { $0.isWhitespace }
        let end = rest.lastIndex { !$0.isWhitespace }
        return end.map { String(rest[...$0]) }
    }

    /// What stands before `@`, and the target behind it.
    private static func split(_ text: String) -> (Substring, String?) {
        guard let sign = text.firstIndex(of: "@") else { return (text[...], nil) }
        return (text[..<sign], plain(String(text[text.index(after: sign)...])) ?? "")
    }

    /// A step as the engine counts.
    private static func step(_ word: Substring, least: Int = 1) -> Int? {
        guard let text = plain(String(word)), let number = Int(text), (least...1_000).contains(number) else {
            return nil
        }
        return number - 1
    }

    private static func short(_ text: String) -> String {
        let plain = String(text.prefix(200).map { $0.isNewline ? " " : $0 })
        return text.count > 200 ? plain + "…" : plain
    }
}
