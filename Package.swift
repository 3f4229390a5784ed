// swift-tools-version: 6.2
import PackageDescription

// One row per target. `hack/check` compares these edges with the layer table in docs/ARCHITECTURE.md.
// MESH_FOCUS="TargetA TargetB" narrows the manifest to those targets and what they depend on, for quick local builds.

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")

let packages: [String: Package.Dependency] = [
    "swift-argument-parser": .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    "swift-log": .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    "swift-service-lifecycle": .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    "swift-nio": .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    "swift-nio-ssl": .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    "swift-nio-http2": .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    "swift-certificates": .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
    "swift-crypto": .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    "swift-asn1": .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
]

let allTargets: [Target] = [
    // L0: no domain noun
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "MeshBase"),
    .target(name: "DataTree", dependencies: ["CYAML", "MeshBase"]),
    .target(name: "PatternMatching"),

    // L1: types
    .target(name: "KubeAPI", dependencies: ["DataTree", "MeshBase"]),
    .target(name: "MeshAPI", dependencies: ["DataTree", "KubeAPI", "MeshBase"]),

    // L2: mechanisms
    .target(name: "KubeClient", dependencies: ["DataTree", "KubeAPI", "MeshBase"]),
    .target(name: "KubeCurl", dependencies: ["CCurl", "KubeClient", "MeshBase"]),
    .target(
        name: "HTTPServing",
        dependencies: ["MeshBase", nioCore, nioPosix, nioHTTP1, nioHTTP2, nioSSL, nioTLS]
    ),
    .target(name: "ExpressionLanguage", dependencies: ["DataTree", "KubeAPI", "MeshBase", "PatternMatching"]),
    .target(
        name: "StructuralSchema",
        dependencies: ["DataTree", "ExpressionLanguage", "KubeAPI", "MeshBase", "PatternMatching"]
    ),
    .target(name: "KubeSchema", dependencies: ["DataTree", "KubeAPI", "MeshBase", "StructuralSchema"]),
    .target(name: "FieldOwnership", dependencies: ["DataTree", "KubeAPI", "MeshBase"]),

    // L3: engines
    .target(name: "KubeRuntime", dependencies: ["DataTree", "KubeAPI", "KubeClient", "MeshBase", logging]),
    .target(
        name: "ManifestRendering",
        dependencies: [
            "DataTree", "KubeAPI", "KubeSchema", "MeshAPI", "MeshBase", "PatternMatching", "StructuralSchema",
        ]
    ),
    .target(name: "RolloutEngine", dependencies: ["MeshBase"]),
    .target(
        name: "UpgradePlanning",
        dependencies: [
            "DataTree", "KubeAPI", "ManifestRendering", "MeshAPI", "MeshBase", "PatternMatching", "RolloutEngine",
        ]
    ),
    .target(
        name: "RolloutControl",
        dependencies: ["DataTree", "KubeAPI", "KubeClient", "MeshAPI", "MeshBase", "RolloutEngine"]
    ),
    .target(
        name: "OperatorStart",
        dependencies: [
            "DataTree", "FieldOwnership", "KubeAPI", "KubeClient", "KubeRuntime", "MeshAPI", "MeshBase", logging,
        ]
    ),
    .target(
        name: "SandboxStore",
        dependencies: [
            "DataTree", "ExpressionLanguage", "KubeAPI", "KubeClient", "KubeSchema", "MeshBase", "StructuralSchema",
        ]
    ),

    // L4: families
    .target(
        name: "OperatorCore",
        dependencies: [
            "DataTree", "FieldOwnership", "KubeAPI", "KubeClient", "KubeRuntime", "ManifestRendering", "MeshAPI",
            "MeshBase", "OperatorStart", "RolloutControl", "RolloutEngine", "UpgradePlanning", logging,
        ]
    ),
    .target(
        name: "RolloutCore",
        dependencies: [
            "DataTree", "KubeAPI", "KubeClient", "KubeRuntime", "MeshAPI", "MeshBase", "RolloutControl",
            "RolloutEngine", "UpgradePlanning", logging,
        ]
    ),
    .target(
        name: "MeshCLI",
        dependencies: [
            "DataTree", "KubeAPI", "KubeClient", "ManifestRendering", "MeshAPI", "MeshBase", "RolloutControl",
            "UpgradePlanning", argumentParser,
        ]
    ),
    .target(
        name: "SandboxServer",
        dependencies: [
            "DataTree", "ExpressionLanguage", "HTTPServing", "KubeAPI", "KubeClient", "KubeRuntime", "KubeSchema",
            "MeshBase", "SandboxStore", asn1, crypto, logging, x509,
        ]
    ),

    // L5: executables
    .executableTarget(
        name: "mesh-operator",
        dependencies: [
            "DataTree", "HTTPServing", "KubeAPI", "KubeClient", "KubeCurl", "KubeRuntime", "MeshBase", "OperatorCore",
            "OperatorStart", "RolloutControl", "RolloutCore", argumentParser, lifecycle, logging, unixSignals,
        ]
    ),
    .executableTarget(
        name: "mesh-sandbox",
        dependencies: [
            "HTTPServing", "KubeClient", "KubeCurl", "KubeRuntime", "MeshBase", "SandboxServer", argumentParser,
            lifecycle,
            logging, unixSignals,
        ]
    ),
    .executableTarget(
        name: "meshctl",
        dependencies: ["KubeClient", "KubeCurl", "ManifestRendering", "MeshBase", "MeshCLI", "OperatorCore"]
    ),
    .executableTarget(
        name: "mesh-generate",
        dependencies: ["DataTree", "KubeAPI", "MeshAPI", "MeshBase", argumentParser]
    ),

    // Tests
    .target(name: "MeshTestKit", dependencies: ["DataTree", "MeshBase"], path: "Tests/MeshTestKit"),
    .target(
        name: "ReplayKit",
        dependencies: ["DataTree", "KubeClient", "MeshTestKit"],
        path: "Tests/ReplayKit",
        exclude: ["Scenarios"]
    ),
    .target(
        name: "ControllerKit",
        dependencies: [
            "DataTree", "KubeAPI", "KubeClient", "KubeRuntime", "MeshBase", "MeshTestKit", "SandboxStore", logging,
        ],
        path: "Tests/ControllerKit"
    ),
    .target(
        name: "CrashKit",
        dependencies: [
            "DataTree", "KubeAPI", "KubeClient", "MeshAPI", "MeshBase", "RolloutControl", "RolloutEngine",
            "SandboxStore",
        ],
        path: "Tests/CrashKit"
    ),
    .testTarget(name: "RolloutEngineTests", dependencies: ["MeshTestKit", "MeshBase", "RolloutEngine"]),
    .testTarget(
        name: "UpgradePlanningTests",
        dependencies: [
            "MeshTestKit", "DataTree", "KubeAPI", "ManifestRendering", "MeshAPI", "MeshBase", "RolloutEngine",
            "UpgradePlanning",
        ]
    ),
    .testTarget(
        name: "RolloutControlTests",
        dependencies: [
            "MeshTestKit", "DataTree", "HTTPServing", "KubeAPI", "KubeClient", "KubeCurl", "MeshAPI", "MeshBase",
            "RolloutControl", "RolloutEngine",
        ]
    ),
    .testTarget(
        name: "RolloutCoreTests",
        dependencies: [
            "ControllerKit", "CrashKit", "MeshTestKit", "DataTree", "KubeAPI", "KubeClient", "KubeRuntime", "MeshAPI",
            "MeshBase",
            "RolloutControl", "RolloutCore", "RolloutEngine", "SandboxStore", logging,
        ]
    ),
    .testTarget(name: "MeshBaseTests", dependencies: ["MeshTestKit", "MeshBase"]),
    .testTarget(name: "DataTreeTests", dependencies: ["MeshTestKit", "DataTree", "MeshBase"]),
    .testTarget(name: "PatternMatchingTests", dependencies: ["MeshTestKit", "PatternMatching"]),
    .testTarget(name: "KubeAPITests", dependencies: ["MeshTestKit", "DataTree", "KubeAPI"]),
    .testTarget(
        name: "KubeSchemaTests",
        dependencies: ["MeshTestKit", "DataTree", "KubeAPI", "KubeSchema", "StructuralSchema"]
    ),
    .testTarget(
        name: "MeshAPITests",
        dependencies: ["MeshTestKit", "DataTree", "KubeAPI", "MeshAPI", "MeshBase", "StructuralSchema"]
    ),
    .testTarget(
        name: "KubeClientTests",
        dependencies: ["MeshTestKit", "DataTree", "KubeAPI", "KubeClient", "MeshBase"]
    ),
    .testTarget(
        name: "KubeCurlTests",
        dependencies: ["MeshTestKit", "DataTree", "HTTPServing", "KubeAPI", "KubeClient", "KubeCurl", "MeshBase"]
    ),
    .testTarget(
        name: "HTTPServingTests",
        dependencies: [
            "MeshTestKit", "HTTPServing", "MeshBase", nioCore, nioPosix, nioHTTP1, nioHTTP2, nioSSL,
        ]
    ),
    .testTarget(name: "ExpressionLanguageTests", dependencies: ["MeshTestKit", "DataTree", "ExpressionLanguage"]),
    .testTarget(
        name: "StructuralSchemaTests",
        dependencies: ["MeshTestKit", "DataTree", "ExpressionLanguage", "KubeAPI", "MeshAPI", "StructuralSchema"]
    ),
    .testTarget(
        name: "KubeRuntimeTests",
        dependencies: [
            "MeshTestKit", "DataTree", "KubeAPI", "KubeClient", "KubeRuntime", "MeshBase", "SandboxStore", logging,
        ]
    ),
    .testTarget(
        name: "ManifestRenderingTests",
        dependencies: ["MeshTestKit", "DataTree", "KubeAPI", "ManifestRendering", "MeshAPI", "MeshBase"],
        exclude: ["Rendering/Golden"]
    ),
    .testTarget(
        name: "SandboxStoreTests",
        dependencies: [
            "MeshTestKit", "ReplayKit", "DataTree", "KubeAPI", "KubeClient", "MeshBase", "SandboxStore",
        ]
    ),
    .testTarget(name: "OperatorStartTests", dependencies: ["KubeClient", "KubeRuntime", "MeshBase", "OperatorStart"]),
    .testTarget(
        name: "OperatorCoreTests",
        dependencies: [
            "ControllerKit", "CrashKit", "MeshTestKit", "DataTree", "FieldOwnership", "KubeAPI", "KubeClient",
            "KubeRuntime",
            "ManifestRendering", "MeshAPI", "MeshBase", "OperatorCore", "OperatorStart", "RolloutControl",
            "RolloutEngine", "SandboxStore", "UpgradePlanning", logging,
        ],
        exclude: ["Revisions/Golden"]
    ),
    .testTarget(
        name: "MeshCLITests",
        dependencies: [
            "MeshTestKit", "DataTree", "KubeAPI", "KubeClient", "ManifestRendering", "MeshAPI", "MeshBase", "MeshCLI",
            "OperatorCore", "SandboxStore",
        ],
        exclude: ["Rollouts/Golden", "Rollouts/Scenes"]
    ),
    .testTarget(
        name: "SandboxServerTests",
        dependencies: [
            "MeshTestKit", "ReplayKit", "DataTree", "HTTPServing", "KubeAPI", "KubeClient", "KubeRuntime", "MeshBase",
            "SandboxServer", "SandboxStore", logging,
        ]
    ),
    .testTarget(
        name: "SystemTests",
        dependencies: [
            "ReplayKit", "MeshTestKit", "DataTree", "HTTPServing", "KubeAPI", "KubeClient", "KubeCurl", "MeshAPI",
            "MeshBase", "RolloutControl", "RolloutEngine",
        ]
    ),
]

// Figures of the operator at work (`hack/bench rollout`): it sees what is visible in this package, and is no part of a build.
let benchmark = Target.executableTarget(
    name: "upgrades",
    dependencies: [
        "DataTree", "KubeAPI", "KubeClient", "KubeRuntime", "ManifestRendering", "MeshAPI", "MeshBase", "OperatorCore",
        "SandboxStore", "UpgradePlanning", logging,
    ],
    path: "hack/benchmarks/Sources/upgrades"
)
let wantsBenchmark = Context.environment["MESH_BENCHMARK"] != nil

// Targets that touch C pointers: every unsafe use carries `unsafe`.
let strictMemory: Set<String> = ["DataTree", "KubeCurl"]

let products: [Product] = [
    .library(name: "DataTree", targets: ["DataTree"]),
    .library(name: "KubeRuntime", targets: ["KubeAPI", "KubeClient", "KubeRuntime", "MeshBase"]),
    .executable(name: "mesh-operator", targets: ["mesh-operator"]),
    .executable(name: "mesh-sandbox", targets: ["mesh-sandbox"]),
    .executable(name: "meshctl", targets: ["meshctl"]),
]

// MARK: - Assembly

func dependencyNames(_ target: Target) -> (targets: [String], packages: [String]) {
    var targets: [String] = []
    var packages: [String] = []
    for dependency in target.dependencies {
        switch dependency {
        case .targetItem(let name, _), .byNameItem(let name, _): targets.append(name)
        case .productItem(_, let package, _, _): if let package { packages.append(package) }
        @unknown default: break
        }
    }
    return (targets, packages)
}

func closure(of focus: [String], among all: [Target]) -> [Target] {
    var wanted = Set(focus)
    var queue = focus
    while let name = queue.popLast() {
        guard let target = all.first(where: { $0.name == name }) else { continue }
        for next in dependencyNames(target).targets where wanted.insert(next).inserted { queue.append(next) }
    }
    return all.filter { wanted.contains($0.name) }
}

let focus = (Context.environment["MESH_FOCUS"] ?? "").split(separator: " ").map(String.init)
let known = allTargets + (wantsBenchmark ? [benchmark] : [])
let chosen = focus.isEmpty ? known : closure(of: focus, among: known)
let chosenNames = Set(chosen.map(\.name))
let chosenPackages = Set(chosen.flatMap { dependencyNames($0).packages })

for target in chosen where target.type != .system {
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .treatAllWarnings(as: .error),
        .treatWarning("DeprecatedDeclaration", as: .warning),
    ]
    if strictMemory.contains(target.name) { settings.append(.strictMemorySafety()) }
    target.swiftSettings = settings
}

let package = Package(
    name: "meshoperator",
    platforms: [.macOS(.v15)],
    products: focus.isEmpty ? products : [],
    dependencies: packages.filter { focus.isEmpty || chosenPackages.contains($0.key) }.map(\.value),
    targets: chosen,
    swiftLanguageModes: [.v6]
)
