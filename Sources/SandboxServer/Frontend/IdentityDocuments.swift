internal import DataTree
internal import SandboxStore

/// The documents by which others check service-account tokens without asking (OpenID Connect Discovery 1.0).
struct IdentityDocuments: Sendable {
    let tokens: ServiceAccountTokens

    /// The document at the path of `request`, nil for any other path.
    func answer(_ request: APIRequest) -> APIResponse? {
        switch request.path {
        case "/.well-known/openid-configuration":
            return Self.json(
                [
                    "issuer": .string(ServiceAccountTokens.issuer),
                    "jwks_uri": .string(ServiceAccountTokens.issuer + "/openid/v1/jwks"),
                    "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                ],
                type: "application/json"
            )
        case "/openid/v1/jwks":
            return Self.json(tokens.keySet, type: "application/jwk-set+json")
        default:
            return nil
        }
    }

    private static func json(_ tree: Tree, type: String) -> APIResponse {
        APIResponse(status: 200, headers: [HeaderField("Content-Type", type)], body: .bytes(tree.json(.compact)))
    }
}
