internal import Foundation
internal import Testing

/// What users do with workloads and nodes, with kubectl against the sandbox as a process.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct WorkloadTests {
    static let workloads = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "web:1"}]}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent}
        spec:
          selector: {matchLabels: {app: agent}}
          template:
            metadata: {labels: {app: agent}}
            spec: {containers: [{name: main, image: "agent:1"}]}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web}
        spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
        """

    @Test("kubectl drain empties a node within the disruption budget, and workloads come up elsewhere")
    func drain() async throws {
        try await withSandbox(["--nodes", "3"]) { cluster in
            try await cluster.expectKubectl("apply", "--filename", "-", input: Self.workloads)
            try await cluster.expectKubectl("rollout", "status", "deployment/web", "--timeout=180s")
            try await cluster.expectKubectl("rollout", "status", "daemonset/agent", "--timeout=180s")
            try await cluster.expectKubectl("drain", "mesh-sandbox-2", "--ignore-daemonsets", "--timeout=180s")
            try await cluster.expectKubectl("rollout", "status", "deployment/web", "--timeout=180s")
            let table = try await cluster.expectKubectl("get", "nodes", "mesh-sandbox-2", "--no-headers")
            #expect(table.contains("Ready,SchedulingDisabled"), "\(table)")
            let places = try await cluster.expectKubectl(
                "get",
                "pods",
                "--selector",
                "app=web",
                "--output",
                "jsonpath={.items[*].spec.nodeName}"
            )
            let nodes = places.split(separator: " ")
            #expect(nodes.count == 3 && !nodes.contains("mesh-sandbox-2"), "\(places)")
        }
    }

    @Test("kubectl rollout tells the history of Deployments and DaemonSets, and takes changes back")
    func rollouts() async throws {
        try await withSandbox { cluster in
            try await cluster.expectKubectl("apply", "--filename", "-", input: Self.workloads)
            for workload in ["deployment/web", "daemonset/agent"] {
                try await cluster.expectKubectl("rollout", "status", workload, "--timeout=180s")
                try await cluster.expectKubectl("set", "image", workload, "main=other:2")
                try await cluster.expectKubectl("rollout", "status", workload, "--timeout=180s")
                let history = try await cluster.expectKubectl("rollout", "history", workload)
                let numbers = history.split(separator: "\n").compactMap { line in
                    line.split(separator: " ").first.flatMap { Int($0) }
                }
                #expect(numbers == [1, 2], "\(history)")
                try await cluster.expectKubectl("rollout", "undo", workload)
                try await cluster.expectKubectl("rollout", "status", workload, "--timeout=180s")
                let image = try await cluster.expectKubectl(
                    "get",
                    workload,
                    "--output",
                    "jsonpath={.spec.template.spec.containers[0].image}"
                )
                #expect(["web:1", "agent:1"].contains(image), "\(image)")
            }
        }
    }

    @Test("A rollout to an image that cannot be pulled fails at its deadline, and the old pods stay")
    func failure() async throws {
        try await withSandbox { cluster in
            try await cluster.expectKubectl("apply", "--filename", "-", input: Self.workloads)
            try await cluster.expectKubectl("rollout", "status", "deployment/web", "--timeout=180s")
            let deadline = #"{"spec":{"progressDeadlineSeconds":2}}"#
            try await cluster.expectKubectl("patch", "deployment", "web", "--patch", deadline)
            try await cluster.expectKubectl("set", "image", "deployment/web", "main=registry.invalid/web:2")
            let waited = try await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=180s")
            #expect(waited.status != 0)
            #expect(waited.errors.contains("exceeded its progress deadline"), "\(waited.errors)")
            let pods = try await cluster.expectKubectl("get", "pods", "--selector", "app=web", "--no-headers")
            #expect(pods.contains("ImagePullBackOff"), "\(pods)")
            #expect(pods.split(separator: "\n").count { $0.contains("Running") } == 3, "\(pods)")
        }
    }
}
