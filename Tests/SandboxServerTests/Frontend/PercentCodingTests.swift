internal import HTTPServing
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

@Suite struct PercentCodingTests {
    static let texts: [(String, Bool, String?)] = [
        ("/api/v1", false, "/api/v1"), ("a%20b", false, "a b"), ("a+b", false, "a+b"), ("a+b", true, "a b"),
        ("%C3%A4", false, "ä"), ("%C3", false, nil), ("%", false, nil), ("%4", false, nil), ("%zz", false, nil),
        ("", true, ""),
    ]

    @Test(arguments: texts) func decodes(_ encoded: String, _ plusIsSpace: Bool, _ text: String?) {
        #expect(PercentCoding.decode(encoded, plusIsSpace: plusIsSpace) == text)
    }

    @Test func readsParameters() {
        let found = PercentCoding.parameters("a=1&b=%3D&c&a=x%2By&bad=%&labelSelector=app%20in%20(a)")
        let expected = [("a", "1"), ("b", "="), ("c", ""), ("a", "x+y"), ("labelSelector", "app in (a)")]
        #expect(found.map(\.name) == expected.map(\.0))
        #expect(found.map(\.value) == expected.map(\.1))
    }

    @Test func impersonationAsksForEveryPart() throws {
        var headers: HeaderFields = ["Impersonate-User": "jane", "Impersonate-Extra-Scope": "dev"]
        headers.add("Impersonate-Group", "ops")
        let wanted = try #require(try ImpersonationHeaders(headers))
        #expect(wanted.user.groups == ["ops", "system:authenticated"])
        #expect(wanted.user.extra == ["scope": ["dev"]])
        let questions = wanted.questions(by: .admin)
        #expect(questions.map(\.resource) == ["users", "groups", "userextras"])
        #expect(questions.allSatisfy { $0.verb == "impersonate" })
    }

    @Test func aServiceAccountBringsItsGroups() throws {
        let wanted = try #require(try ImpersonationHeaders(["Impersonate-User": "system:serviceaccount:shop:robot"]))
        #expect(
            wanted.user.groups == ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]
        )
        let question = try #require(wanted.questions(by: .admin).first)
        #expect((question.resource, question.namespace, question.name) == ("serviceaccounts", "shop", "robot"))
    }
}
