package import DataTree
package import MeshAPI

/// The versions of the mesh this program knows, from `Manifests/versions.yaml`.
package struct VersionCatalogue: Sendable, Hashable {
    /// A line of versions that share their features.
    package struct Minor: Sendable, Hashable {
        /// For example `1.30`.
        package var name: String
        /// The first day without fixes, `2027-01-31`; nil while unknown.
        package var endOfLife: String?
        /// The Kubernetes minors it runs on, for example `1.33`.
        package var kubernetes: [String]
        /// The minors one may upgrade from in place.
        package var upgradesFrom: [String]
        /// What rendering does differently for it.
        package var behaviours: Set<Behaviour>
        /// Values by which a control plane behaves like the minor before.
        package var changes: Tree
        /// What people notice of it.
        package var notes: [Note] = []
    }

    /// Something that is otherwise than in the minor before.
    package struct Note: Sendable, Hashable {
        /// What is so from this minor on, a sentence.
        package var text: String
        /// The value below `spec.values` that decides, dotted; nil where none does.
        package var setting: String?
        /// What that value must be for the behaviour of before; nil where nothing brings it back.
        package var keep: String?
        /// Whether the minor passes over the setting, so that only those who use it need to know.
        package var isGone = false
    }

    /// What changed between minors and shows in rendered objects.
    package enum Behaviour: String, Sendable, Hashable, CaseIterable {
        /// The inference extension is served under its experimental group.
        case experimentalInferenceGroup
        /// Listener sets are served under the experimental Gateway API group.
        case experimentalListenerSets
        /// istiod was built with Go 1.25 or later, whose runtime keeps to the container's CPU limit by itself.
        case boundsProcessors
        /// istiod works out how much memory it may use by itself, and is not told its limit.
        case boundsMemory
        /// Control planes of other clusters may read ConfigMaps here.
        case readableConfigMaps
        /// The policy of stable features looks at AuthorizationPolicies too.
        case stableAuthorization
        /// Injection templates may call `otelResourceAttributes`.
        case resourceAttributesInTemplate
    }

    /// One version.
    package struct Entry: Sendable, Hashable {
        /// For example `1.30.2`.
        package var version: MeshVersion
        /// The minor it belongs to.
        package var minor: Minor
        /// Registry and path of its images.
        package var hub: String
        /// Tag of its images.
        package var tag: String
    }

    /// All versions, oldest first.
    package var entries: [Entry]
    /// The version installed where a resource names none.
    package var defaultVersion: MeshVersion

    /// The entry of a version written as `1.30.2`, nil when unknown.
    package func entry(_ version: String) -> Entry? { entries.first { $0.version.description == version } }

    /// The entry for a resource: of its version, or the default's.
    package func resolve(_ version: String?) throws(RenderError) -> Entry {
        let wanted = version ?? defaultVersion.description
        guard let entry = entry(wanted) else {
            var error = RenderError(issues: [unknownVersion(wanted, on: nil)])
            error.code = .unknownVersion
            throw error
        }
        return entry
    }

    /// What there is to say of a `spec.version` that no entry has, wherever it is refused.
    ///
    /// - Parameters:
    ///   - version: the version.
    ///   - day: today as `2026-11-21`, by which minors without fixes are left out of the remedy; nil names all.
    /// - Returns: the issue, with the newest version of each minor as the remedy.
    package func unknownVersion(_ version: String, on day: String?) -> SpecIssue {
        SpecIssue(
            path: TreePath(keys: "spec", "version"),
            value: .string(version),
            problem: "is not in the catalogue of this operator",
            remedy: Self.remedy(choices(on: day))
        )
    }

    /// The versions to recommend: the newest patch of each minor, oldest first.
    ///
    /// - Parameters:
    ///   - day: today as `2026-11-21`, by which minors without fixes are left out, unless none is left; nil names all.
    ///   - fits: what else is asked of a version.
    /// - Returns: at most eight entries.
    package func choices(on day: String?, where fits: (Entry) -> Bool = { _ in true }) -> [Entry] {
        let fitting = entries.filter { $0.version.suffix.isEmpty && fits($0) }
        let maintained = fitting.filter { entry in day.map { !hasEnded(entry, on: $0) } ?? true }
        var newest: [String: Entry] = [:]
        for entry in maintained.isEmpty ? fitting : maintained { newest[entry.minor.name] = entry }
        return newest.values.sorted { $0.version < $1.version }.suffix(8)
    }

    /// How to put ``choices(on:where:)`` to people: `use one of 1.29.6, 1.30.3 (the newest patch of each minor)`.
    package static func remedy(_ choices: [Entry]) -> String {
        let names = choices.map(\.version.description).joined(separator: ", ")
        return choices.count == 1
            ? "use \(names) (the newest patch of \(choices[0].minor.name))"
            : "use one of \(names) (the newest patch of each minor)"
    }

    /// Whether fixes for a version have ended on `day` (`2026-11-21`).
    package func hasEnded(_ entry: Entry, on day: String) -> Bool { entry.minor.endOfLife.map { $0 <= day } ?? false }

    /// Whether a Kubernetes version such as `v1.33.1` is among those an entry runs on.
    package func supports(_ entry: Entry, kubernetes: String) -> Bool {
        MeshVersion(kubernetes).map { entry.minor.kubernetes.contains($0.minorText) } ?? false
    }

    /// Reads the catalogue's form.
    package init(reading tree: Tree) throws(RenderError) {
        entries = []
        guard let minors = tree["minors"]?.object,
            let first = tree["defaultVersion"]?.string.flatMap({ MeshVersion($0) })
        else {
            throw RenderError(.brokenCatalogue, "versions: minors or defaultVersion is missing; add them")
        }
        defaultVersion = first
        let hub = tree["hub"]?.string ?? "docker.io/istio"
        for line in minors {
            let minor = try Minor(name: line.key, reading: line.value)
            for text in line.value["versions"]?.array?.compactMap(\.string) ?? [] {
                guard let version = MeshVersion(text), version.minorText == minor.name else {
                    throw RenderError(
                        .brokenCatalogue,
                        "versions.\(line.key): \"\(text)\" is not a version of this minor"
                    )
                }
                entries.append(
                    Entry(version: version, minor: minor, hub: line.value["hub"]?.string ?? hub, tag: text)
                )
            }
        }
        entries.sort { $0.version < $1.version }
        if entry(defaultVersion.description) == nil {
            throw RenderError(.brokenCatalogue, "versions.defaultVersion: \(defaultVersion) has no entry; add it")
        }
    }
}

extension VersionCatalogue.Minor {
    init(name: String, reading tree: Tree) throws(RenderError) {
        self.name = name
        endOfLife = tree["endOfLife"]?.string
        kubernetes = tree["kubernetes"]?.array?.compactMap(\.string) ?? []
        upgradesFrom = tree["upgradesFrom"]?.array?.compactMap(\.string) ?? []
        changes = tree["changes"] ?? .object(TreeObject())
        notes = (tree["notes"]?.array ?? []).compactMap { VersionCatalogue.Note(reading: $0) }
        behaviours = []
        for text in tree["behaviours"]?.array?.compactMap(\.string) ?? [] {
            guard let behaviour = VersionCatalogue.Behaviour(rawValue: text) else {
                throw RenderError(.brokenCatalogue, "versions.\(name).behaviours: \"\(text)\" is unknown; remove it")
            }
            behaviours.insert(behaviour)
        }
    }
}

extension VersionCatalogue.Note {
    init?(reading tree: Tree) {
        guard let text = tree["text"]?.string else { return nil }
        self.text = text
        setting = tree["setting"]?.string
        keep = tree["keep"]?.string
        isGone = tree["gone"]?.bool ?? false
    }
}
