internal import DataTree
internal import ManifestRendering
internal import MeshAPI

/// A revision of the control plane: its name and its version.
package struct RevisionSlot: Sendable, Hashable {
    /// The name of the revision whose objects carry none.
    package static let unnamed = "default"

    /// Its name, `default` for the one without.
    package var name: String
    /// The version it is rendered for, an entry of the catalogue.
    package var version: String

    /// Names a revision.
    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// `-NAME`, empty for the one without: how the names of its objects end.
    package var suffix: String { Self.suffix(of: name) }

    /// How the names of the objects of a revision end.
    static func suffix(of name: String) -> String { name == unnamed ? "" : "-\(name)" }
}

/// Names for new revisions.
package enum RevisionNaming {
    /// A new revision's name for a version: `1.30.3` gives `1-30-3`.
    ///
    /// What a label and the name of an object cannot hold becomes a dash, at most 40 characters are kept.
    package static func name(for version: String) -> String {
        let kept = version.lowercased().unicodeScalars.map { scalar -> Character in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
        }
        let trimmed = String(kept.prefix(40)).drop { $0 == "-" }
        let end = trimmed.lastIndex { $0 != "-" }
        return end.map { String(trimmed[...$0]) } ?? ""
    }
}

extension RevisionNaming {
    /// The revision for a version: one that is there already, or a new one under a free name.
    ///
    /// - Parameters:
    ///   - version: an entry of the catalogue.
    ///   - asked: the name to take where it is free.
    ///   - others: the revisions that are there besides the stable one.
    ///   - taken: the names of all revisions that are there.
    ///   - foreign: names of others in the cluster, which only who asks for one by name gets.
    ///   - passing: how many free names are left to others, who choose one at the same time.
    /// - Returns: the revision.
    package static func slot(
        for version: String,
        asked: String?,
        others: [RevisionSlot],
        taken: Set<String>,
        foreign: Set<String> = [],
        passing: Int = 0
    ) -> RevisionSlot {
        if let there = others.first(where: { $0.version == version }) { return there }
        if let asked, !taken.contains(asked) { return RevisionSlot(name: asked, version: version) }
        let (name, taken) = (name(for: version), taken.union(foreign))
        let free = ([name] + (2...99).map { "\(name)-\($0)" }).lazy.filter { !taken.contains($0) }
        return RevisionSlot(name: free.dropFirst(passing).first ?? name, version: version)
    }
}

extension MeshOperatorSpec {
    /// The name of the revision the spec itself asks for.
    var ownRevision: String { revision ?? RevisionSlot.unnamed }

    /// The spec by which a revision is rendered; for the spec's own revision nothing but the version changes.
    ///
    /// An image tag that contains the version asked for, such as `1.30.2-distroless`, follows the version of the revision: else
    /// an upgrade that changes both would change the images of the old revision at once.
    func rendered(as slot: RevisionSlot) -> MeshOperatorSpec {
        var copy = self
        copy.version = slot.version
        if let asked = version, !asked.isEmpty, asked != slot.version {
            copy.images.tag = images.tag?.replacing(asked, with: slot.version)
        }
        guard slot.name != ownRevision else { return copy }
        copy.revision = slot.name == RevisionSlot.unnamed ? nil : slot.name
        if copy.revision == nil { copy.values["revision"] = nil }
        copy.freeOverlays(of: ownRevision)
        return copy
    }

    /// Has overlays that name objects of a revision name their like without it, so that they are for every revision.
    private mutating func freeOverlays(of revision: String) {
        guard let overlays = components.tree.value(at: "pilot", "k8s", "overlays")?.array else { return }
        let freed = overlays.map { overlay in
            guard let name = overlay["name"]?.string, let plain = RevisionedName(name, of: revision)?.plain else {
                return overlay
            }
            var copy = overlay
            copy["name"] = .string(plain)
            return copy
        }
        components.tree.set(.array(freed), at: ["pilot", "k8s", "overlays"])
    }

    /// The revision tags that values name, each once, in their order.
    var tagNames: [String] {
        var seen: Set<String> = []
        let names = values["revisionTags"]?.array?.compactMap(\.string) ?? []
        return names.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
