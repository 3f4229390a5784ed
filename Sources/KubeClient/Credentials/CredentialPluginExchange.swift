public import DataTree
internal import MeshBase

/// What a credential plugin is told about the cluster (`spec.cluster` of ExecCredential), as the kubeconfig has it.
public struct CredentialPluginCluster: Sendable, Hashable {
    /// The object under `spec.cluster`.
    public var tree: Tree

    /// Wraps a tree.
    public init(_ tree: Tree) {
        self.tree = tree
    }
}

/// What a credential plugin answered (`status` of ExecCredential).
struct PluginAnswer: Hashable {
    var token: String?
    var identity: ClientIdentity?
    var expires: Timestamp?
}

extension CredentialPlugin {
    /// The invocation that asks the plugin; nobody can be asked at a terminal.
    var invocation: ProcessInvocation {
        var info: Tree = [
            "kind": "ExecCredential", "apiVersion": .string(apiVersion), "spec": ["interactive": false],
        ]
        if let cluster { info.set(cluster.tree, at: ["spec", "cluster"]) }
        let own = EnvironmentVariable("KUBERNETES_EXEC_INFO", info.jsonText(.compact))
        return ProcessInvocation(command, arguments, environment: environment + [own])
    }

    /// Reads what the plugin printed; throws ``TransportError`` of code `credentialsUnavailable` when it is of no use.
    func answer(_ output: ProcessOutput) throws(TransportError) -> PluginAnswer {
        guard output.exitCode == 0 else {
            let words = String(decoding: output.standardError.suffix(2_000), as: UTF8.self)
            throw problem("ended with code \(output.exitCode): \(words)")
        }
        let tree: Tree
        do {
            tree = try JSONParser.parse(output.standardOutput, options: JSONParser.Options(maxBytes: 4 << 20))
        } catch {
            throw problem("did not print JSON: \(error)")
        }
        guard tree["kind"]?.string == "ExecCredential" else { throw problem("printed no ExecCredential") }
        guard tree["apiVersion"]?.string == apiVersion else {
            throw problem("answered in version \(tree["apiVersion"]?.string ?? "none"), was asked for \(apiVersion)")
        }
        guard let status = tree["status"] else { throw problem("printed an ExecCredential without status") }
        return try read(status)
    }

    private func read(_ status: Tree) throws(TransportError) -> PluginAnswer {
        var answer = PluginAnswer()
        if let token = status["token"]?.string, !token.isEmpty { answer.token = token }
        let certificate = status["clientCertificateData"]?.string ?? ""
        let key = status["clientKeyData"]?.string ?? ""
        guard certificate.isEmpty == key.isEmpty else {
            throw problem("printed only one of clientCertificateData and clientKeyData")
        }
        if !certificate.isEmpty {
            answer.identity = ClientIdentity(certificate: Array(certificate.utf8), privateKey: Array(key.utf8))
        }
        guard answer.token != nil || answer.identity != nil else {
            throw problem("printed neither token nor certificate")
        }
        if let text = status["expirationTimestamp"]?.string {
            guard let time = Timestamp(rfc3339: text) else {
                throw problem("printed no valid expirationTimestamp: \(text)")
            }
            answer.expires = time
        }
        return answer
    }

    func problem(_ what: String, cause: (any Error)? = nil) -> TransportError {
        let hint = installHint.map { "; \($0)" } ?? ""
        return TransportError(.credentialsUnavailable, "credential plugin \(command) \(what)\(hint)", cause: cause)
    }
}
