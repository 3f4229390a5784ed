internal import KubeAPI
internal import MeshAPI
internal import Testing

@testable internal import UpgradePlanning

struct ConfigurationChecksTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var apiVersion: String
        var kind: String
        var body = "spec: {}"
        var code: UpgradeFindingCode
        var severity: UpgradeFinding.Severity?
        var words: [String] = []
        var testDescription: String { "\(apiVersion) \(kind) \(code)" }
    }

    static let samples: [Sample] = [
        .init(
            apiVersion: "authentication.istio.io/v1alpha1",
            kind: "MeshPolicy",
            code: .removedKind,
            severity: .refuses,
            words: ["read by no release", "PeerAuthentications"]
        ),
        .init(
            apiVersion: "rbac.istio.io/v1alpha1",
            kind: "ServiceRoleBinding",
            code: .removedKind,
            severity: .refuses,
            words: ["AuthorizationPolicies"]
        ),
        .init(
            apiVersion: "config.istio.io/v1alpha2",
            kind: "handler",
            code: .removedKind,
            severity: .refuses,
            words: ["Mixer is gone"]
        ),
        .init(apiVersion: "networking.istio.io/v1", kind: "VirtualService", code: .removedKind),
        .init(
            apiVersion: "networking.istio.io/v1alpha2",
            kind: "VirtualService",
            code: .unservedVersion,
            severity: .refuses,
            words: ["write it as networking.istio.io/v1"]
        ),
        .init(apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter", code: .unservedVersion),
        .init(apiVersion: "example.com/v1", kind: "VirtualService", code: .unservedVersion),
        .init(
            apiVersion: "networking.istio.io/v1",
            kind: "DestinationRule",
            body: "spec: {trafficPolicy: {loadBalancer: {warmupDurationSecs: 60s}}}",
            code: .deprecatedField,
            severity: .informs,
            words: ["spec.trafficPolicy.loadBalancer.warmupDurationSecs", "warmup.duration"]
        ),
        .init(
            apiVersion: "networking.istio.io/v1",
            kind: "VirtualService",
            body: "spec: {http: [{}, {mirrorPercent: 5}]}",
            code: .deprecatedField,
            severity: .informs,
            words: ["spec.http[1].mirrorPercent"]
        ),
        .init(
            apiVersion: "networking.istio.io/v1",
            kind: "VirtualService",
            body: "spec: {http: [{mirrorPercentage: {value: 5}}]}",
            code: .deprecatedField
        ),
    ]

    @Test("Kinds, versions and fields that are gone or going", arguments: samples)
    func objects(_ sample: Sample) throws {
        let yaml = """
            apiVersion: \(sample.apiVersion)
            kind: \(sample.kind)
            metadata: {name: x, namespace: shop}
            \(sample.body)
            """
        let found = SampleWorld.findings(try SampleWorld.make(yaml), sample.code)
        #expect(found.map(\.severity) == [sample.severity].compactMap(\.self))
        for word in sample.words { #expect(found.contains { $0.text.contains(word) }, "\(found.map(\.text))") }
    }

    @Test("A kind that an older version lacks is told on the way back alone")
    func since() throws {
        let yaml = """
            apiVersion: extensions.istio.io/v1alpha1
            kind: TrafficExtension
            metadata: {name: x, namespace: shop}
            """
        let back = try SampleWorld.make(yaml, from: "1.30.3", to: "1.29.6", direction: .back)
        let found = SampleWorld.findings(back, .unservedVersion)
        #expect(found.map(\.severity) == [.warns] && found[0].text.contains("since 1.30; 1.29.6 passes over it"))
        #expect(SampleWorld.findings(try SampleWorld.make(yaml), .unservedVersion).isEmpty)
    }

    @Test("Who still writes older versions is told once per kind")
    func olderVersions() throws {
        func object(_ name: String, _ written: String) -> String {
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: \(name)
              namespace: shop
              annotations:
                kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"networking.istio.io/\(written)"}'
              managedFields: [{apiVersion: networking.istio.io/v1alpha3, subresource: status}]
            """
        }
        let old = (1...5).map { object("o\($0)", "v1alpha3") }
        let world = try SampleWorld.make(
            (old + [object("n", "v1"), object("b", "v1beta1")]).joined(separator: "\n---\n")
        )
        let texts = SampleWorld.findings(world, .olderVersion).map(\.text)
        #expect(texts.count == 2)
        #expect(
            texts.contains { $0.contains("5 of kind VirtualService") && $0.contains("v1alpha3") && $0.contains(", …") }
        )
        #expect(texts.contains { $0.contains("1 of kind VirtualService") && $0.contains("v1beta1 (shop/b)") })
    }

    struct Setting: Sendable {
        var spec: String
        var from = "1.29.6"
        var to = "1.30.3"
        var code = UpgradeFindingCode.retiredSetting
        var severities: [UpgradeFinding.Severity]
        var word = ""
    }

    static let settings: [Setting] = [
        .init(
            spec: "{values: {telemetry: {v2: {prometheus: {configOverride: {a: 1}}}}}}",
            severities: [.refuses],
            word: "use a Telemetry resource"
        ),
        .init(
            spec: "{values: {global: {tracer: {zipkin: {address: \"a:1\"}}}}}",
            severities: [.informs],
            word: "spec.meshConfig.defaultConfig.tracing.zipkin.address"
        ),
        .init(spec: "{values: {global: {hub: a}}}", severities: []),
        .init(
            spec: "{values: {pilot: {env: {METRIC_ROTATION_INTERVAL: 10s}}}}",
            from: "1.27.9",
            severities: [.warns],
            word: "no effect from 1.28 on"
        ),
        .init(spec: "{values: {pilot: {env: {METRIC_ROTATION_INTERVAL: 10s}}}}", severities: []),
        .init(spec: "{meshConfig: {disablePolicyChecks: true}}", severities: [.warns], word: "no field of MeshConfig"),
        .init(spec: "{meshConfig: {enableTracing: true}}", severities: []),
    ]

    @Test("Settings that the target passes over or refuses", arguments: settings)
    func retired(_ setting: Setting) throws {
        let world = try SampleWorld.make(from: setting.from, to: setting.to, spec: setting.spec)
        let found = SampleWorld.findings(world, setting.code)
        #expect(found.map(\.severity) == setting.severities, "\(found.map(\.text))")
        #expect(setting.word.isEmpty || found[0].text.contains(setting.word), "\(found.map(\.text))")
    }

    @Test("Behaviour that changes is told per hop, unless the spec settles it")
    func behaviour() throws {
        func texts(_ spec: String, from: String = "1.28.10") throws -> [String] {
            SampleWorld.findings(try SampleWorld.make(from: from, spec: spec), .behaviourChange)
                .map { "\($0.hop ?? "") \($0.text)" }
        }
        let all = try texts("{}")
        #expect(all.contains { $0.hasPrefix("1.29.6") && $0.contains("DISABLE_TRACK_REMAINING_CB_METRICS") })
        #expect(all.contains { $0.hasPrefix("1.30.3") && $0.contains("PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE") })
        #expect(try !texts("{}", from: "1.29.6").contains { $0.contains("DISABLE_TRACK") })
        #expect(try texts("{}", from: "1.30.2").isEmpty)
        let set = try texts("{values: {pilot: {env: {DISABLE_TRACK_REMAINING_CB_METRICS: \"true\"}}}}")
        #expect(!set.contains { $0.contains("DISABLE_TRACK") } && set.count == all.count - 1)
        let older = try texts("{values: {compatibilityVersion: \"1.28\"}}")
        #expect(!older.contains { $0.contains("DISABLE_TRACK") || $0.contains("PICK_BEST") } && !older.isEmpty)
    }

    @Test("A namespace with both injection labels is told")
    func labels() throws {
        let yaml = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: both, labels: {istio-injection: enabled, istio.io/rev: a}}
            """
        #expect(SampleWorld.findings(try SampleWorld.make(yaml), .ambiguousInjection).count == 1)
        #expect(SampleWorld.findings(try SampleWorld.make(), .ambiguousInjection).isEmpty)
    }
}
