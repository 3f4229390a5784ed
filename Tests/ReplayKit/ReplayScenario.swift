package import DataTree
internal import Foundation
internal import Testing

/// A list of requests that builds on itself, with what a Kubernetes API server answers to each.
///
/// The answers in the files were given by kube-apiserver v1.36; what differs from run to run stands there as a word in angle
/// brackets (see ``ReplayNormaliser``).
package struct ReplayScenario: Sendable {
    /// The file's name without its ending.
    package let name: String
    /// The requests in order.
    package let steps: [Step]

    /// One request and its answer.
    package struct Step: Sendable {
        package let method: String
        /// Path and query, encoded; `${name}` stands for a captured value.
        package let target: String
        /// A tree to send as JSON, or a string to send as it is.
        package let body: Tree?
        package let headers: [(name: String, value: String)]
        /// Names for values of the answer, by their path with dots.
        package let captures: [(name: String, path: [String])]
        /// Send again until this status comes, for at most a minute.
        package let until: Int?
        package let status: Int
        package let warnings: [String]
        /// The normalised answer; nil where only the status is compared.
        package let response: Tree?
    }

    /// Reads a scenario from its YAML tree; nil where the tree has no steps.
    package init?(name: String, tree: Tree) {
        guard let steps = tree["steps"]?.array else { return nil }
        self.name = name
        self.steps = steps.compactMap(Step.init)
        guard self.steps.count == steps.count else { return nil }
    }
}

extension ReplayScenario.Step {
    fileprivate init?(_ tree: Tree) {
        guard let request = tree["request"]?.string, let space = request.firstIndex(of: " "),
            let status = tree["status"]?.integer
        else { return nil }
        self.method = String(request[..<space])
        self.target = String(request[request.index(after: space)...])
        self.body = tree["body"]
        var headers = [(name: "Accept", value: tree["accept"]?.string ?? "application/json")]
        for entry in tree["headers"]?.object?.entries ?? [] {
            headers.append((entry.key, entry.value.string ?? ""))
        }
        if tree["body"] != nil {
            headers.append(("Content-Type", tree["contentType"]?.string ?? "application/json"))
        }
        self.headers = headers
        self.captures = (tree["capture"]?.object?.entries ?? []).map {
            ($0.key, ($0.value.string ?? "").split(separator: ".").map(String.init))
        }
        self.until = tree["until"]?.integer.map(Int.init)
        self.status = Int(status)
        self.warnings = tree["warnings"]?.array?.compactMap(\.string) ?? []
        self.response = tree["compare"]?.string == "status" ? nil : tree["response"]
    }
}

extension ReplayScenario {
    /// All recorded scenarios, ordered by name.
    package static let all: [ReplayScenario] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            guard let bytes = try? Data(contentsOf: folder.appending(path: name)),
                let tree = try? YAML.document(String(decoding: bytes, as: UTF8.self))
            else { return nil }
            return ReplayScenario(name: String(name.dropLast(5)), tree: tree)
        }
    }()
}

extension ReplayScenario: CustomTestStringConvertible {
    package var testDescription: String { name }
}
