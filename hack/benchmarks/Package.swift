// swift-tools-version: 6.2
import PackageDescription

// Measures what docs promise. Apart from the main package, so that it costs nothing to those who do not run it.
// `swift run -c release benchmarks` prints one row per figure and fails when one misses its limit.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "meshoperator", path: "../..")],
    targets: [
        .executableTarget(
            name: "benchmarks",
            dependencies: [.product(name: "DataTree", package: "meshoperator")]
        )
    ],
    swiftLanguageModes: [.v6]
)
