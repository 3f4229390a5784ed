internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import Testing

@testable internal import ManifestRendering

@Suite("IstioOperator conversion")
struct ConversionTests {
    private func convert(_ spec: Tree, _ settings: [String] = []) throws -> MeshInput {
        let object: Tree = ["apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec]
        let flags = try settings.map { try SettingFlag($0) }
        return try MeshInput(KubeObject(object), settings: flags, catalogue: .builtIn())
    }

    @Test("Fields arrive where a MeshOperator has them")
    func fields() throws {
        let mesh = try convert([
            "profile": "demo", "hub": "quay.io/x", "tag": "1.28.4", "revision": "r1", "compatibilityVersion": "1.27",
            "meshConfig": ["rootNamespace": "root"], "values": ["global": ["istioNamespace": "mesh"]],
            "unvalidatedValues": ["custom": ["a": 1]],
            "components": ["ingressGateways": [["enabled": true]], "pilot": ["tag": 1.5]],
        ])
        let spec = mesh.resource.spec
        #expect(mesh.isConverted && mesh.warnings.isEmpty)
        #expect(mesh.resource.name == "mesh")
        #expect(spec.version == "1.28.4" && spec.images.tag == nil && spec.images.hub == "quay.io/x")
        #expect(spec.revision == "r1" && spec.profile == "demo" && spec.namespace == "mesh")
        #expect(spec.values.at("custom.a") == 1)
        #expect(spec.values.at("compatibilityVersion") == "1.27")
        #expect(spec.components.ingressGateways.map(\.name) == ["istio-ingressgateway"])
        #expect(spec.components.pilot.tag == "1.5")
    }

    @Test("A revision among values wins, as upstream has it")
    func revisionAmongValues() throws {
        let spec = try convert(["revision": "a", "values": ["revision": "b"]]).resource.spec
        #expect(spec.revision == "b")
    }

    @Test("A tag that is no version of the catalogue stays a tag")
    func foreignTag() throws {
        let spec = try convert(["tag": "latest"]).resource.spec
        #expect(spec.version == nil && spec.images.tag == "latest")
    }

    @Test(
        "What cannot be converted is refused with its path",
        arguments: [
            (["profiles": "demo"], "spec.profiles"),
            (["components": ["ztunnel": ["enabled": true]]], "spec.components.ztunnel"),
            (["profile": "ambient"], "spec.profile"), (["profile": "openshift-ambient"], "spec.profile"),
            (
                ["components": ["pilot": ["k8s": ["env": [["name": "A", "value": true]]]]]],
                "spec.components.pilot.k8s.env[0].value"
            ),
            (
                ["components": ["cni": ["k8s": ["tolerations": [["thats": "nothing"]]]]]],
                "spec.components.cni.k8s.tolerations[0].thats"
            ),
            (["components": ["pilot": ["enabled": "yes"]]], "spec.components.pilot.enabled"),
            (["components": ["citadel": [:]]], "spec.components.citadel"), ([1], "spec"),
            (
                ["values": ["pilot": ["resources": ["requests": ["cpu": "-5"]]]]],
                "spec.values.pilot.resources.requests.cpu"
            ),
            (
                ["values": ["global": ["proxy": ["resources": ["limits": ["memory": "much"]]]]]],
                "spec.values.global.proxy.resources.limits.memory"
            ),
        ] as [(Tree, String)]
    )
    func refusals(_ spec: Tree, _ path: String) throws {
        let error = try #require(throws: SpecError.self) { try convert(spec) }
        #expect(error.issues.map(\.path.description).contains(path), "\(error)")
    }

    @Test("OpenShift's profile is a platform with the node agent, under what the user says")
    func openShift() throws {
        let spec = try convert(["profile": "openshift", "components": ["cni": ["namespace": "agents"]]]).resource.spec
        #expect(spec.profile == "default" && spec.values.at("global.platform") == "openshift")
        #expect(spec.components.cni.enabled == true && spec.components.cni.namespace == "agents")
    }

    @Test("Amounts with a fraction become text, and what upstream passes over is said")
    func amounts() throws {
        let mesh = try convert([
            "components": ["pilot": ["k8s": ["resources": ["requests": ["cpu": 0.5]], "volumes": [["name": "x"]]]]]
        ])
        #expect(mesh.resource.spec.components.tree.at("pilot.k8s.resources.requests.cpu") == "0.5")
        #expect(mesh.warnings.count == 1 && mesh.warnings[0].contains("spec.components.pilot.k8s.volumes"))
    }

    @Test("What has no effect any more is said")
    func warnings() throws {
        let mesh = try convert([
            "installPackagePath": "/tmp/x", "namespace": "other", "components": ["ztunnel": ["enabled": false]],
        ])
        #expect(mesh.warnings.count == 2)
    }

    @Test("An empty spec, and one that is null, is the default profile")
    func empty() throws {
        #expect(try convert(.null).resource.spec.profile == "default")
        let bare = try MeshInput(KubeObject(["spec": ["profile": "minimal"]]), catalogue: .builtIn())
        #expect(bare.isConverted && bare.resource.spec.profile == "minimal")
    }

    @Test(
        "Settings are read as they are written",
        arguments: [
            ("values.a=1", 1), ("values.a=1.5", 1.5), ("values.a=true", true), ("values.a=x=y", "x=y"),
            ("values.a=", ""),
            ("values.a", ""), (#"values.a=b\,c"#, "b,c"), ("values.a= padded ", "padded"), ("values.a=0x10", "0x10"),
        ] as [(String, Tree)]
    )
    func settings(_ flag: String, _ value: Tree) throws {
        #expect(try convert([:], [flag]).resource.spec.values.at("a") == value)
    }

    @Test("Tags and versions stay text, and lists take names and indexes")
    func settingPaths() throws {
        let spec = try convert(
            ["components": ["ingressGateways": [["name": "a"]]]],
            [
                "values.global.tag=1.5", "meshConfig.defaultConfig.proxyMetadata.X=1",
                "components.ingressGateways.[name:a].enabled=false", "components.ingressGateways[1].name=b",
                #"values.x.a\.b/c=1"#, "profile=demo",
            ]
        ).resource.spec
        #expect(spec.values.at("global.tag") == "1.5")
        #expect(spec.meshConfig.at("defaultConfig.proxyMetadata.X") == "1")
        #expect(spec.components.ingressGateways.map(\.name) == ["a", "b"])
        #expect(spec.components.ingressGateways.first?.enabled == false)
        #expect(spec.values.at("x")["a.b/c"] == 1)
        #expect(spec.profile == "demo")
    }

    @Test("A setting without a place is refused", arguments: ["=1", "", "components.ingressGateways.[name:z].x=1"])
    func badSettings(_ flag: String) {
        #expect(throws: RenderError.self) { try convert(["components": ["ingressGateways": [["name": "a"]]]], [flag]) }
    }
}
