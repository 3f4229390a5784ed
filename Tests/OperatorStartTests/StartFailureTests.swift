internal import KubeClient
internal import MeshBase
internal import Testing

@testable internal import OperatorStart

@Suite struct StartFailureTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var error: any Error
        var exit: StartFailure.Exit
        var words: [String]
    }

    static func unanswered(_ code: TransportError.Code, _ words: String) -> KubeError {
        let error = TransportError(code, words, request: "GET https://10.0.0.1:6443/version")
        return KubeError(transport: error, request: "GET /version")
    }

    static let samples: [Sample] = [
        Sample(
            testDescription: "nobody listens",
            error: unanswered(.connectionFailed, "Couldn't connect to server"),
            exit: .unreachable,
            words: ["cannot reach https://10.0.0.1:6443 (from --kubeconfig x): Couldn't connect to server; start the"]
        ),
        Sample(
            testDescription: "another authority",
            error: unanswered(.tlsFailed, "self-signed certificate"),
            exit: .mismatch,
            words: ["no trusted TLS connection to https://10.0.0.1:6443", "self-signed certificate", "tls-server-name"]
        ),
        Sample(
            testDescription: "an expired token",
            error: KubeError(status: nil, httpStatus: 401, request: "GET /version"),
            exit: .notAllowed,
            words: ["does not know the caller", "401", "renew the token"]
        ),
        Sample(
            testDescription: "a web server",
            error: KubeError(status: nil, httpStatus: 404, request: "GET /version"),
            exit: .mismatch,
            words: ["does not answer as an API server does", "404", "port"]
        ),
        Sample(
            testDescription: "no file",
            error: KubeconfigError(.unreadable, "cannot read x", cause: TransportError(.closed, "no such file")),
            exit: .badKubeconfig,
            words: ["cannot read x: no such file", "--kubeconfig"]
        ),
        Sample(
            testDescription: "no YAML",
            error: KubeconfigError(.malformed, "x: line 3:\n  a mapping was expected"),
            exit: .badKubeconfig,
            words: ["x: line 3: a mapping was expected; mend it"]
        ),
        Sample(
            testDescription: "already in words",
            error: StartFailure(.noPort, "no port"),
            exit: .noPort,
            words: ["no port"]
        ),
    ]

    @Test(arguments: samples) func saysInOneLineWhatWasTriedWhatCameBackAndWhatToDo(_ sample: Sample) {
        let failure = StartFailure(sample.error, server: "https://10.0.0.1:6443", source: "--kubeconfig x")
        #expect(failure.exit == sample.exit)
        for words in sample.words { #expect(failure.line.contains(words), "\(failure.line)") }
        #expect(failure.line.split(separator: "\n").count == 1)
    }

    @Test func hasADistinctCodeForEachCause() {
        #expect(Set(StartFailure.Exit.allCases.map(\.rawValue)).count == StartFailure.Exit.allCases.count)
    }
}
