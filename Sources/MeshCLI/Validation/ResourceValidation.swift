internal import DataTree
internal import KubeAPI
package import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import RolloutControl

/// `meshctl validate`: tells what is wrong with resources before a cluster does.
///
/// MeshOperators, MeshRollouts and IstioOperators are read as strictly as the operator reads them. Other kinds of our groups are
/// refused, since nothing would read them; kinds of other groups are named and passed over.
package struct ResourceValidation: Sendable {
    /// The versions known.
    package let catalogue: VersionCatalogue
    /// Where files come from.
    package let files: MeshFiles
    /// Today as `2026-11-21`, by which ends of life are judged; nil leaves that out.
    package let today: String?

    /// Makes the command.
    package init(catalogue: VersionCatalogue, files: MeshFiles, today: String?) {
        self.catalogue = catalogue
        // Every line of the report begins with the file.
        self.files = files.given(as: "")
        self.today = today
    }

    /// Checks all resources of files and folders; a file that cannot be read counts as a wrong resource.
    ///
    /// The outcome's exit code is 1 when one is wrong.
    package func run(_ paths: [String], format: OutputFormat? = nil) -> CommandOutcome {
        report(paths).outcome(format)
    }

    /// Checks all resources of files and folders.
    package func report(_ paths: [String]) -> ValidationReport {
        var report = ValidationReport()
        for path in paths {
            do {
                let expanded = try files.expand(path)
                if expanded.isEmpty {
                    report.entries.append(Self.empty(path, "holds no file named *.yaml, *.yml or *.json"))
                }
                for file in expanded { report.entries += entries(file) }
            } catch {
                report.entries.append(Self.unreadable(path, error))
            }
        }
        return report
    }

    private func entries(_ file: String) -> [ValidationReport.Entry] {
        do {
            let found = try files.entries(file)
            return found.isEmpty ? [Self.empty(file, "holds no resource")] : found.map { check($0, file: file) }
        } catch {
            return [Self.unreadable(file, error)]
        }
    }

    private static func empty(_ file: String, _ what: String) -> ValidationReport.Entry {
        var entry = ValidationReport.Entry(file: file)
        entry.verdict = .skipped
        entry.warnings = [what]
        return entry
    }

    private static func unreadable(_ file: String, _ error: CommandError) -> ValidationReport.Entry {
        var entry = ValidationReport.Entry(file: file)
        entry.verdict = .invalid
        let prefix = "\(file): "
        let message = error.message.hasPrefix(prefix) ? String(error.message.dropFirst(prefix.count)) : error.message
        var place: YAML.Places.Place?
        if let parse = error.cause as? ParseError { place = .init(line: parse.line, column: parse.column) }
        entry.problems = [.init(issue: nil, message: place == nil ? message : Self.withoutPlace(error), place: place)]
        return entry
    }

    /// The message of a parse error, whose place stands before it already.
    private static func withoutPlace(_ error: CommandError) -> String {
        "cannot be read as YAML: \((error.cause as? ParseError)?.message ?? error.message)"
    }

    // MARK: One resource

    private func check(_ source: MeshFiles.Entry, file: String) -> ValidationReport.Entry {
        var entry = ValidationReport.Entry(file: file)
        entry.kind = source.object.kind.kind
        entry.name = source.object.name.isEmpty ? "" : source.object.key.description
        let issues: [Finding]
        if source.object.tree.object == nil {
            issues = [.init(Self.issue(.root, source.object.tree, "is no object", "write a Kubernetes resource"))]
        } else if source.object.kind == RolloutNames.kind {
            issues = (envelope(source.object) + rollout(source.object)).map { Finding($0) }
        } else if MeshFiles.isMesh(source.object) {
            let found = mesh(source.object)
            entry.warnings = found.warnings
            let around = source.object.kind == MeshNames.kind ? envelope(source.object) : []
            issues = around.map { Finding($0) } + found.issues
        } else if let stranger = stranger(source.object) {
            issues = [Finding(stranger)]
        } else {
            entry.verdict = .skipped
            entry.warnings = ["not checked: only MeshOperator, MeshRollout and IstioOperator resources are"]
            return entry
        }
        entry.verdict = issues.isEmpty ? .valid : .invalid
        entry.problems = issues.map { .init(issue: $0.issue, message: $0.message, place: source.place(of: $0.path)) }
        return entry
    }

    private static func issue(_ path: TreePath, _ value: Tree?, _ problem: String, _ remedy: String) -> SpecIssue {
        SpecIssue(path: path, value: value, problem: problem, remedy: remedy)
    }

    /// A kind of our groups that does not exist, or a document that does not say what it is.
    private func stranger(_ object: KubeObject) -> SpecIssue? {
        let known = [MeshNames.kind, RolloutNames.kind, IstioOperatorConversion.kind]
        let choices = known.map { "\($0.kind) of \($0.apiVersion)" }.joined(separator: ", ")
        guard !object.kind.kind.isEmpty else {
            return Self.issue(TreePath(keys: "kind"), object.tree["kind"], "is missing or no text", "name the kind")
        }
        guard let version = object.tree["apiVersion"]?.string, !version.isEmpty else {
            let path = TreePath(keys: "apiVersion")
            return Self.issue(path, object.tree["apiVersion"], "is missing or no text", "name group and version")
        }
        guard known.contains(where: { $0.group == object.kind.group }) else {
            // The right kind in a wrong group would never be read by anybody.
            guard known.contains(where: { $0.kind == object.kind.kind }) else { return nil }
            let path = TreePath(keys: "apiVersion")
            return Self.issue(path, .string(version), "has no \(object.kind.kind)", "use \(choices)")
        }
        let isKnown = known.contains { $0.kind == object.kind.kind && $0.group == object.kind.group }
        let path = TreePath(keys: isKnown ? "apiVersion" : "kind")
        let value = isKnown ? version : object.kind.kind
        return Self.issue(path, .string(value), isKnown ? "is no known version" : "is no known kind", "use \(choices)")
    }

    /// What stands around `spec`: no field that nobody reads, and a name.
    private func envelope(_ object: KubeObject) -> [SpecIssue] {
        let known = ["apiVersion", "kind", "metadata", "spec", "status"]
        var found = (object.tree.object?.entries ?? []).filter { !known.contains($0.key) }.map { entry in
            let nearest = NameSuggestion.nearest(to: entry.key, among: known).map { "write \($0)" }
            let remedy = nearest ?? "use one of \(known.joined(separator: ", "))"
            return Self.issue(TreePath(keys: entry.key), entry.value, "is no field of a resource", remedy)
        }
        let name = object.tree.value(at: "metadata", "name")
        let isGenerated = object.tree.value(at: "metadata", "generateName")?.string?.isEmpty == false
        if name?.string?.isEmpty ?? true, !isGenerated || name != nil {
            let isText = name == nil || name?.string != nil
            let remedy = isText ? "name the resource" : "put it in quotes, since YAML takes it for something else"
            let path = TreePath(keys: "metadata", "name")
            found.append(Self.issue(path, name, isText ? "is missing" : "is no text", remedy))
        }
        return found
    }

    private func rollout(_ object: KubeObject) -> [SpecIssue] {
        do {
            let spec = try MeshRolloutResource(decoding: object).spec
            let issues = spec.analysis.addressIssues(at: TreePath(keys: "spec", "analysis"))
            guard issues.isEmpty else { return issues }
        } catch {
            return error.issues.isEmpty ? [Self.issue(.root, nil, error.message, "use a MeshRollout")] : error.issues
        }
        guard object.name.utf8.count > 63 else { return [] }
        let problem = "has more than 63 characters, and becomes a label of the objects made for the rollout"
        let path = TreePath(keys: "metadata", "name")
        return [Self.issue(path, .string(object.name), problem, "use a shorter name")]
    }

    private func mesh(_ object: KubeObject) -> (issues: [Finding], warnings: [String]) {
        do {
            let mesh = try MeshInput(object, catalogue: catalogue)
            let manifests = try ManifestRenderer(catalogue: catalogue).render(mesh.resource.spec)
            var warnings = mesh.warnings + manifests.warnings
            if let today, let entry = catalogue.entry(manifests.version), catalogue.hasEnded(entry, on: today) {
                warnings.append("spec.version: fixes for \(entry.minor.name) have ended; plan an upgrade")
            }
            let analysis = mesh.resource.spec.upgrade.analysis
            let issues = analysis.addressIssues(at: TreePath(keys: "spec", "upgrade", "analysis"))
            return (issues.map { Finding($0) }, warnings)
        } catch let error as SpecError where !error.issues.isEmpty {
            return (error.issues.map { Finding($0) }, [])
        } catch let error as RenderError where error.code == .unknownVersion {
            return ([Finding(unknownVersion(object))], [])
        } catch let error as RenderError where !error.issues.isEmpty {
            return (error.issues.map { Finding($0) }, [])
        } catch let error as any CodedError {
            let place = (error as? RenderError)?.place.map { TreePath(fieldText: $0) }
            return ([Finding(place ?? TreePath(keys: "spec"), error.message)], [])
        } catch {
            return ([Finding(TreePath(keys: "spec"), "\(error)")], [])
        }
    }

    /// The words of the operator's own refusal.
    private func unknownVersion(_ object: KubeObject) -> SpecIssue {
        let field = object.kind == MeshNames.kind ? "version" : "tag"
        let version = object.tree.value(at: "spec", field)?.string ?? ""
        var issue = catalogue.unknownVersion(version, on: today)
        issue.path = TreePath(keys: "spec", field)
        return issue
    }

    /// Something wrong with a resource, not yet found in its text.
    private struct Finding {
        let path: TreePath
        let issue: SpecIssue?
        let message: String

        init(_ issue: SpecIssue) { (path, self.issue, message) = (issue.path, issue, issue.description) }

        /// A message that names field, value and remedy by itself.
        init(_ path: TreePath, _ message: String) { (self.path, issue, self.message) = (path, nil, message) }
    }
}
