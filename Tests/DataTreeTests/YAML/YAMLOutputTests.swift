internal import DataTree
internal import MeshTestKit
internal import Testing

struct YAMLOutputTests {
    @Test func readsLikeKubectlWritesIt() {
        let tree: Tree = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": "a", "labels": ["on": "yes", "version": "1.30"], "creationTimestamp": "2026-11-21T06:30:00Z",
            ],
            "spec": [
                "containers": [
                    ["args": ["--flag=x", "-v", "a: b", "it's", "C: \\x"], "env": [], "image": "docker.io/x:1.2"]
                ],
                "none": .null, "empty": [:], "deep": [[1, 2], [["a": true]]], "float": 1.5,
            ],
            "data": [
                "script": "#!/bin/sh\necho hi\n", "no-end": "a\n\n  b", "ends": "a\n\n", "lead": "  a\nb\n",
                "cr": "a\r\nb",
            ],
        ]
        #expect(
            tree.yaml() == #"""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: a
                  labels:
                    "on": "yes"
                    version: "1.30"
                  creationTimestamp: "2026-11-21T06:30:00Z"
                spec:
                  containers:
                  - args:
                    - --flag=x
                    - -v
                    - "a: b"
                    - it's
                    - 'C: \x'
                    env: []
                    image: docker.io/x:1.2
                  none: null
                  empty: {}
                  deep:
                  - - 1
                    - 2
                  - - a: true
                  float: 1.5
                data:
                  script: |
                    #!/bin/sh
                    echo hi
                  no-end: |-
                    a

                      b
                  ends: |+
                    a

                  lead: |2
                      a
                    b
                  cr: "a\r\nb"

                """#
        )
    }

    @Test(arguments: TreeGenerator.oddStrings)
    func readsBackOddStrings(text: String) throws {
        let string = Tree.string(text)
        let holders: [Tree] = [
            string, [string], ["a": string], [["a": string, "b": [string, string]]], ["a": ["b": string], "c": 1],
            ["a": [[string], string]],
            [text: string, text + "x": [string]],
        ]
        for tree in holders { #expect(try YAML.document(tree.yaml()) == tree, "\(tree.yaml())") }
    }

    @Test(arguments: propertySeeds(400))
    func readsBackWhatItWrites(seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let trees: [Tree] = (0..<3).map { _ in generator.tree() }
        let text = YAML.text(trees)
        #expect(try YAML.documents(text) == trees, "seed \(seed)\n\(text)")
    }

    @Test func writesLongKeys() throws {
        let key = String(repeating: "long \"key\" ", count: 200)
        let tree: Tree = [key: ["a": 1], "b": [2]]
        #expect(try YAML.document(tree.yaml()) == tree)
    }

    @Test(arguments: propertySeeds(300))
    func neverTrapsOnDamagedText(seed: UInt64) {
        var generator = TreeGenerator(seed: seed)
        var text = Array(generator.tree().yaml().utf8)
        for _ in 0..<10 where !text.isEmpty {
            let position = generator.random.int(below: text.count)
            switch generator.random.int(below: 3) {
            case 0: text[position] = generator.random.pick(Array("&*-:?!|>'\"{}[]#\n \t<,%@".utf8))
            case 1: text.remove(at: position)
            default: text.removeLast((text.count - position) / 4)
            }
            guard let documents = try? YAML.documents(text) else { continue }
            #expect((try? YAML.documents(YAML.text(documents))) == documents, "seed \(seed)")
        }
    }
}
