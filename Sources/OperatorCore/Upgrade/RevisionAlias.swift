internal import MeshAPI

/// The tag by which namespaces get a revision whose own name is a tag that leads to another one.
///
/// After the first upgrade of a mesh that was installed without `spec.revision` the name `default` is the tag, which leads to the new
/// revision, and the revision of that name has nothing left by which pods could ask for it. On the way back to it, it gets a tag that is
/// named after its version (`1-29-6`), for as long as the move lasts.
package struct RevisionAlias: Sendable, Hashable {
    /// The tag.
    package let name: String
    /// The revision it leads to.
    package let revision: String

    /// Finds the alias of the revision a mesh moves to.
    ///
    /// - Parameters:
    ///   - slot: the revision.
    ///   - tags: the tags that are there; an alias that has been made stays until the move is over.
    ///   - pointers: what each tag of the mesh leads to.
    ///   - taken: the names of revisions, and of tags that the spec names.
    ///   - foreign: the names of revisions and tags of others, of which a new alias takes none.
    package init?(
        for slot: RevisionSlot,
        _ tags: TagView,
        pointers: [String: String],
        taken: Set<String>,
        foreign: Set<String> = []
    ) {
        let base = RevisionNaming.name(for: slot.version)
        guard !base.isEmpty else { return nil }
        let free = ([base] + (2...99).map { "\(base)-\($0)" }).filter { !taken.contains($0) && pointers[$0] == nil }
        let there = tags.objects
        if let made = free.first(where: { there[$0] == slot.name }) {
            (name, revision) = (made, slot.name)
            return
        }
        guard let pointed = pointers[slot.name], pointed != slot.name,
            let first = free.first(where: { !foreign.contains($0) })
        else { return nil }
        (name, revision) = (first, slot.name)
    }
}
