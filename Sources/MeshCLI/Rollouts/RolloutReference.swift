package import KubeAPI
internal import MeshAPI

/// What a rollout belongs to.
package enum RolloutKind: String, Sendable, Hashable, CaseIterable {
    /// The upgrade of a mesh.
    case meshOperator = "MeshOperator"
    /// The rollout of an application.
    case meshRollout = "MeshRollout"

    /// How objects of the kind are reached.
    package var resource: APIResource { self == .meshOperator ? MeshNames.resource : RolloutNames.resource }
    /// The short name, as on command lines.
    package var shortName: String { self == .meshOperator ? "mop" : "mro" }

    /// Reads a kind as kubectl takes it: `mop`, `meshoperator`, `meshoperators`, `meshoperators.meshoperator.io`.
    init?(word: some StringProtocol) {
        let plain = word.lowercased()
        for kind in Self.allCases {
            let name = kind.rawValue.lowercased()
            let plural = kind.resource.plural
            if [kind.shortName, name, plural, "\(plural).\(MeshNames.group)", "\(name).\(MeshNames.group)"].contains(
                plain
            ) {
                self = kind
                return
            }
        }
        return nil
    }
}

/// A rollout as it is named on a command line: `mop/mesh`, `mro/reviews`, or a name alone.
package struct RolloutReference: Sendable, Hashable {
    /// The kind, nil where the name alone was given.
    package var kind: RolloutKind?
    /// The name.
    package var name: String

    /// Reads a name; throws ``CommandError`` that shows how one is written.
    package init(_ text: String) throws(CommandError) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        let known = "write mop/NAME for the upgrade of a mesh, mro/NAME for a MeshRollout, or the name alone"
        guard halves.count <= 2, let name = halves.last, Self.isName(name) else {
            throw CommandError(.invalid, "\"\(TerminalText.plain(text))\" names no rollout; \(known)")
        }
        if halves.count == 2 {
            guard let kind = RolloutKind(word: halves[0]) else {
                throw CommandError(.invalid, "\"\(TerminalText.plain(halves[0]))\" has no rollouts; \(known)")
            }
            self.kind = kind
        }
        self.name = String(name)
    }

    /// Whether a text can be the name of an object (RFC 1123, which the API server checks in full).
    private static func isName(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 }
    }
}
