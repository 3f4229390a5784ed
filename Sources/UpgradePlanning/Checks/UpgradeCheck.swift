/// One question asked before an upgrade: a function of what is known.
package struct UpgradeCheck: Sendable {
    /// What it looks at, in a word or two, for messages and tests.
    package let name: String
    /// What it finds; the order does not matter.
    package let findings: @Sendable (UpgradeWorld) -> [UpgradeFinding]

    /// Makes a check.
    package init(_ name: String, _ findings: @escaping @Sendable (UpgradeWorld) -> [UpgradeFinding]) {
        self.name = name
        self.findings = findings
    }

    /// All checks, in the order in which they are asked.
    package static let all: [UpgradeCheck] = []

    /// What all checks find, the gravest first, each once.
    package static func findings(_ world: UpgradeWorld) -> [UpgradeFinding] {
        Set(all.flatMap { $0.findings(world) }).sorted()
    }
}
