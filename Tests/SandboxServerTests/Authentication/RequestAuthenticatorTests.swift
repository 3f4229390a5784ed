internal import DataTree
internal import HTTPServing
internal import KubeAPI
internal import MeshBase
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import SandboxServer

@Suite struct RequestAuthenticatorTests {
    /// An authenticator over a store with one service account, `shop/robot`, and a role that lets `boss` act as `jane`.
    struct World {
        let signer = TokenSigner()
        let storage: ObjectStorage
        let authenticator: RequestAuthenticator

        init(now: Int64 = 1500) async throws {
            storage = try ObjectStorage()
            let reader = ClusterReader(storage)
            let tokens = ServiceAccountTokens(
                signer: signer,
                reader: reader,
                now: { Timestamp(seconds: now) },
                random: .seeded(1)
            )
            authenticator = RequestAuthenticator(tokens: tokens, authorizer: RBACAuthorizer(reader))
            try await put(.serviceAccounts, ["metadata": ["namespace": "shop", "name": "robot", "uid": "u1"]])
            try await put(
                .clusterRoles,
                [
                    "metadata": ["name": "acts"],
                    "rules": [
                        [
                            "apiGroups": [""], "resources": ["users", "groups"], "verbs": ["impersonate"],
                            "resourceNames": ["jane", "devs"],
                        ]
                    ],
                ]
            )
            try await put(
                .clusterRoleBindings,
                [
                    "metadata": ["name": "acts"], "roleRef": ["kind": "ClusterRole", "name": "acts"],
                    "subjects": [["kind": "ServiceAccount", "namespace": "shop", "name": "robot"]],
                ]
            )
        }

        func put(_ resource: APIResource, _ tree: Tree) async throws {
            let object = KubeObject(tree)
            try await storage.write(StorageWrite(GroupResource(resource), object.key, if: .absent, .put(tree)))
        }

        func user(_ headers: HeaderFields) async throws(APIFault) -> UserInfo {
            try await authenticator.user(headers: headers, peer: ConnectionPeer(address: "127.0.0.1"))
        }

        func token(_ change: (inout TokenClaims) -> Void = { _ in }) throws -> String {
            var claims = TokenClaims(
                issuer: ServiceAccountTokens.issuer,
                audiences: [ServiceAccountTokens.issuer],
                validity: 1000..<2000,
                identifier: "id",
                namespace: "shop",
                serviceAccount: .init(name: "robot", uid: "u1"),
                bound: [:]
            )
            change(&claims)
            return try signer.sign(claims)
        }
    }

    @Test func whoSaysNothingIsNobody() async throws {
        let user = try await World().user([:])
        #expect(user == .anonymous)
        #expect(user.groups == ["system:unauthenticated"])
    }

    @Test func aTokenStandsForItsAccount() async throws {
        let world = try await World()
        let user = try await world.user(["authorization": "Bearer \(try world.token())"])
        #expect(user.name == "system:serviceaccount:shop:robot")
        #expect(
            user.groups == ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]
        )
    }

    static let changes: [(String, @Sendable (inout TokenClaims) -> Void)] = [
        ("expired", { $0.validity = 1000..<1500 }),
        ("not yet valid", { $0.validity = 1501..<2000 }),
        ("of another issuer", { $0.issuer = "https://elsewhere" }),
        ("for another audience", { $0.audiences = ["istio-ca"] }),
        ("for nobody", { $0.audiences = [] }),
        ("of an account made anew", { $0.serviceAccount.uid = "u0" }),
        ("of an account that is gone", { $0.serviceAccount.name = "none" }),
        ("of another namespace", { $0.namespace = "bank" }),
        ("bound to a pod that is gone", { $0.bound = ["pod": .init(name: "p", uid: "u2")] }),
    ]

    @Test(arguments: changes.indices) func tokensThatDoNotHold(_ index: Int) async throws {
        let world = try await World()
        let token = try world.token(Self.changes[index].1)
        await refuses(world, ["authorization": "Bearer \(token)"], 401, "Unauthorized")
    }

    @Test func tokensOfOthersDoNotHold() async throws {
        let (world, other) = (try await World(), try await World())
        await refuses(world, ["authorization": "Bearer \(try other.token())"], 401, "Unauthorized")
        await refuses(world, ["authorization": "Bearer x"], 401, "Unauthorized")
    }

    static let headersWithoutUser: [(HeaderFields, String)] = [
        (["Impersonate-Group": "ops"], #"UID:"", Groups:[]string{"ops"}, Extra:map[string][]string(nil)"#),
        (["Impersonate-Uid": "7"], #"UID:"7", Groups:[]string(nil), Extra:map[string][]string(nil)"#),
        (
            ["Impersonate-Extra-Scope": "dev"],
            #"UID:"", Groups:[]string(nil), Extra:map[string][]string{"scope":[]string{"dev"}}"#
        ),
        (
            ["Impersonate-User": "", "Impersonate-Group": "ops"],
            #"UID:"", Groups:[]string{"ops"}, Extra:map[string][]string(nil)"#
        ),
    ]

    /// Else the sender would go on as itself, with more rights than it wanted to use.
    @Test(arguments: headersWithoutUser)
    func impersonationNeedsAUser(_ headers: HeaderFields, _ text: String) async throws {
        let message = #"requested &user.DefaultInfo{Name:"", \#(text)} without impersonating a user name"#
        await refuses(try await World(), headers, 400, message)
    }

    @Test func impersonationNeedsTheRightToEveryPart() async throws {
        let world = try await World()
        let token = "Bearer \(try world.token())"
        let jane = try await world.user(["authorization": token, "Impersonate-User": "jane"])
        #expect(jane.name == "jane")
        #expect(jane.groups == ["system:authenticated"])
        for headers: HeaderFields in [
            ["Impersonate-User": "john"], ["Impersonate-User": "jane", "Impersonate-Group": "system:masters"],
            ["Impersonate-User": "jane", "Impersonate-Uid": "7"],
            ["Impersonate-User": "jane", "Impersonate-Extra-Scope": "dev"],
            ["Impersonate-User": "system:serviceaccount:shop:robot"],
        ] {
            var headers = headers
            headers.add("authorization", token)
            let fault = await #expect(throws: APIFault.self) { try await world.user(headers) }
            #expect(fault?.status.code == 403)
        }
        await #expect(throws: APIFault.self) { try await world.user(["Impersonate-User": "jane"]) }
    }

    @Test func whoeverAsksToBeUnauthenticatedIs() throws {
        let headers: HeaderFields = ["Impersonate-User": "jane", "Impersonate-Group": "system:unauthenticated"]
        #expect(try ImpersonationHeaders(headers)?.user.groups == ["system:unauthenticated"])
        #expect(try ImpersonationHeaders([:]) == nil)
    }

    private func refuses(_ world: World, _ headers: HeaderFields, _ code: Int, _ message: String) async {
        let fault = await #expect(throws: APIFault.self) { try await world.user(headers) }
        #expect(fault?.status.code == code)
        #expect(fault?.message == message)
    }
}
