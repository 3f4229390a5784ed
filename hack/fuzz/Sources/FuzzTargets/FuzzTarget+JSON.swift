#if canImport(DataTree)
    internal import DataTree
#endif

extension FuzzTarget {
    static let jsonSeeds = [
        #"{"kind":"PodList","items":[{"a":[1,2.5e-3,"x\u00e9\n"],"b":null},{"c":true}],"metadata":{"resourceVersion":"1"}}"#,
        #"[[],{},"",0,-1,12345678901234567890,1e308,"😀\ud83d\ude00"]"#,
        #"{"a":{"a":{"a":{"a":[[[[]]]]}}},"bb":"12345678\"12345678"}"#,
    ]

    static func json(_ input: [UInt8]) throws(Broken) {
        let options = JSONParser.Options(maxDepth: 64)
        let dropping = TreeProjection(dropping: [["a", "*"], ["items", "*", "b"]])
        _ = try? JSONParser.parse(input, options: .init(maxDepth: 64, projection: dropping))
        let keeping = TreeProjection(keeping: [["a", "a"], ["kind"]]).forElements(of: "items")
        _ = try? JSONParser.parse(input, options: .init(maxDepth: 64, projection: keeping))
        let lenient = try? JSONParser.parse(input, options: .init(maxDepth: 64, duplicateKeys: .lastWins))
        let list = readList(input, options)
        let sequence = readSequence(input, options)
        guard let tree = try? JSONParser.parse(input, options: options) else { return }
        try require(lenient == tree, "last-wins differs without duplicates")
        for format in [JSONFormat.compact, .canonical, .pretty] {
            let text = tree.json(format)
            let again = try? JSONParser.parse(text, options: options)
            try require(again == tree, "\(format) output does not read back")
            try require(again?.json(format) == text, "\(format) output is not stable")
        }
        try require(sequence == [tree], "in pieces it is another value")
        guard let list else { throw Broken(description: "the list reader refuses what the parser accepts") }
        let items: [Tree]
        if case .object = tree, case .array(let array)? = tree["items"] { items = array } else { items = [] }
        try require(list == items, "the list reader gives other elements")
    }

    /// The values of a text that is pushed in pieces of growing size.
    private static func readSequence(_ input: [UInt8], _ options: JSONParser.Options) -> [Tree]? {
        var reader = JSONSequenceReader(options: options)
        var values: [Tree] = []
        var rest = input[...]
        var size = 1
        do {
            while !rest.isEmpty {
                values += try reader.push(rest.prefix(size))
                rest = rest.dropFirst(size)
                size = size % 7 + 1
            }
            return values + (try reader.finish())
        } catch {
            return nil
        }
    }

    private static func readList(_ input: [UInt8], _ options: JSONParser.Options) -> [Tree]? {
        var reader = JSONListReader(options: options)
        var values: [Tree] = []
        var rest = input[...]
        var size = 3
        do {
            while !rest.isEmpty {
                values += try reader.push(rest.prefix(size))
                rest = rest.dropFirst(size)
                size = size % 5 + 1
            }
            _ = try reader.finish()
            return values
        } catch {
            return nil
        }
    }
}
