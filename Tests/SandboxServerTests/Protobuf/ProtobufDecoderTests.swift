internal import DataTree
internal import Testing

@testable internal import SandboxServer

@Suite struct ProtobufDecoderTests {
    static func number(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + number(value >> 7)
    }

    static func field(_ field: Int, _ bytes: [UInt8]) -> [UInt8] {
        number(field << 3 | 2) + number(bytes.count) + bytes
    }

    static func body(_ kind: String, _ raw: [UInt8]) -> [UInt8] {
        let type = field(1, Array("v1".utf8)) + field(2, Array(kind.utf8))
        return ProtobufDecoder.magic + field(1, type) + field(2, raw)
    }

    /// A pod whose metadata is `fields`.
    static func pod(_ fields: [UInt8]) -> [UInt8] { body("Pod", field(1, fields)) }

    static let finalizer = field(14, Array("a".utf8))

    static func label(_ key: String) -> [UInt8] { field(11, field(1, Array(key.utf8)) + field(2, Array("v".utf8))) }

    @Test func listsAndMapsKeepAllTheirElements() throws {
        let fields = Self.finalizer + Self.label("x") + field(14, "b") + Self.label("y") + Self.label("x")
        let metadata = try ProtobufDecoder().decode(Self.pod(fields))["metadata"]
        #expect(metadata?["finalizers"] == ["a", "b"])
        #expect(metadata?["labels"] == ["x": "v", "y": "v"])
    }

    private func field(_ number: Int, _ text: String) -> [UInt8] { Self.field(number, Array(text.utf8)) }

    /// Copying the list for each element would take minutes.
    @Test(.timeLimit(.minutes(1))) func manyElementsCostNoMoreEachThanFew() throws {
        let count = ProtobufDecoder.mostValues - 10
        let bytes = Self.pod((0..<count).flatMap { _ in [UInt8(14 << 3 | 2), 0] })
        #expect(try ProtobufDecoder().decode(bytes)["metadata"]?["finalizers"]?.array?.count == count)
        let labels = Self.pod((0..<40_000).flatMap { Self.label("k\($0)") })
        #expect(try ProtobufDecoder().decode(labels)["metadata"]?["labels"]?.object?.count == 40_000)
    }

    @Test func tooManyValuesAreRefused() {
        let bytes = Self.pod((0...ProtobufDecoder.mostValues).flatMap { _ in [UInt8(14 << 3 | 2), 0] })
        #expect(throws: ProtobufFault.tooMany) { try ProtobufDecoder().decode(bytes) }
    }

    @Test func everyCutIsRefusedOrRead() {
        let whole = Self.pod(Self.finalizer + Self.label("x"))
        for length in 0..<whole.count {
            _ = try? ProtobufDecoder().decode(Array(whole[..<length]))
        }
        #expect(throws: ProtobufFault.malformed) { try ProtobufDecoder().decode([]) }
        #expect(throws: ProtobufFault.self) { try ProtobufDecoder().decode(Self.body("Pea", [])) }
    }

    /// Reading a body costs far more than sending it, so nobody without a right to write may make the server do so.
    @Test(.timeLimit(.minutes(10))) func onlyAllowedRequestsAreRead() async throws {
        try await TestCluster.with { cluster in
            let type = "application/vnd.kubernetes.protobuf"
            let path = "/api/v1/namespaces/default/pods"
            let unreadable = ProtobufDecoder.magic + [255]
            let refused = try await cluster.send("POST", path, bytes: unreadable, type: type, as: .nobody)
            #expect(refused.status == 403)
            let read = try await cluster.send("POST", path, bytes: unreadable, type: type)
            #expect(read.status == 400)
            #expect(read.message.hasPrefix("the body cannot be read as \(type)"))
        }
    }
}
