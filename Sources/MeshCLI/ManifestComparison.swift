internal import DataTree
internal import KubeAPI
internal import ManifestRendering

/// `meshctl manifest diff`: what changes from one set of objects to another.
package struct ManifestComparison: Sendable {
    /// What renders files that describe a mesh.
    package let generation: ManifestGeneration

    /// Makes the command.
    package init(generation: ManifestGeneration) {
        self.generation = generation
    }

    /// Compares two files, each with objects or with a resource that is rendered first.
    ///
    /// The outcome's exit code is 1 when they differ.
    package func run(_ old: String, _ new: String) throws -> CommandOutcome {
        let (before, oldWarnings) = try objects(old, as: "<old>")
        let (after, newWarnings) = try objects(new, as: "<new>")
        var lines: [String] = []
        for key in Set(before.keys).union(after.keys).sorted() {
            switch (before[key], after[key]) {
            case (let left?, let right?):
                guard left != right else { continue }
                let changes = TreeDiff.text(left.tree, right.tree).split(separator: "\n")
                lines += ["~ \(key)"] + changes.map { "    \($0)" }
            case (_?, nil): lines.append("- \(key)")
            case (nil, _?): lines.append("+ \(key)")
            case (nil, nil): break
            }
        }
        let same = lines.isEmpty
        return CommandOutcome(
            output: same ? "no differences\n" : lines.joined(separator: "\n") + "\n",
            warnings: oldWarnings + newWarnings,
            exitCode: same ? 0 : 1
        )
    }

    /// Objects by `Kind.group namespace/name`.
    private func objects(
        _ path: String,
        as argument: String
    ) throws -> (objects: [String: KubeObject], warnings: [String]) {
        let files = try generation.files.given(as: argument).keeping(path)
        var found = try files.objects(path)
        var warnings: [String] = []
        if found.count == 1, let only = found.first, MeshFiles.isMesh(only) {
            var request = ManifestGeneration.Request()
            request.files = [path]
            let rendered = try ManifestGeneration(catalogue: generation.catalogue, files: files).render(request)
            found = rendered.manifests.objects
            warnings = rendered.warnings + rendered.manifests.warnings
        }
        var result: [String: KubeObject] = [:]
        for object in found {
            let group = object.kind.group.isEmpty ? "" : ".\(object.kind.group)"
            result["\(object.kind.kind)\(group) \(object.key)"] = object
        }
        return (result, warnings)
    }
}
