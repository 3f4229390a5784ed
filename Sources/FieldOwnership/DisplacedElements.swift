internal import DataTree
package import KubeAPI

/// Finds elements of lists that a plain write made of ours by giving them another key.
///
/// Lists merge by key, so that such an element is nobody's of ours any more, and an apply puts ours beside it. Where both bear a name that
/// has to be unique the apply is refused, for ever (`pkg/apis/core/validation` of Kubernetes, `ValidateService` and `validateContainerPorts`);
/// elsewhere a copy stays that does the same twice. What add-ons bring along is neither, and is left alone.
package struct DisplacedElements {
    /// Lists whose elements nobody copies for a purpose: one that holds all that ours does is ours under another name.
    private static let whole: Set<String> = ["containers", "initContainers", "webhooks"]
    /// Lists in which an element is ours under another key where ours is missing, but may be an addition where ours is there.
    private static let partial: Set<String> = ["ports", "volumeMounts"]

    private let ownership: ObjectOwnership
    private let manager: String
    /// Whether what is missing was applied before, so that somebody took it away.
    private let isDrift: Bool
    private var found: [FieldClash] = []

    /// What in `live` stands in the place of an element of `desired`.
    ///
    /// - Parameters:
    ///   - desired: what is to be applied by `manager`.
    ///   - live: what is there.
    ///   - ownership: who owns what of it.
    ///   - manager: the name under which we apply.
    ///   - isDrift: whether the same was applied before.
    /// - Returns: the elements, each with that of ours which it was; in the order of the fields.
    package static func clashes(
        desired: KubeObject,
        live: KubeObject,
        _ ownership: ObjectOwnership,
        manager: String,
        isDrift: Bool
    ) -> [FieldClash] {
        let written = ownership.records.filter { !$0.isApplied && $0.subresource.isEmpty }
        guard !written.isEmpty else { return [] }
        var search = DisplacedElements(ownership: ownership, manager: manager, isDrift: isDrift)
        search.look(desired.tree, live.tree, written.map(\.fields), at: .root)
        return search.found
    }

    private init(ownership: ObjectOwnership, manager: String, isDrift: Bool) {
        (self.ownership, self.manager, self.isDrift) = (ownership, manager, isDrift)
    }

    /// Goes down where plain writes own something; `nodes` are their field sets at `place`.
    private mutating func look(_ desired: Tree, _ live: Tree, _ nodes: [Tree], at place: FieldPlace) {
        for entry in desired.object?.entries ?? [] {
            let below = nodes.compactMap { $0["f:\(entry.key)"] }
            guard !below.isEmpty, let present = live[entry.key] else { continue }
            let next = place.appending(.field(entry.key))
            if let wanted = entry.value.array {
                list(wanted, present.array ?? [], below, named: entry.key, at: next)
            } else {
                look(entry.value, present, below, at: next)
            }
        }
    }

    private mutating func list(
        _ desired: [Tree],
        _ live: [Tree],
        _ nodes: [Tree],
        named name: String,
        at place: FieldPlace
    ) {
        var owned: [(step: FieldStep, node: Tree)] = []
        for entry in nodes.flatMap({ $0.object?.entries ?? [] }) {
            guard let step = FieldStep(fieldsV1: entry.key), case .key = step else { continue }
            owned.append((step, entry.value))
        }
        for element in desired {
            let mine = owned.filter { $0.step.leads(to: element) }
            guard let step = mine.first?.step, let present = live.first(where: step.leads) else { continue }
            look(element, present, mine.map(\.node), at: place.appending(step))
        }
        guard Self.whole.contains(name) || Self.partial.contains(name) else { return }
        var seen: Set<FieldStep> = []
        for (step, _) in owned where seen.insert(step).inserted && !desired.contains(where: step.leads) {
            guard case .key(let keys) = step, let stranger = live.first(where: step.leads) else { continue }
            let theirs = place.appending(step)
            let places = (theirs, list: name, at: place)
            if let clash = desired.compactMap({ clash($0, stranger, keys, live, places) }).first {
                found.append(clash)
            }
        }
    }

    /// The clash of a stranger with one element of ours; nil where it is none.
    private func clash(
        _ element: Tree,
        _ stranger: Tree,
        _ keys: TreeObject,
        _ live: [Tree],
        _ places: (theirs: FieldPlace, list: String, at: FieldPlace)
    ) -> FieldClash? {
        let own = TreeObject(keys.entries.map { (key: $0.key, value: element[$0.key] ?? $0.value) })
        let hard = FieldClash(ours: places.at.appending(.key(own)), theirs: places.theirs)
        if places.list == "ports" {
            let isSameName = element["name"].map { $0 == stranger["name"] } ?? false
            let isSameNode = element["nodePort"].map { $0 == stranger["nodePort"] } ?? false
            if isSameName || isSameNode { return hard }
        }
        var rest = element
        for entry in keys.entries { rest[entry.key] = nil }
        guard ValueComparison.holds(stranger, rest, at: places.theirs) else { return nil }
        // Both may stand beside each other, so ours is applied whatever becomes of it; what is claimed is an addition.
        let isClaimed = ownership.others(than: manager, owning: places.theirs).contains(where: \.isApplied)
        guard !isClaimed else { return nil }
        let soft = FieldClash(alone: places.theirs)
        if Self.whole.contains(places.list) { return rest.object?.isEmpty == false ? soft : nil }
        let isThere = live.contains(where: FieldStep.key(own).leads)
        return isDrift && !isThere ? soft : nil
    }
}
