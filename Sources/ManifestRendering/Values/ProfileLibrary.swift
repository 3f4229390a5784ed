internal import DataTree
internal import MeshAPI

/// The built-in profiles and the values components start from.
struct ProfileLibrary: Sendable {
    private let files: [String: Tree]

    /// Reads what is built in.
    init() throws(RenderError) {
        var files: [String: Tree] = [:]
        for (name, text) in EmbeddedManifests.profiles {
            files[name] = try EmbeddedManifests.tree(text, name: "profiles/\(name).yaml")
        }
        self.files = files
    }

    /// What a profile says of components and values, over what all profiles start from.
    func profile(_ name: String) throws(RenderError) -> Tree {
        let base = files["default"] ?? .null
        guard name != "default" else { return base }
        guard MeshProfileName(rawValue: name) != nil, let top = files[name] else { throw Self.unknown(name) }
        return base.merged(with: top)
    }

    /// The values a component starts from, with those of the profile, an older behaviour and the platform over them.
    func defaults(
        of component: ComponentKind,
        values: Tree,
        entry: VersionCatalogue.Entry,
        catalogue: VersionCatalogue
    ) throws(RenderError) -> Tree {
        var result = files[component.defaultsFile] ?? .null
        let profile = values.text("profile", or: values.text("global.profile"))
        if !profile.isEmpty {
            guard let file = files[profile] else { throw Self.unknown(profile) }
            result = result.merged(with: file["defaults"] ?? .object(TreeObject()))
        }
        let older = values.text("compatibilityVersion")
        if !older.isEmpty { result = result.merged(with: try catalogue.changes(since: older, upTo: entry)) }
        let platform = values.text("platform", or: values.text("global.platform"))
        if !platform.isEmpty {
            guard let overlay = files["platforms"]?[platform] else {
                let known = files["platforms"]?.sortedEntries.map(\.key).joined(separator: ", ") ?? ""
                throw RenderError(
                    at: "spec.values.global.platform",
                    "\"\(platform)\" is unknown; use one of \(known)"
                )
            }
            result = result.merged(with: overlay)
        }
        return result
    }

    private static func unknown(_ name: String) -> RenderError {
        let known = MeshProfileName.allCases.map(\.rawValue).joined(separator: ", ")
        return RenderError(at: "spec.profile", "\"\(name)\" is unknown; use one of \(known)")
    }
}

extension VersionCatalogue {
    /// Values by which a control plane of `entry` behaves like the minor `older` (`1.28`).
    func changes(since older: String, upTo entry: Entry) throws(RenderError) -> Tree {
        guard let from = MeshVersion(older), from.minor <= entry.version.minor, from.major == entry.version.major,
            from.minor + 1 >= (entries.first?.version.minor ?? 0)
        else {
            throw RenderError(
                at: "spec.values.compatibilityVersion",
                "\"\(older)\" is unknown; use a minor of the catalogue up to "
                    + "\(entry.minor.name), or the one before its first"
            )
        }
        var result = Tree.object(TreeObject())
        var last = from.minor
        for other in entries where other.version.minor > last && other.version.minor <= entry.version.minor {
            last = other.version.minor
            result = result.merged(with: other.minor.changes)
        }
        return result
    }
}
