internal import DataTree
internal import ManifestRendering
internal import MeshAPI

/// Something a control plane does otherwise after a hop, for people.
package struct BehaviourFlag: Sendable, Hashable {
    /// The minor that brings it.
    package var minor: String
    /// What is so from then on, a sentence.
    package var text: String
    /// The value below `spec.values` that decides, nil where none does.
    package var setting: String?
    /// What that value must be for the behaviour of before, nil where nothing brings it back.
    package var keep: String?

    /// What to do for the behaviour of before.
    package var remedy: String {
        guard let setting, let keep else { return "look whether you depend on the behaviour of before" }
        return "set spec.values.\(setting) to \"\(keep)\" to keep the behaviour of before"
    }

    /// What a hop changes, without what the spec settles by itself: by the setting, or by `compatibilityVersion`.
    static func changed(by hop: IndexedWorld.Hop, in world: IndexedWorld) -> [BehaviourFlag] {
        let values = world.world.spec.values
        let older = values["compatibilityVersion"].flatMap { $0.string ?? $0.number.map { "\($0)" } }
            .flatMap { MeshVersion($0) }
        return world.notes(of: hop).compactMap { minor, note in
            guard !note.isGone else { return nil }
            if let setting = note.setting {
                if ConfigurationChecks.isGiven(setting, values) { return nil }
                if let older, let own = MeshVersion(minor.name), older < own,
                    ConfigurationChecks.isGiven(setting, minor.changes)
                {
                    return nil
                }
            }
            return BehaviourFlag(minor: minor.name, text: note.text, setting: note.setting, keep: note.keep)
        }
    }
}
