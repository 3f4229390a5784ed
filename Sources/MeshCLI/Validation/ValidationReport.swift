package import DataTree
package import MeshAPI

/// What `meshctl validate` found.
package struct ValidationReport: Sendable, Hashable {
    /// What came out for one resource.
    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        /// Nothing is wrong with it.
        case valid
        /// Something is.
        case invalid
        /// Its kind is not one that is checked.
        case skipped
    }

    /// One thing wrong with a resource.
    package struct Problem: Sendable, Hashable {
        /// What, with path, value and remedy where they are known.
        package var issue: SpecIssue?
        /// The same in one line.
        package var message: String
        /// Where it is written; nil where that is not known.
        package var place: YAML.Places.Place?
    }

    /// One resource, or a file that could not be read as any.
    package struct Entry: Sendable, Hashable {
        /// The file, `-` for standard input.
        package var file: String
        /// The kind, empty for a file that could not be read.
        package var kind = ""
        /// The namespace and name, empty where there is none.
        package var name = ""
        /// What came out.
        package var verdict = Verdict.valid
        /// What is wrong.
        package var problems: [Problem] = []
        /// What is odd and allowed.
        package var warnings: [String] = []

        init(file: String) { self.file = file }

        /// `mesh.yaml: MeshOperator mesh`.
        var title: String {
            guard !kind.isEmpty || !name.isEmpty else { return file }
            let words = [file + ":", kind.isEmpty ? "resource" : kind, name].filter { !$0.isEmpty }
            return words.joined(separator: " ")
        }
    }

    /// All resources in the order of the files.
    package var entries: [Entry] = []

    /// Makes an empty report.
    package init() {}

    /// Whether nothing is wrong.
    package var isValid: Bool { entries.allSatisfy { $0.verdict != .invalid } }

    /// The report in lines or as one JSON or YAML value; the exit code is 1 when something is wrong.
    package func outcome(_ format: OutputFormat?) -> CommandOutcome {
        let code: Int32 = isValid ? 0 : 1
        if let format { return CommandOutcome(output: format.text(tree), exitCode: code) }
        var lines: [String] = []
        for entry in entries {
            switch entry.verdict {
            case .valid: lines.append("\(entry.title): valid")
            case .skipped: break
            case .invalid:
                lines += entry.problems.map { problem in
                    let place = problem.place.map { "\($0): " } ?? ""
                    return "\(entry.title): \(place)\(problem.message)"
                }
            }
        }
        let warnings = entries.flatMap { entry in entry.warnings.map { "\(entry.title): \($0)" } }
        return CommandOutcome(output: lines.map { $0 + "\n" }.joined(), warnings: warnings, exitCode: code)
    }

    /// The report as a value: `valid`, and `resources` with their problems.
    package var tree: Tree { ["valid": .bool(isValid), "resources": .array(entries.map(\.tree))] }
}

extension ValidationReport.Entry {
    fileprivate var tree: Tree {
        var result: Tree = ["file": .string(file), "verdict": .string(verdict.rawValue)]
        if !kind.isEmpty { result["kind"] = .string(kind) }
        if !name.isEmpty { result["name"] = .string(name) }
        if !problems.isEmpty { result["problems"] = .array(problems.map(\.tree)) }
        if !warnings.isEmpty { result["warnings"] = .array(warnings.map { .string($0) }) }
        return result
    }
}

extension ValidationReport.Problem {
    fileprivate var tree: Tree {
        var result: Tree = ["message": .string(message)]
        if let issue {
            result["path"] = .string(issue.path.description)
            result["value"] = issue.value.map { .string($0) }
            result["problem"] = .string(issue.problem)
            result["remedy"] = .string(issue.remedy)
        }
        if let place {
            result["line"] = .integer(Int64(place.line))
            result["column"] = .integer(Int64(place.column))
        }
        return result
    }
}
