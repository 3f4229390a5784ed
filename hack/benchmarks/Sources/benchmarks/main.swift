internal import Foundation

// benchmarks [all | json | store] [size]: megabytes of JSON, or thousands of pods.
let arguments = Array(CommandLine.arguments.dropFirst())
let chosen = arguments.first.flatMap { Int($0) == nil ? $0 : nil } ?? "all"
let size = arguments.last.flatMap { Int($0) }
var rows: [Measurement] = []
// The store first: its memory is measured against that of a process which has done nothing yet.
if ["all", "store"].contains(chosen) {
    rows += try await StoreBenchmark.run(pods: (chosen == "store" ? size ?? 50 : 50) * 1_000)
}
if ["all", "json"].contains(chosen) { rows += try JSONBenchmark.run(megabytes: size ?? 20, runs: 7) }
print("| what | figure | limit | verdict | details |\n|---|---|---|---|---|")
for row in rows { print(row.row) }
exit(rows.allSatisfy(\.holds) ? 0 : 1)
