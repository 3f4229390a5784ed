internal import DataTree
internal import MeshTestKit
internal import Testing

struct JSONReaderTests {
    /// Pushes `text` in random pieces.
    private func pieces(of text: [UInt8], _ random: inout SeededRandom) -> [ArraySlice<UInt8>] {
        var rest = text[...]
        var pieces: [ArraySlice<UInt8>] = []
        let largest = random.pick([1, 3, 40, 5_000])
        while !rest.isEmpty {
            let size = 1 + random.int(below: largest)
            pieces.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return pieces
    }

    @Test(arguments: propertySeeds(100))
    func sequenceGivesTheValuesHoweverTheBytesAreCut(seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let trees: [Tree] = (0..<6).map { _ in generator.tree() }
        let separator = generator.random.pick(["\n", " ", "\r\n\r\n"])
        let text = Array(trees.map { $0.jsonText() }.joined(separator: separator).utf8)
        var reader = JSONSequenceReader()
        var found: [Tree] = []
        for piece in pieces(of: text, &generator.random) { found += try reader.push(piece) }
        found += try reader.finish()
        #expect(found == trees, "seed \(seed)")
    }

    @Test func sequenceNeedsNoSeparatorAfterObjects() throws {
        var reader = JSONSequenceReader()
        #expect(try reader.push(Array("{\"a\":\"}\"}[1]\"x\"{}".utf8)) == [["a": "}"], [1], "x", [:]])
        #expect(!reader.isWithinValue)
    }

    @Test(arguments: ["{", "{\"a", "[1,", "\"\\"])
    func sequenceRefusesToEndWithinAValue(text: String) throws {
        var reader = JSONSequenceReader()
        #expect(try reader.push(Array(text.utf8)).isEmpty)
        #expect(reader.isWithinValue)
        let error = #expect(throws: ParseError.self) { try reader.finish() }
        #expect(error?.code == .unexpectedEnd)
    }

    @Test func sequenceLimitsTheSizeOfAValueNotOfTheStream() throws {
        var reader = JSONSequenceReader(options: .init(maxBytes: 10))
        for _ in 0..<50 { #expect(try reader.push(Array("{\"a\":1}\n".utf8)).count == 1) }
        let error = #expect(throws: ParseError.self) {
            _ = try reader.push(Array("{\"a\":".utf8))
            _ = try reader.push(Array("123456789".utf8))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test(arguments: propertySeeds(100))
    func listGivesItsElementsHoweverTheBytesAreCut(seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let items: [Tree] = (0..<generator.random.int(below: 6)).map { _ in generator.tree() }
        let before: Tree = [
            "kind": "PodList", "metadata": ["items": [1, ["items": [2]]], "x": "\"items\":["], "y": ["items"],
        ]
        var list = before
        list["items"] = .array(items)
        list["z"] = ["items": [3]]
        let text = list.json(generator.random.pick([.compact, .pretty]))
        var reader = JSONListReader()
        var found: [Tree] = []
        for piece in pieces(of: text, &generator.random) { found += try reader.push(piece) }
        list["items"] = []
        #expect(found == items, "seed \(seed)")
        #expect(try reader.finish() == list, "seed \(seed)")
    }

    @Test func listAppliesTheProjectionToElements() throws {
        var reader = JSONListReader(options: .init(projection: TreeProjection(dropping: [["metadata"]])))
        let text = #"{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"x":[{"}":1}]},"spec":1}]}"#
        #expect(try reader.push(Array(text.utf8)) == [["spec": 1]])
        #expect(try reader.finish() == ["metadata": ["resourceVersion": "7"], "items": []])
    }

    static let others = [
        #"{"kind":"Status","code":410}"#, #"{"items":null,"kind":"PodList"}"#, #"{"kind":"items","a":["items"]}"#, "[]",
        "1",
    ]

    @Test(arguments: others)
    func listGivesOtherAnswersAsTheyAre(text: String) throws {
        var reader = JSONListReader()
        #expect(try reader.push(Array(text.utf8)).isEmpty)
        #expect(try reader.finish() == Tree(json: text))
    }

    @Test(arguments: [
        "", "{", #"{"items":["#, #"{"items":[{}"#, #"{"items":[{}]"#, #"{"items":[,{}]}"#, #"{"items":[{},]}"#,
        #"{"items":[{} {}]}"#, #"{"items":[{"a"}]}"#, #"{"items":[1}]}"#, #"{"items":[1]}]"#,
    ])
    func listRefusesWhatIsMalformed(text: String) {
        #expect(throws: ParseError.self) {
            var reader = JSONListReader()
            _ = try reader.push(Array(text.utf8))
            _ = try reader.finish()
        }
    }
}
