internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

struct NodeTaintsTests {
    private static let mine: Tree = ["key": "mine", "effect": "NoSchedule"]
    private static let notReady: Tree = ["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]
    private static let unreachable: Tree = ["key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"]

    /// The taints, the status of Ready, and the taints wanted; nil where nothing is to be done.
    private static let cases: [([Tree], String?, [Tree]?)] = [
        ([notReady], "True", []), ([mine, notReady], "True", [mine]), ([mine], "True", nil),
        ([], "False", [notReady]), ([unreachable], "False", [notReady]), ([notReady], "False", nil),
        ([notReady], "Unknown", [unreachable]), ([notReady], nil, nil), ([], nil, [notReady]),
    ]

    @Test(arguments: cases)
    func followReadiness(taints: [Tree], ready: String?, wanted: [Tree]?) {
        var node = KubeObject(kind: .node, key: ObjectKey(name: "n"))
        node.tree["spec"] = ["taints": .array(taints)]
        if let ready { node.tree["status"] = ["conditions": [["type": "Ready", "status": .string(ready)]]] }
        #expect(NodeTaints.taints(of: node) == wanted)
    }

    @Test func followCordons() {
        let cordon: Tree = ["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]
        var node = KubeObject(kind: .node, key: ObjectKey(name: "n"))
        node.tree["status"] = ["conditions": [["type": "Ready", "status": "True"]]]
        node.tree["spec"] = ["unschedulable": true, "taints": [Self.mine]]
        #expect(NodeTaints.taints(of: node) == [Self.mine, cordon])
        node.tree["spec"] = ["taints": [cordon]]
        #expect(NodeTaints.taints(of: node) == [])
    }
}
