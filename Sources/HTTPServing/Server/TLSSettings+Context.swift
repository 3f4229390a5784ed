internal import NIOSSL

extension TLSSettings {
    /// Reads certificates and key; throws ``HTTPServingError/Code/invalidTLS`` naming the part that cannot be used.
    func makeContext() throws(HTTPServingError) -> NIOSSLContext {
        let chain = try read("certificate chain") { try NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8)) }
        let key = try read("private key") { try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let clientRoots {
            let roots = try read("client roots") { try NIOSSLCertificate.fromPEMBytes(Array(clientRoots.utf8)) }
            configuration.trustRoots = .certificates(roots)
            configuration.certificateVerification = .optionalVerification
            configuration.sendCANameList = true
        }
        return try read("certificate and key together") { try NIOSSLContext(configuration: configuration) }
    }

    private func read<Value>(_ part: String, _ body: () throws -> Value) throws(HTTPServingError) -> Value {
        do {
            return try body()
        } catch {
            throw HTTPServingError(.invalidTLS, "the TLS \(part) cannot be used; give valid PEM", cause: error)
        }
    }
}
