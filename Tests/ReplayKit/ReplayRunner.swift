internal import DataTree
package import KubeClient

/// Sends the requests of a scenario and tells where the answers differ.
package struct ReplayRunner: Sendable {
    /// One answer that differs.
    package struct Difference: Sendable, CustomStringConvertible {
        package let scenario: String
        package let step: Int
        package let request: String
        package let what: String

        package var description: String { "\(scenario)[\(step)] \(request): \(what)" }
    }

    /// How a scenario went.
    package struct Report: Sendable {
        /// The answers, nil for a step that was left out.
        package var answers: [Answer?] = []
        /// Where they differ.
        package var differences: [Difference] = []
        /// How many steps were left out because of what they need.
        package var skipped: Int { answers.count { $0 == nil } }
    }

    private let transport: any HTTPTransport
    private let surroundings: Set<ReplayScenario.Surrounding>
    private let suffix: String
    private let pause: @Sendable () async throws -> Void

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - transport: carries the requests.
    ///   - surroundings: what there is around the server; steps that need more are left out.
    ///   - suffix: what the names of the scenario's namespaces get on the way to the server, so that they are its own.
    ///   - pause: waits a moment before a request with `until` is sent again.
    package init(
        transport: any HTTPTransport,
        surroundings: Set<ReplayScenario.Surrounding>,
        suffix: String = "",
        pause: @escaping @Sendable () async throws -> Void
    ) {
        self.transport = transport
        self.surroundings = surroundings
        self.suffix = suffix
        self.pause = pause
    }

    /// Runs all steps in order, going on after a difference.
    package func run(_ scenario: ReplayScenario) async throws -> Report {
        var captured: [String: String] = [:]
        var report = Report()
        for (index, step) in scenario.steps.enumerated() {
            if let needs = step.needs, !surroundings.contains(needs) {
                report.answers.append(nil)
                continue
            }
            let answer = try await answer(to: step, Names(scenario.name, suffix, captured))
            report.answers.append(answer)
            for capture in step.captures {
                if let value = answer.value(capture.path) { captured[capture.name] = value }
            }
            for what in answer.differences(from: step) {
                let request = "\(step.method) \(step.target)"
                report.differences.append(
                    Difference(scenario: scenario.name, step: index, request: request, what: what)
                )
            }
        }
        return report
    }

    /// Deletes what the scenario created outside of namespaces, and its namespaces; says nothing of what is gone already.
    package func cleanUp(_ scenario: ReplayScenario, _ report: Report) async throws {
        for (step, answer) in zip(scenario.steps, report.answers).reversed() {
            guard let answer, let name = answer.value(["metadata", "name"]), (200...201).contains(answer.status),
                ["POST", "PATCH", "PUT"].contains(step.method), let path = Self.clusterScoped(step, name)
            else { continue }
            let target = Names(scenario.name, suffix, [:]).sent(path)
            let request = HTTPRequest(.delete, target, headers: ["User-Agent": "replay"], body: nil)
            _ = try await transport.send(request).body.collect(limit: 64 << 20)
        }
    }

    /// The path of what a step wrote, nil where it lies in a namespace.
    private static func clusterScoped(_ step: ReplayScenario.Step, _ name: String) -> String? {
        let path = step.target.prefix { $0 != "?" }
        let parts = path.split(separator: "/").map(String.init)
        // api/v1/PLURAL[/NAME] or apis/GROUP/VERSION/PLURAL[/NAME]
        let depth = parts.first == "api" ? 3 : 4
        guard (depth...depth + 1).contains(parts.count), !parts[depth - 1].hasSuffix("reviews") else { return nil }
        return "/" + parts.prefix(depth).joined(separator: "/") + "/" + name
    }

    private func answer(to step: ReplayScenario.Step, _ names: Names) async throws -> Answer {
        var answer = try await send(step, names)
        var attempts = 0
        while let until = step.until, answer.status != until, attempts < 600 {
            try await pause()
            answer = try await send(step, names)
            attempts += 1
        }
        return answer
    }

    private func send(_ step: ReplayScenario.Step, _ names: Names) async throws -> Answer {
        let target = names.sent(step.target)
        var headers = HTTPHeaders()
        for header in step.headers { headers.append(header.name, names.sent(header.value)) }
        // The recording was made by a client of this name, which owns the fields it writes.
        if headers["User-Agent"] == nil { headers.append("User-Agent", "replay") }
        let body: [UInt8]? = step.body.map { body in
            let text = Array(names.sent(body.string ?? body.jsonText()).utf8)
            return text + [UInt8](repeating: 0x20, count: max(0, step.padding - text.count))
        }
        let method = HTTPMethod(rawValue: step.method) ?? .get
        let response = try await transport.send(HTTPRequest(method, target, headers: headers, body: body))
        let bytes = names.received(try await response.body.collect(limit: 64 << 20))
        return Answer(
            status: response.status,
            warnings: response.headers.values("Warning"),
            body: Self.parse(bytes, isWatch: target.contains("watch=") || target.contains("/watch/"))
        )
    }

    private static func parse(_ bytes: [UInt8], isWatch: Bool) -> Tree {
        if isWatch {
            var reader = JSONSequenceReader()
            if let events = try? reader.push(bytes[...]), let rest = try? reader.finish() {
                return .array(events + rest)
            }
        }
        return (try? Tree(json: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
    }
}

/// The names by which a scenario calls things, and those by which the server knows them.
private struct Names {
    private let own: String
    private let foreign: String
    private let captured: [String: String]

    init(_ scenario: String, _ suffix: String, _ captured: [String: String]) {
        self.own = "r-\(scenario)"
        self.foreign = own + suffix
        self.captured = captured
    }

    func sent(_ text: String) -> String {
        captured.reduce(text) { $0.replacing("${\($1.key)}", with: $1.value) }.replacing(own, with: foreign)
    }

    func received(_ bytes: [UInt8]) -> [UInt8] {
        own == foreign ? bytes : Array(String(decoding: bytes, as: UTF8.self).replacing(foreign, with: own).utf8)
    }
}

extension ReplayRunner {
    /// What a server answered.
    package struct Answer: Sendable {
        package let status: Int
        package let warnings: [String]
        let body: Tree

        func value(_ path: [String]) -> String? {
            var current: Tree? = body
            for key in path { current = Int(key).flatMap { current?[$0] } ?? current?[key] }
            return current?.string
        }

        /// The body as files have it: a watch that was refused answers with one object.
        var recordable: Tree {
            if let only = body.array, only.count == 1, only[0]["kind"]?.string == "Status" { return only[0] }
            return body
        }

        func differences(from step: ReplayScenario.Step) -> [String] {
            guard let expected = step.status else { return ["no answer has been recorded"] }
            if status != expected { return ["status \(status), not \(expected): \(body.jsonText().prefix(400))"] }
            var found: [String] = []
            if warnings.sorted() != step.warnings.sorted() {
                found.append("warnings \(warnings), not \(step.warnings)")
            }
            guard let response = step.response else { return found }
            let wanted = ReplayNormaliser.normalise(response)
            let actual = ReplayNormaliser.normalise(recordable)
            if actual != wanted { found.append("the answer differs:\n\(TreeDiff.text(wanted, actual))") }
            return found
        }
    }
}
