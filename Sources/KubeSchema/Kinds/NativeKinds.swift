package import KubeAPI

/// The catalogue of native kinds.
package enum NativeKinds {
    /// Every native kind, core first, then group by group.
    package static let all: [NativeKind] = NativeKindTable.read()

    private static let byKind: [GroupVersionKind: NativeKind] =
        Dictionary(all.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })

    /// The native kind of a name, nil where there is none.
    package static func kind(_ kind: GroupVersionKind) -> NativeKind? { byKind[kind] }

    /// The native kind that serves a plural under a group and version.
    package static func kind(group: String, version: String, plural: String) -> NativeKind? {
        all.first { $0.kind.group == group && $0.kind.version == version && $0.resource.plural == plural }
    }

    /// The groups in the order in which discovery lists them, the core group first.
    package static let groups: [String] = {
        var seen: Set<String> = []
        return all.map(\.kind.group).filter { seen.insert($0).inserted }
    }()
}
