internal import DataTree
internal import Foundation

/// DataTree against Foundation's JSONSerialization on one list of pods.
enum JSONBenchmark {
    static func run(megabytes: Int, runs: Int) throws -> [Measurement] {
        let bytes = PodList.json(atLeast: megabytes << 20)
        let data = Data(bytes)
        let tree = try JSONParser.parse(bytes)
        let object = try JSONSerialization.jsonObject(with: data)

        let foundationParse = try shortest(of: max(1, runs / 2)) { try JSONSerialization.jsonObject(with: data) }
        let parse = try shortest(of: runs) { try JSONParser.parse(bytes) }
        let projection = TreeProjection(dropping: [["metadata", "managedFields"]]).forElements(of: "items")
        let options = JSONParser.Options(projection: projection)
        let projected = try shortest(of: runs) { try JSONParser.parse(bytes, options: options) }
        let streamed = try shortest(of: runs) {
            var reader = JSONListReader()
            var count = 0
            var rest = bytes[...]
            while !rest.isEmpty {
                count += try reader.push(rest.prefix(65_536)).count
                rest = rest.dropFirst(65_536)
            }
            return (try reader.finish(), count)
        }
        let foundationEmit = try shortest(of: max(1, runs / 2)) { try JSONSerialization.data(withJSONObject: object) }
        let emit = shortest(of: runs) { tree.json() }

        let size = Double(bytes.count) / 1e6
        func rate(_ seconds: Double) -> String { "\(Int(size / seconds)) MB/s" }
        return [
            Measurement(
                name: "JSON parse, \(megabytes) MB pod list",
                figure: foundationParse / parse,
                unit: "x JSONSerialization",
                atLeast: 6,
                details: "\(rate(parse)) against \(rate(foundationParse))"
            ),
            Measurement(
                name: "JSON emit, \(megabytes) MB pod list",
                figure: foundationEmit / emit,
                unit: "x JSONSerialization",
                atLeast: 4,
                details: "\(rate(emit)) against \(rate(foundationEmit))"
            ),
            Measurement(
                name: "JSON parse without managedFields",
                figure: parse / projected,
                unit: "x whole",
                atLeast: nil,
                details: rate(projected)
            ),
            Measurement(
                name: "JSON list read in 64 kB pieces",
                figure: parse / streamed,
                unit: "x whole",
                atLeast: nil,
                details: rate(streamed)
            ),
        ]
    }
}
