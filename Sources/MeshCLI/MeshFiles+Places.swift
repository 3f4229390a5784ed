internal import DataTree
internal import KubeAPI
package import ManifestRendering
internal import MeshAPI
internal import MeshBase

extension MeshFiles {
    /// What `work` gives, with the errors of settings telling file, line and column.
    ///
    /// - Parameters:
    ///   - paths: the files the settings come from, later ones over earlier ones.
    ///   - settings: settings of the command line over them.
    ///   - work: what reads or renders the settings.
    /// - Returns: what `work` gives.
    /// - Throws: ``CommandError`` in place of `SpecError` and `RenderError`, and what else `work` throws as it is.
    package func locating<Result>(
        _ paths: [String],
        settings: [SettingFlag] = [],
        _ work: () throws -> Result
    ) throws -> Result {
        do {
            return try work()
        } catch let error as SpecError where !error.issues.isEmpty {
            throw located(error.issues, paths, settings, error)
        } catch let error as RenderError where error.code != .brokenCatalogue {
            guard error.issues.isEmpty else { throw located(error.issues, paths, settings, error) }
            let place = error.place.map { location(of: TreePath(fieldText: $0), paths, settings) } ?? ""
            throw CommandError(.invalid, place + error.message, cause: error)
        }
    }

    private func located(
        _ issues: [SpecIssue],
        _ paths: [String],
        _ settings: [SettingFlag],
        _ cause: any Error
    ) -> CommandError {
        let shown = issues.prefix(10).map { location(of: $0.path, paths, settings) + $0.description }
        let more = issues.count > 10 ? ["and \(issues.count - 10) more"] : []
        return CommandError(.invalid, (shown + more).joined(separator: "\n"), cause: cause)
    }

    /// `mesh.yaml: line 4, column 3: `, where the last file that has the field does; `--set: ` where the command line does.
    private func location(of path: TreePath, _ paths: [String], _ settings: [SettingFlag]) -> String {
        let wanted = path.steps.compactMap { if case .key(let key) = $0 { key } else { nil } }
        let isFlag = settings.contains { flag in
            let keys = flag.path.steps.compactMap { if case .key(let key) = $0 { key } else { nil } }
            return wanted.dropFirst().starts(with: keys)
        }
        if isFlag { return "--set: " }
        var nearest = ""
        for file in paths.reversed() {
            guard let entry = try? entries(file).first(where: { Self.isMesh($0.object) }) else { continue }
            guard let place = entry.place(of: path) else { continue }
            let text = "\(file): \(place): "
            if entry.object.tree.value(at: path) != nil { return text }
            if nearest.isEmpty { nearest = text }
        }
        return nearest
    }
}
