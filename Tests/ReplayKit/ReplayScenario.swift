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
    /// Why the scenario needs an API server for itself, without controllers; nil where any cluster will do.
    package let needsOwnServer: String?
    /// The file's content.
    let tree: Tree

    /// One request and its answer.
    package struct Step: Sendable {
        package let method: String
        /// Path and query, encoded; `${name}` stands for a captured value.
        package let target: String
        /// A tree to send as JSON, or a string to send as it is.
        package let body: Tree?
        /// The bytes that the body is brought to by spaces behind it.
        package let padding: Int
        package let headers: [(name: String, value: String)]
        /// Names for values of the answer, by their path with dots.
        package let captures: [(name: String, path: [String])]
        /// Send again until this status comes, for at most a minute.
        package let until: Int?
        /// What stands around the API server that answers so; nil where the server alone does.
        package let needs: Surrounding?
        /// Nil before the first recording.
        package let status: Int?
        package let warnings: [String]
        /// The normalised answer; nil where only the status is compared.
        package let response: Tree?
    }

    /// What a step may need around the API server.
    package enum Surrounding: String, Sendable, Hashable {
        /// Roles and tokens.
        case cluster
        /// A store that tells how far a watch has come, which kube-apiserver needs for streaming lists; etcd has it since
        /// 3.4.31 and 3.5.13.
        case watchProgress = "watch-progress"
    }

    /// Reads a scenario from its YAML tree; nil where the tree has no steps.
    package init?(name: String, tree: Tree) {
        guard let steps = tree["steps"]?.array else { return nil }
        self.name = name
        self.tree = tree
        self.needsOwnServer = tree["needsOwnServer"]?.string
        self.steps = steps.compactMap(Step.init)
        guard self.steps.count == steps.count else { return nil }
    }
}

extension ReplayScenario.Step {
    fileprivate init?(_ tree: Tree) {
        guard let request = tree["request"]?.string, let space = request.firstIndex(of: " ") else { return nil }
        self.method = String(request[..<space])
        self.target = String(request[request.index(after: space)...])
        self.body = tree["body"]
        self.padding = tree["padding"]?.integer.map(Int.init) ?? 0
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
        self.needs = (tree["needs"]?.string).flatMap(ReplayScenario.Surrounding.init(rawValue:))
        guard self.needs?.rawValue == tree["needs"]?.string else { return nil }
        self.status = tree["status"]?.integer.map(Int.init)
        self.warnings = tree["warnings"]?.array?.compactMap(\.string) ?? []
        self.response = tree["compare"]?.string == "status" ? nil : tree["response"]
    }
}

extension ReplayScenario {
    /// All recorded scenarios, ordered by name.
    package static let all: [ReplayScenario] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            guard let bytes = try? Data(contentsOf: folder.appending(path: name)),
                let tree = try? YAML.document(String(decoding: bytes, as: UTF8.self))
            else { return nil }
            return ReplayScenario(name: String(name.dropLast(5)), tree: tree)
        }
    }()
}

extension ReplayScenario {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")

    /// Writes the scenario's file anew, with `answers` in place of those it has.
    package func record(_ answers: [ReplayRunner.Answer?]) throws {
        var steps = tree["steps"]?.array ?? []
        for (index, answer) in answers.enumerated() where steps.indices.contains(index) {
            guard let answer else { continue }
            let isStatusOnly = steps[index]["compare"]?.string == "status"
            steps[index]["status"] = .integer(Int64(answer.status))
            steps[index]["warnings"] =
                answer.warnings.isEmpty ? nil : .array(answer.warnings.sorted().map { .string($0) })
            steps[index]["response"] = isStatusOnly ? nil : ReplayNormaliser.normalise(answer.recordable)
        }
        var tree = tree
        tree["steps"] = .array(steps)
        try Data(tree.yaml().utf8).write(to: Self.folder.appending(path: "\(name).yaml"))
    }
}

extension ReplayScenario: CustomTestStringConvertible {
    package var testDescription: String { name }
}
