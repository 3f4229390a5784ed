internal import Foundation

let megabytes = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20
let rows = try JSONBenchmark.run(megabytes: megabytes, runs: 7)
print("| what | figure | limit | verdict | details |\n|---|---|---|---|---|")
for row in rows { print(row.row) }
exit(rows.allSatisfy(\.holds) ? 0 : 1)
