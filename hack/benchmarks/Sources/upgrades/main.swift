internal import Foundation

// upgrades [large | history]: figures of the operator upgrading a mesh in this process.
func fatal(_ message: String) -> Never {
    FileHandle.standardError.write(Data("error: \(message)\n".utf8))
    exit(1)
}

let asked = CommandLine.arguments.dropFirst().first ?? "all"
var holds = true
if ["all", "large"].contains(asked) { holds = try await LargeUpgrade.run(namespaces: 500, workloads: 5_000) }
if ["all", "history"].contains(asked) { holds = try await LongHistory.run(rollouts: 200) && holds }
exit(holds ? 0 : 1)
