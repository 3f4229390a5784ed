internal import DataTree
internal import MeshBase
internal import Testing

struct CodedErrorsTests {
    @Test func namesCodeAndRetryClass() throws {
        let parse = #expect(throws: ParseError.self) { try Tree(json: "{\"a\":1,\"a\":2}") }
        #expect(parse?.codeName == "DuplicateKey")
        #expect(parse?.retryClass == .invalid)
        #expect(parse?.description == "line 1, column 8: duplicate key \"a\"")
        let patch = #expect(throws: PatchError.self) { try JSONPatch([["op": "remove", "path": "/x"]]).apply(to: [:]) }
        #expect(patch?.codeName == "PatchTargetMissing")
    }

    @Test func aConflictNamesFieldsAndOwners() {
        let owner = ManagedFieldsEntry(manager: "helm", operation: .apply, apiVersion: "v1")
        let conflict = StructuredMerge.Conflict(owner: owner, path: FieldPath(fields: "spec", "replicas"))
        let failure = StructuredMerge.Failure.conflicts([conflict])
        #expect(
            failure.description == "ApplyConflict: .spec.replicas is owned by \"helm\"; apply with force to take over"
        )
        #expect(failure.retryClass == .invalid)
    }
}
