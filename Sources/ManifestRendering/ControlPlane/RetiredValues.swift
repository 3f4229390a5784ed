package import DataTree

/// Values of earlier releases: which of them still work, with what replaces them, and which do not.
///
/// The lists are those of Istio's control-plane chart, 1.27 to 1.30.
package enum RetiredValues {
    /// A value that belongs to an earlier release.
    package struct Finding: Sendable, Hashable {
        /// Where it stands, for example `spec.values.global.tracer.zipkin.address`.
        package let field: String
        /// What to use in its place.
        package let remedy: String
        /// Whether rendering refuses it.
        package let isRefused: Bool
    }

    /// The values of earlier releases in `spec.values`.
    package static func findings(in values: Tree) -> [Finding] {
        func found(_ path: String, _ remedy: String, isRefused: Bool = false) -> Finding? {
            guard isGiven(path, values) else { return nil }
            return Finding(field: "spec.values.\(path)", remedy: remedy, isRefused: isRefused)
        }
        return removed.compactMap { found($0.path, $0.remedy, isRefused: true) }
            + ageing.compactMap { found($0.path, "use \($0.replacement)") }
            + withoutEffect.compactMap { found($0, "use a Telemetry resource") }
    }

    /// Values that work for now, with their replacement.
    private static let ageing: [(path: String, replacement: String)] = [
        ("global.outboundTrafficPolicy", "spec.meshConfig.outboundTrafficPolicy"),
        ("global.certificates", "spec.meshConfig.certificates"),
        ("global.localityLbSetting", "spec.meshConfig.localityLbSetting"),
        ("global.policyCheckFailOpen", "spec.meshConfig.policyCheckFailOpen"),
        ("global.enableTracing", "spec.meshConfig.enableTracing"),
        ("global.proxy.accessLogFormat", "spec.meshConfig.accessLogFormat"),
        ("global.proxy.accessLogFile", "spec.meshConfig.accessLogFile"),
        ("global.proxy.concurrency", "spec.meshConfig.defaultConfig.concurrency"),
        ("global.proxy.envoyAccessLogService.enabled", "spec.meshConfig.enableEnvoyAccessLogService"),
        ("global.proxy.envoyAccessLogService", "spec.meshConfig.defaultConfig.envoyAccessLogService"),
        ("global.proxy.envoyMetricsService", "spec.meshConfig.defaultConfig.envoyMetricsService"),
        ("global.proxy.protocolDetectionTimeout", "spec.meshConfig.protocolDetectionTimeout"),
        (
            "global.proxy.holdApplicationUntilProxyStarts",
            "spec.meshConfig.defaultConfig.holdApplicationUntilProxyStarts"
        ),
        ("pilot.ingress", "spec.meshConfig.ingressService, ingressControllerMode and ingressClass"),
        ("global.mtls.enabled", "a PeerAuthentication"),
        ("global.mtls.auto", "spec.meshConfig.enableAutoMtls"),
        ("global.tracer.lightstep.address", "spec.meshConfig.defaultConfig.tracing.lightstep.address"),
        ("global.tracer.lightstep.accessToken", "spec.meshConfig.defaultConfig.tracing.lightstep.accessToken"),
        ("global.tracer.zipkin.address", "spec.meshConfig.defaultConfig.tracing.zipkin.address"),
        ("global.tracer.datadog.address", "spec.meshConfig.defaultConfig.tracing.datadog.address"),
        ("global.meshExpansion.enabled", "a Gateway and further networking resources"),
        ("istiocoredns.enabled", "DNS capture in proxies (ISTIO_META_DNS_CAPTURE)"),
    ]

    /// Values that once did something and are passed over now.
    private static let withoutEffect = [
        "telemetry.v2.stackdriver.configOverride", "telemetry.v2.stackdriver.outboundAccessLogging",
    ]

    /// Values that no supported release takes.
    private static let removed: [(path: String, remedy: String)] =
        [
            ("telemetry.v2.prometheus.configOverride", "use a Telemetry resource"),
            ("telemetry.v2.stackdriver.disableOutbound", "use a Telemetry resource"),
        ]
        + ["debug", "maxNumberOfAttributes", "maxNumberOfAnnotations", "maxNumberOfMessageEvents"].flatMap { field in
            ["global.tracer.stackdriver.", "meshConfig.defaultConfig.tracing.stackdriver."].map {
                ($0 + field, "use a provider in spec.meshConfig.extensionProviders")
            }
        }

    /// What to tell the user about values that still work.
    static func warnings(_ values: Tree) -> [String] {
        ageing.filter { isGiven($0.path, values) }.map {
            "spec.values.\($0.path): belongs to an earlier release; use \($0.replacement)"
        }
            + withoutEffect.filter { isGiven($0, values) }.map {
                "spec.values.\($0): has no effect any more; use a Telemetry resource"
            }
    }

    /// Throws for the first value that has no effect any more or that would install what cannot work.
    static func check(_ values: Tree) throws(RenderError) {
        if let found = removed.first(where: { isGiven($0.path, values) }) {
            throw RenderError(at: "spec.values.\(found.path)", "no release takes it any more; \(found.remedy)")
        }
        guard values.text("global.pilotCertProvider") != "kubernetes" else {
            throw RenderError(
                at: "spec.values.global.pilotCertProvider",
                "\"kubernetes\" is not supported; use istiod, custom, none or k8s.io/SIGNER"
            )
        }
    }

    private static func isGiven(_ path: String, _ values: Tree) -> Bool {
        let value = values.at(path)
        return !value.isNull && value != .string("")
    }
}
