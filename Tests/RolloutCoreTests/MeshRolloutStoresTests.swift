internal import MeshAPI
internal import RolloutCore
internal import Testing

@Suite struct MeshRolloutStoresTests {
    @Test func holdsRollouts() {
        #expect(MeshRolloutStores().all.map(\.resource) == [RolloutNames.resource])
    }
}
