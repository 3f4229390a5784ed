internal import MeshBase
internal import Testing

@testable internal import KubeRuntime

@Suite struct FailurePaceTests {
    @Test("a failure that passes is not told, one that lasts is told ever more seldom")
    func pace() {
        #expect((-2...70).filter { FailurePace.isTold($0) } == [4, 8, 16, 32, 64])
    }

    @Test("a reconcile that cannot succeed is warned of at once, one that may at the pace of failures, others never")
    func reconciles() {
        func warned(_ error: any Error) -> [Int] { (1...9).filter { Controller.isWorrying(error, number: $0) } }
        for error in [RetryClass.terminal, .invalid].map(ScriptedError.init) { #expect(warned(error) == Array(1...9)) }
        for error in [RetryClass.transient(after: nil), .conflict].map(ScriptedError.init) {
            #expect(warned(error) == [4, 8])
        }
        #expect(warned(ScriptedError(retryClass: .waiting)) == [])
        #expect(warned(CancellationError()) == [])
    }
}
