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

    private let transport: any HTTPTransport
    private let pause: @Sendable () async throws -> Void

    /// Makes a runner; `pause` waits a moment before a request with `until` is sent again.
    package init(transport: any HTTPTransport, pause: @escaping @Sendable () async throws -> Void) {
        self.transport = transport
        self.pause = pause
    }

    /// Runs all steps in order, going on after a difference.
    package func run(_ scenario: ReplayScenario) async throws -> [Difference] {
        var captured: [String: String] = [:]
        var differences: [Difference] = []
        for (index, step) in scenario.steps.enumerated() {
            let answer = try await answer(to: step, captured)
            for capture in step.captures {
                if let value = answer.value(capture.path) { captured[capture.name] = value }
            }
            for what in answer.differences(from: step) {
                let request = "\(step.method) \(step.target)"
                differences.append(Difference(scenario: scenario.name, step: index, request: request, what: what))
            }
        }
        return differences
    }

    private func answer(to step: ReplayScenario.Step, _ captured: [String: String]) async throws -> Answer {
        var answer = try await send(step, captured)
        var attempts = 0
        while let until = step.until, answer.status != until, attempts < 600 {
            try await pause()
            answer = try await send(step, captured)
            attempts += 1
        }
        return answer
    }

    private func send(_ step: ReplayScenario.Step, _ captured: [String: String]) async throws -> Answer {
        let target = Self.substitute(step.target, captured)
        var headers = HTTPHeaders()
        for header in step.headers { headers.append(header.name, header.value) }
        // The recording was made by a client of this name, which owns the fields it writes.
        if headers["User-Agent"] == nil { headers.append("User-Agent", "replay") }
        let body: [UInt8]? = step.body.map { body in
            let text = body.string ?? body.jsonText()
            return Array(Self.substitute(text, captured).utf8)
        }
        let method = HTTPMethod(rawValue: step.method) ?? .get
        let response = try await transport.send(HTTPRequest(method, target, headers: headers, body: body))
        let bytes = try await response.body.collect(limit: 64 << 20)
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

    private static func substitute(_ text: String, _ captured: [String: String]) -> String {
        captured.reduce(text) { $0.replacing("${\($1.key)}", with: $1.value) }
    }
}

private struct Answer {
    let status: Int
    let warnings: [String]
    let body: Tree

    func value(_ path: [String]) -> String? {
        var current: Tree? = body
        for key in path { current = Int(key).flatMap { current?[$0] } ?? current?[key] }
        return current?.string
    }

    func differences(from step: ReplayScenario.Step) -> [String] {
        var found: [String] = []
        if status != step.status {
            found.append("status \(status), not \(step.status): \(body.jsonText().prefix(400))")
            return found
        }
        if warnings.sorted() != step.warnings.sorted() { found.append("warnings \(warnings), not \(step.warnings)") }
        guard let response = step.response else { return found }
        let expected = ReplayNormaliser.normalise(response)
        let actual = ReplayNormaliser.normalise(expectedShape(body, like: response))
        if actual != expected { found.append("the answer differs:\n\(TreeDiff.text(expected, actual))") }
        return found
    }

    /// A watch that was refused answers with one object, which the file has as it is.
    private func expectedShape(_ body: Tree, like response: Tree) -> Tree {
        if response.array == nil, let only = body.array, only.count == 1 { return only[0] }
        return body
    }
}
