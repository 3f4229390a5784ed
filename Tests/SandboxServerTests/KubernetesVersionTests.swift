internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

@Suite(.timeLimit(.minutes(10))) struct KubernetesVersionTests {
    @Test(arguments: [("1.33", "1.33.0"), ("1.29.7", "1.29.7"), ("v1.36.2", "1.36.2"), ("1.24", "1.24.0")])
    func versionsAreRead(_ text: String, _ expected: String) {
        #expect(KubernetesVersion(text)?.text == expected)
    }

    @Test(arguments: ["", "1", "1.", "1.23", "1.41", "2.30", "1.33.", "1.33.1.2", "1.-3", "1.+33", "1.33-rc1", "new"])
    func othersAreRefused(_ text: String) {
        #expect(KubernetesVersion(text) == nil)
    }

    @Test func serverAndNodesTellIt() async throws {
        var configuration = SandboxConfiguration()
        configuration.version = try #require(KubernetesVersion("1.33.4"))
        try await TestCluster.with(configuration) { cluster in
            let version = try await cluster.send("GET", "/version").body
            #expect(version["gitVersion"] == "v1.33.4")
            #expect(version["minor"] == "33")
            let node = try await cluster.wait(.nodes, ObjectKey(name: HollowNode.name)) { node in
                node?.conditions.isTrue("Ready") == true
            }
            #expect(node?.tree.value(at: "status", "nodeInfo", "kubeletVersion") == "v1.33.4-hollow")
        }
    }
}
