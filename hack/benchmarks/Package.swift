// swift-tools-version: 6.2
import PackageDescription

// Measures what docs promise. Apart from the main package, so that it costs nothing to those who do not run it.
// `swift run -c release benchmarks` prints one row per figure and fails when one misses its limit.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "meshoperator", path: "../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                .product(name: "DataTree", package: "meshoperator"),
                .product(name: "KubeRuntime", package: "meshoperator"),
                .product(name: "Logging", package: "swift-log"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
