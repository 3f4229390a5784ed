internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

@Suite struct OwnershipMarksTests {
    static let marks = OwnershipMarks(owner: "mesh", uid: "u1")

    static let samples: [(String, OwnershipMarks.Verdict)] = [
        ("{metadata: {}}", .unmarked),
        ("{metadata: {labels: {meshoperator.io/owner: mesh}, annotations: {meshoperator.io/owner-uid: u1}}}", .ours),
        ("{metadata: {annotations: {meshoperator.io/owner-uid: u1}}}", .ours),
        (
            "{metadata: {labels: {meshoperator.io/owner: mesh}, annotations: {meshoperator.io/owner-uid: u0}}}",
            .otherOwner(name: "mesh", uid: "u0")
        ),
        ("{metadata: {labels: {meshoperator.io/owner: mesh}}}", .otherOwner(name: "mesh", uid: "")),
        (
            "{metadata: {labels: {meshoperator.io/owner: mesh}, managedFields: [{manager: mesh-operator, operation: Apply}]}}",
            .ours
        ),
        (
            "{metadata: {labels: {meshoperator.io/owner: other}, managedFields: [{manager: mesh-operator, operation: Apply}]}}",
            .otherOwner(name: "other", uid: "")
        ),
    ]

    @Test(arguments: samples) func tellsOursFromOthers(_ yaml: String, _ expected: OwnershipMarks.Verdict) throws {
        let object = KubeObject(try requireDocument(yaml))
        #expect(Self.marks.verdict(on: object, manager: "mesh-operator") == expected)
    }

    private static func record(_ fields: String, time: String = "2026-11-26T10:00:00Z") -> String {
        "managedFields: [{manager: mesh-operator, operation: Apply, time: '\(time)', fieldsV1: {\(fields)}}]"
    }

    private static let marked =
        "labels: {meshoperator.io/owner: mesh}, annotations: {meshoperator.io/owner-uid: u1}, "
        + "creationTimestamp: '2026-11-26T10:00:01Z'"
    private static let label = "'f:metadata': {'f:labels': {'f:meshoperator.io/owner': {}}}"
    private static let annotation = "'f:metadata': {'f:annotations': {'f:meshoperator.io/owner-uid': {}}}"

    /// What may be deleted, and copies of it.
    static let copies: [(String, String, Bool)] = [
        ("applied by us", "\(marked), \(record(label))", true),
        ("applied by us, the label taken over by somebody", "\(marked), \(record(annotation))", true),
        ("a copy: nobody applied it", marked, false),
        (
            "a copy with our record, of which its maker took what is there",
            "\(marked), \(record("'f:spec': {'f:x': {}}"))", false
        ),
        ("a copy with our record", "\(marked), \(record(""))", false),
        (
            "a copy whose records were written anew, younger than what they say",
            "\(marked), \(record(label, time: "2026-11-26T09:59:00Z"))", false
        ),
        (
            "without the mark that we applied",
            "labels: {meshoperator.io/owner: mesh}, \(record(annotation))", false
        ),
    ]

    @Test(arguments: copies) func tellsWhatWasMadeFromCopies(_ what: String, _ metadata: String, _ isMade: Bool) throws
    {
        let object = KubeObject(try requireDocument("{metadata: {\(metadata)}}"))
        #expect(Self.marks.verdict(on: object, manager: "mesh-operator") == .ours)
        #expect(Self.marks.isMade(object, manager: "mesh-operator") == isMade, "\(what)")
    }

    @Test func stampsTheSameForTheSameInput() {
        let object = KubeObject(kind: .deployment, key: ObjectKey(namespace: "n", name: "d"))
        let stamped = Self.marks.stamped(object, version: "1.30.2")
        #expect(stamped == Self.marks.stamped(object, version: "1.30.2"))
        #expect(stamped.annotations["meshoperator.io/version"] == "1.30.2")
        #expect(Self.marks.verdict(on: stamped, manager: "mesh-operator") == .ours)
        let plain = Self.marks.stamped(KubeObject(kind: .configMap, key: ObjectKey(name: "c")), version: "1.30.2")
        #expect(plain.annotations["meshoperator.io/version"] == nil)
    }

    @Test func findsWhoUsesARevision() throws {
        let pods = try [
            "{metadata: {name: a, namespace: shop, annotations: {sidecar.istio.io/status: '{\"revision\":\"default\"}'}}}",
            "{metadata: {name: b, namespace: shop, labels: {istio.io/rev: other}, annotations: {sidecar.istio.io/status: '{}'}}}",
            "{metadata: {name: c, namespace: shop}}",
            "{metadata: {name: g, namespace: istio-system, labels: {app: gateway}, annotations: {sidecar.istio.io/status: '{}'}}}",
        ].map { MeshProjection.pods(KubeObject(try requireDocument($0))) }
        let namespaces = try [
            "{metadata: {name: shop, labels: {istio-injection: enabled}}}",
            "{metadata: {name: lab, labels: {istio.io/rev: other}}}", "{metadata: {name: plain}}",
        ].map { KubeObject(try requireDocument($0)) }
        let gateway = KubeObject(
            try requireDocument(
                "{metadata: {name: g, namespace: istio-system}, spec: {selector: {matchLabels: {app: gateway}}}}"
            )
        )
        let usage = RevisionUsage(of: ["default"], pods: pods, namespaces: namespaces, workloads: [gateway])
        #expect(usage.pods == [ObjectKey(namespace: "shop", name: "a")])
        #expect(usage.namespaces == ["shop"])
        #expect(usage.summary == "1 pod (shop/a) and 1 namespace (shop)")
        #expect(usage.behind("1.30.2") == 0, "nothing is known of their proxies")
        #expect(!RevisionUsage(of: ["none"], pods: pods, namespaces: namespaces, workloads: []).isInUse)
    }

    @Test("A namespace uses a mesh by its revision or any tag, as the webhooks choose")
    func namespacesByTag() throws {
        let namespaces = try [
            "{metadata: {name: by-revision, labels: {istio.io/rev: 1-30-2}}}",
            "{metadata: {name: by-tag, labels: {istio.io/rev: prod}}}",
            "{metadata: {name: by-default, labels: {istio-injection: enabled, istio.io/rev: other}}}",
            "{metadata: {name: other, labels: {istio.io/rev: other}}}",
            "{metadata: {name: opted-out, labels: {istio-injection: disabled, istio.io/rev: prod}}}",
        ].map { KubeObject(try requireDocument($0)) }
        func users(_ tags: Set<String>) -> [String] {
            RevisionUsage(of: ["1-30-2"], pods: [], namespaces: namespaces, workloads: [], tags: tags).namespaces
        }
        #expect(users([]) == ["by-revision"])
        #expect(users(["prod"]) == ["by-revision", "by-tag"])
        #expect(users(["default"]) == ["by-default", "by-revision"])
    }

    @Test("A pod lacks a sidecar only where istiod would have injected one, and runs")
    func lacking() throws {
        let pods = try [
            "{metadata: {name: plain}}",
            "{metadata: {name: annotated, annotations: {sidecar.istio.io/inject: 'false'}}}",
            "{metadata: {name: both, annotations: {sidecar.istio.io/inject: 'false'}, labels: {sidecar.istio.io/inject: 'true'}}}",
            "{metadata: {name: odd, annotations: {sidecar.istio.io/inject: 'yes'}}}",
            "{metadata: {name: done}, status: {phase: Succeeded}}",
            "{metadata: {name: evicted}, status: {phase: Failed}}",
            "{metadata: {name: never, labels: {job: batch}}}",
            "{metadata: {name: runs}, status: {phase: Running}}",
            "{metadata: {name: used, annotations: {sidecar.istio.io/status: '{}'}}, status: {phase: Succeeded}}",
        ].map { text in
            var pod = KubeObject(try requireDocument(text))
            pod.tree.set("shop", at: ["metadata", "namespace"])
            return MeshProjection.pods(pod)
        }
        let namespaces = try ["{metadata: {name: shop, labels: {istio-injection: enabled}}}"].map {
            KubeObject(try requireDocument($0))
        }
        func lacking(_ values: String) throws -> [String] {
            let rules = InjectionRules(values: try requireDocument(values))
            let usage = RevisionUsage(of: ["default"], pods: pods, namespaces: namespaces, workloads: [], rules: rules)
            #expect(usage.pods == [], "what has ended uses nothing")
            return usage.lacking.map(\.name)
        }
        #expect(try lacking("{}") == ["both", "never", "plain", "runs"])
        let never = "{sidecarInjectorWebhook: {neverInjectSelector: [{matchLabels: {job: batch}}]}}"
        #expect(try lacking(never) == ["both", "plain", "runs"])
        #expect(try lacking("{global: {proxy: {autoInject: disabled}}}") == ["both"])
        let always =
            "{global: {proxy: {autoInject: disabled}}, sidecarInjectorWebhook: {alwaysInjectSelector: [{matchLabels: {job: batch}}]}}"
        #expect(try lacking(always) == ["both", "never"])
    }

    @Test func countsProxiesOfOtherVersions() throws {
        let images = [
            "proxyv2:1.29.6", "hub:5000/proxyv2:1.29.6-distroless", "proxyv2:1.30.2", "proxyv2:own", "proxyv2",
        ]
        let pods = try images.enumerated().map { index, image in
            let text =
                "{metadata: {name: p\(index), namespace: shop, annotations: {sidecar.istio.io/status: '{}'}}, "
                + "spec: {initContainers: [{name: istio-proxy, image: '\(image)'}]}}"
            return MeshProjection.pods(KubeObject(try requireDocument(text)))
        }
        let usage = RevisionUsage(of: ["default"], pods: pods, namespaces: [], workloads: [])
        #expect(usage.pods.count == 5)
        #expect(usage.behind("1.30.2") == 2)
        #expect(usage.behind("1.29.6") == 1)
    }
}
