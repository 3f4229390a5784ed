#if canImport(DataTree)
    internal import DataTree
#endif

extension FuzzTarget {
    static let yamlSeeds = [
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {a: b, \"c\": 'd'}\ndata:\n  x: |\n    one\n    two\n  y: >-\n    folded\n    text\n",
        "a: &x {k: [1, 0x1F, 1_000, .5, yes, ~]}\nb: *x\nc:\n  <<: *x\n  d: !!str 1\n---\n- 1\n- - 2\n  - ? k\n    : v\n",
        "{\"a\":\t1, \"b\": [true, null]}\n",
    ]

    static func yaml(_ input: [UInt8]) throws(Broken) {
        let options = YAML.Options(maxDepth: 64, maxAliasedNodes: 1_000)
        guard let documents = try? YAML.documents(input, options: options) else { return }
        let text = YAML.text(documents)
        let wide = YAML.Options(maxDepth: 256, maxAliasedNodes: 0)
        do {
            let again = try YAML.documents(text, options: wide)
            try require(again == documents, "output reads back as another value:\n\(text)")
        } catch let error as ParseError {
            throw Broken(description: "output does not read back: \(error)\n\(text)")
        } catch let error as Broken {
            throw error
        } catch {
            throw Broken(description: "\(error)")
        }
    }
}
