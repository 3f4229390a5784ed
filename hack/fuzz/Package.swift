// swift-tools-version: 6.2
import PackageDescription

// Feeds the parsers damaged input, with properties that must hold whatever they are given.
// `swift run -c release fuzz` runs every target for some seconds; `fuzz json --runs 100000 --seed 7` repeats one run.
// hack/fuzz/coverage runs a target under libFuzzer, which follows coverage.
let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "meshoperator", path: "../..")],
    targets: [
        .target(name: "FuzzTargets", dependencies: [.product(name: "DataTree", package: "meshoperator")]),
        .executableTarget(name: "fuzz", dependencies: ["FuzzTargets"]),
    ],
    swiftLanguageModes: [.v6]
)
