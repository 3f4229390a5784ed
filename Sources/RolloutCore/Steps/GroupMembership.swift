internal import DataTree

/// With whom a rollout entered its step: written down beside the step, so that a member that leaves is missed in the next process too.
struct GroupMembership: Sendable, Hashable {
    /// The group.
    let group: String
    /// The other members, sorted.
    let members: [String]

    /// How many bytes names of members may take; a record has to stay one that can be read.
    private static let limit = 8_000

    /// Names members, perhaps none; of more than fit into a record the last ones are left out, and are not missed.
    init(group: String, members: some Sequence<String>) {
        var size = 0
        let kept = Set(members).sorted().prefix { name in
            size += name.utf8.count + 3
            return size <= Self.limit
        }
        self.group = group
        self.members = Array(kept)
    }

    /// Reads what ``tree`` wrote; nil for anything else.
    init?(_ tree: Tree?) {
        guard let group = tree?["name"]?.string, let members = tree?["members"]?.array else { return nil }
        self.init(group: group, members: members.compactMap(\.string))
    }

    /// What is written down.
    var tree: Tree { ["name": .string(group), "members": .array(members.map { .string($0) })] }
}
