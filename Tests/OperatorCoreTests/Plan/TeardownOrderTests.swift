internal import KubeAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct TeardownOrderTests {
    @Test func removesWebhooksThenThePhasesInReverse() throws {
        func object(_ kind: GroupVersionKind, _ name: String) -> KubeObject {
            KubeObject(kind: kind, key: ObjectKey(namespace: nil, name: name))
        }
        let account = object(.serviceAccount, "istiod")
        let istiod = object(.deployment, "istiod")
        let webhook = object(.mutatingWebhookConfiguration, "injector")
        let gateway = object(.deployment, "gateway")
        let forgotten = object(.configMap, "old")
        let definition = object(.customResourceDefinition, "gateways")
        let order = TeardownOrder(MeshBlueprint(phases: [[definition], [account], [istiod], [webhook], [gateway]]))
        var left = [account, istiod, webhook, gateway, forgotten, definition]
        var sequence: [String] = []
        while let wave = order.firstWave(of: left) {
            sequence.append(wave.map(\.name).sorted().joined(separator: "+"))
            let gone = Set(wave.map { ResourceID($0) })
            left.removeAll { gone.contains(ResourceID($0)) }
        }
        #expect(sequence == ["injector", "old", "gateway", "istiod", "istiod", "gateways"])
    }

    @Test func knowsAnOrderWithoutABlueprint() {
        let kinds: [GroupVersionKind] = [
            .serviceAccount, .clusterRole, .deployment, .service, .horizontalPodAutoscaler,
            .validatingWebhookConfiguration,
        ]
        var left = kinds.map { KubeObject(kind: $0, key: ObjectKey(name: "x")) }
        var sequence: [String] = []
        while let wave = TeardownOrder(phases: [:]).firstWave(of: left) {
            sequence += wave.map(\.kind.kind)
            let gone = Set(wave.map { ResourceID($0) })
            left.removeAll { gone.contains(ResourceID($0)) }
        }
        #expect(
            sequence == [
                "ValidatingWebhookConfiguration", "HorizontalPodAutoscaler", "Deployment", "Service", "ClusterRole",
                "ServiceAccount",
            ]
        )
    }
}
