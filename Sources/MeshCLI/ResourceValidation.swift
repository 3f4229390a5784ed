internal import KubeAPI
package import ManifestRendering
internal import MeshAPI

/// `meshctl validate`: tells what is wrong with resources before a cluster does.
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
        self.files = files
        self.today = today
    }

    /// Checks all resources of the files; the outcome's exit code is 1 when one is wrong.
    package func run(_ paths: [String]) throws -> CommandOutcome {
        var lines: [String] = []
        var warnings: [String] = []
        var isValid = true
        for path in paths {
            for object in try files.objects(path) {
                let name = "\(path): \(object.kind.kind.isEmpty ? "resource" : object.kind.kind) \(object.name)"
                guard MeshFiles.isMesh(object) else {
                    warnings.append("\(name): not checked: only MeshOperator and IstioOperator resources are")
                    continue
                }
                let problems = check(object, name: name, warnings: &warnings)
                isValid = isValid && problems.isEmpty
                lines += problems.isEmpty ? ["\(name): valid"] : problems.map { "\(name): \($0)" }
            }
        }
        return CommandOutcome(
            output: lines.map { $0 + "\n" }.joined(),
            warnings: warnings,
            exitCode: isValid ? 0 : 1
        )
    }

    private func check(_ object: KubeObject, name: String, warnings: inout [String]) -> [String] {
        do {
            let mesh = try MeshInput(object, catalogue: catalogue)
            let manifests = try ManifestRenderer(catalogue: catalogue).render(mesh.resource.spec)
            warnings += (mesh.warnings + manifests.warnings).map { "\(name): \($0)" }
            if let today, let entry = catalogue.entry(manifests.version), catalogue.hasEnded(entry, on: today) {
                warnings.append("\(name): spec.version: fixes for \(entry.minor.name) have ended; plan an upgrade")
            }
            return []
        } catch let error as SpecError where !error.issues.isEmpty {
            return error.issues.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }
}
