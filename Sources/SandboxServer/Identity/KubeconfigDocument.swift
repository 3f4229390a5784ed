internal import DataTree
internal import MeshBase

/// The kubeconfig that reaches a sandbox as its administrator (`v1 Config` of client-go).
struct KubeconfigDocument: Sendable {
    /// The URL of the API server.
    var server: String
    /// The CA's certificate in PEM.
    var authority: String
    /// The administrator's certificate and key.
    var client: CertificateAuthority.Credential

    /// The document, with the certificates inside it, so that the one file is enough.
    var tree: Tree {
        [
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                [
                    "name": "mesh-sandbox",
                    "cluster": [
                        "server": .string(server),
                        "certificate-authority-data": .string(Base64.encode(Array(authority.utf8))),
                    ],
                ]
            ],
            "users": [
                [
                    "name": "mesh-sandbox-admin",
                    "user": [
                        "client-certificate-data": .string(Base64.encode(Array(client.certificate.utf8))),
                        "client-key-data": .string(Base64.encode(Array(client.key.utf8))),
                    ],
                ]
            ],
            "contexts": [
                ["name": "mesh-sandbox", "context": ["cluster": "mesh-sandbox", "user": "mesh-sandbox-admin"]]
            ],
            "current-context": "mesh-sandbox",
        ]
    }
}
