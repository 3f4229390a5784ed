internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

@Suite struct SidecarInjectorTests {
    static func map(config: String = "policy: enabled", values: String = #"{"global":{"hub":"h/i","tag":"1.30.3"}}"#)
        -> KubeObject
    {
        var map = KubeObject(kind: .configMap, key: ObjectKey(namespace: "istio-system", name: "m"))
        map.tree["data"] = ["config": .string(config), "values": .string(values)]
        return map
    }

    static func injector(
        config: String = "policy: enabled",
        values: String = #"{"global":{"hub":"h/i","tag":"1.30.3"}}"#,
        native: Bool = false
    ) throws -> SidecarInjector {
        let settings = try #require(InjectionSettings(map(config: config, values: values)))
        return SidecarInjector(settings: settings, revision: "r2", usesNativeSidecars: native)
    }

    static func pod(labels: [String: String] = ["app": "web"], annotations: [String: String] = [:]) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "shop", name: "a"), labels: labels)
        if !annotations.isEmpty { pod.annotations = annotations }
        pod.tree["spec"] = [
            "containers": [["name": "main", "image": "web:1"]], "initContainers": [["name": "setup", "image": "i"]],
        ]
        return pod
    }

    static func names(_ pod: KubeObject, _ field: String) -> [String] {
        (pod.tree.value(at: "spec", field)?.array ?? []).compactMap { $0["name"]?.string }
    }

    static func image(_ pod: KubeObject, _ container: String) -> String? {
        for field in ["containers", "initContainers"] {
            for entry in pod.tree.value(at: "spec", field)?.array ?? [] where entry["name"]?.string == container {
                return entry["image"]?.string
            }
        }
        return nil
    }

    @Test func aPodGetsProxyLabelsAndStatus() throws {
        let pod = try #require(try Self.injector().inject(Self.pod(), namespace: "shop"))
        #expect(Self.names(pod, "containers") == ["main", "istio-proxy"])
        #expect(Self.names(pod, "initContainers") == ["setup", "istio-init"])
        #expect(Self.image(pod, "istio-proxy") == "h/i/proxyv2:1.30.3")
        #expect(pod.labels["security.istio.io/tlsMode"] == "istio")
        #expect(pod.labels["service.istio.io/canonical-name"] == "web")
        #expect(pod.labels["service.istio.io/canonical-revision"] == "latest")
        #expect(pod.annotations["istio.io/rev"] == "r2")
        #expect(pod.annotations["kubectl.kubernetes.io/default-container"] == "main")
        let status = try Tree(json: Array((pod.annotations[SidecarInjector.statusAnnotation] ?? "").utf8))
        #expect(status["revision"] == "r2")
        #expect(status["containers"] == ["istio-proxy"])
        #expect(status["initContainers"] == ["istio-init"])
    }

    @Test func sidecarContainersStartBeforeOthers() throws {
        let pod = try #require(try Self.injector(native: true).inject(Self.pod(), namespace: "shop"))
        #expect(Self.names(pod, "containers") == ["main"])
        #expect(Self.names(pod, "initContainers") == ["istio-init", "istio-proxy", "setup"])
        let proxy = pod.tree.value(at: "spec", "initContainers")?[1]
        #expect(proxy?["restartPolicy"] == "Always")
        let off = Self.pod(annotations: ["sidecar.istio.io/nativeSidecar": "false"])
        let plain = try #require(try Self.injector(native: true).inject(off, namespace: "shop"))
        #expect(Self.names(plain, "containers") == ["main", "istio-proxy"])
    }

    @Test(arguments: [true, false]) func injectingTwiceIsInjectingOnce(_ native: Bool) throws {
        let injector = try Self.injector(native: native)
        let once = try #require(injector.inject(Self.pod(), namespace: "shop"))
        let twice = try #require(injector.inject(once, namespace: "shop"))
        #expect(once == twice)
    }

    @Test func anotherRevisionReplacesTheProxy() throws {
        let once = try #require(try Self.injector().inject(Self.pod(), namespace: "shop"))
        let next = try Self.injector(values: #"{"global":{"hub":"h","tag":"1.31.0","proxy":{"image":"envoyish"}}}"#)
        let twice = try #require(next.inject(once, namespace: "shop"))
        #expect(Self.image(twice, "istio-proxy") == "h/envoyish:1.31.0")
        #expect(Self.names(twice, "containers") == ["main", "istio-proxy"])
    }

    @Test(arguments: [
        ("true", "policy: disabled", true), ("false", "policy: enabled", false), ("", "policy: disabled", false),
        ("", "policy: enabled", true), ("perhaps", "policy: enabled", true),
        ("", "{policy: enabled, neverInjectSelector: [{matchLabels: {app: web}}]}", false),
        ("true", "{policy: enabled, neverInjectSelector: [{matchLabels: {app: web}}]}", true),
        ("", "{policy: disabled, alwaysInjectSelector: [{matchLabels: {app: web}}]}", true),
    ])
    func thePolicyDecides(_ label: String, _ config: String, _ expected: Bool) throws {
        var labels = ["app": "web"]
        if !label.isEmpty { labels["sidecar.istio.io/inject"] = label }
        let injector = try Self.injector(config: config)
        #expect(injector.isRequired(Self.pod(labels: labels), namespace: "shop") == expected)
        #expect(!injector.isRequired(Self.pod(labels: labels), namespace: "kube-system"))
    }

    @Test func theLabelOutweighsTheAnnotationAndHostNetworkBoth() throws {
        let injector = try Self.injector()
        let inject = "sidecar.istio.io/inject"
        #expect(!injector.isRequired(Self.pod(annotations: [inject: "false"]), namespace: "shop"))
        #expect(
            injector.isRequired(Self.pod(labels: [inject: "true"], annotations: [inject: "false"]), namespace: "shop")
        )
        var host = Self.pod(labels: [inject: "true"])
        host.tree.set(true, at: ["spec", "hostNetwork"])
        #expect(injector.inject(host, namespace: "shop") == nil)
    }

    @Test(arguments: [
        ("1.30.3", "", "", "h/proxyv2:1.30.3"), ("1.30.3", "distroless", "", "h/proxyv2:1.30.3-distroless"),
        ("1.30.3-distroless", "debug", "", "h/proxyv2:1.30.3-debug"),
        ("1.30.3-distroless", "default", "", "h/proxyv2:1.30.3"), ("1.30.3", "", "mine/proxy:7", "mine/proxy:7"),
    ])
    func imagesFollowValuesAndAnnotations(_ tag: String, _ variant: String, _ image: String, _ expected: String) throws
    {
        let values = #"{"global":{"hub":"h","tag":"\#(tag)","variant":"\#(variant)"}}"#
        let annotations = image.isEmpty ? [:] : ["sidecar.istio.io/proxyImage": image]
        let settings = try #require(InjectionSettings(Self.map(values: values)))
        #expect(settings.image("proxy", annotations) == expected)
    }

    @Test func aGatewayPodGetsItsImageOnly() throws {
        var pod = Self.pod(annotations: ["inject.istio.io/templates": "gateway"])
        pod.tree["spec"] = ["containers": [["name": "istio-proxy", "image": "auto"]]]
        let gateway = try #require(try Self.injector(native: true).inject(pod, namespace: "shop"))
        #expect(Self.image(gateway, "istio-proxy") == "h/i/proxyv2:1.30.3")
        #expect(Self.names(gateway, "initContainers") == [])
        #expect(gateway.annotations["istio.io/rev"] == "r2")
        #expect(gateway.labels["security.istio.io/tlsMode"] == nil)
    }

    @Test func withoutReadableSettingsThereIsNoInjector() {
        #expect(InjectionSettings(Self.map(config: "a: [")) == nil)
        #expect(InjectionSettings(KubeObject(kind: .configMap, key: ObjectKey(namespace: "a", name: "b"))) == nil)
    }
}
