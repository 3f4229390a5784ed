internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Analyses as users write them.
enum SampleAnalysis {
    static let start = Timestamp(seconds: 1_700_000_000)

    /// The analysis of a MeshRollout with this YAML under `spec.analysis`.
    static func make(_ yaml: String) throws -> AnalysisSpec {
        let analysis = try YAML.document(yaml)
        let spec: Tree = [
            "host": "reviews",
            "workload": [
                "stable": ["name": "reviews-v1", "version": "v1"], "canary": ["name": "reviews-v2", "version": "v2"],
            ],
            "steps": [["setWeight": 10]], "analysis": analysis,
        ]
        return try MeshRolloutSpec(decoding: spec).analysis
    }

    /// The first metric of an analysis.
    static func metric(_ yaml: String) throws -> AnalysisMetric {
        let spec = try make("prometheus: {address: 'http://prometheus:9090'}\nmetrics: [\(yaml)]")
        guard let metric = spec.metrics.first else { throw SampleFailure() }
        return metric
    }

    /// The first gate of an analysis.
    static func gate(_ yaml: String) throws -> AnalysisGate {
        guard let gate = try make("gates: [\(yaml)]").gates.first else { throw SampleFailure() }
        return gate
    }

    /// A question about the MeshRollout `shop/reviews` at step 2 of 4, 25 %.
    static var question: GateQuestion {
        var question = GateQuestion(
            kind: "MeshRollout",
            key: ObjectKey(namespace: "shop", name: "reviews"),
            defaultNamespace: "shop",
            new: .init(["namespace": "shop", "workload": "reviews-v2", "version": "v2", "host": "reviews"]),
            stable: .init(["namespace": "shop", "workload": "reviews-v1", "version": "v1", "host": "reviews"])
        )
        (question.step, question.steps, question.weight) = (2, 4, 25)
        question.phase = "Progressing"
        question.reason = "AwaitingGate"
        question.attempt = "v2 2023-11-14T22:13:20Z"
        return question
    }
}

struct SampleFailure: Error {}
