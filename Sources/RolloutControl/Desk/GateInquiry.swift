package import KubeAPI
package import MeshAPI
package import MeshBase

/// One object of a cluster: the one that is there now under a key, not another one of that name.
package struct GateSubject: Sendable, Hashable {
    /// Its key.
    package var key: ObjectKey
    /// Its uid.
    package var uid: String

    /// Names an object.
    package init(_ object: KubeObject) {
        self.init(key: object.key, uid: object.uid ?? "")
    }

    /// Names an object.
    package init(key: ObjectKey, uid: String) {
        self.key = key
        self.uid = uid
    }
}

/// What an answer counts for: one attempt at one step under one analysis.
///
/// Another step, another attempt and a changed analysis are other stages: what was asked for one says nothing of another.
package struct GateStage: Sendable, Hashable {
    /// What tells the attempt from others, see ``GateQuestion/attempt``.
    package var attempt: String
    /// The step, counted from 1.
    package var step: Int
    /// What is asked for.
    package var analysis: AnalysisSpec

    /// Names a stage.
    package init(attempt: String, step: Int, analysis: AnalysisSpec) {
        self.attempt = attempt
        self.step = step
        self.analysis = analysis
    }
}

/// What a reconciler wants to know of the gates of one object: all that is due now, and nothing else.
package struct GateInquiry: Sendable, Hashable {
    /// The object.
    package var subject: GateSubject
    /// What the metrics and gates are asked with.
    package var question: GateQuestion
    /// The metrics and gates there are.
    package var analysis: AnalysisSpec
    /// The names of those to ask; unknown names are passed over.
    package var names: [String]

    /// Describes what is wanted.
    package init(_ subject: GateSubject, _ question: GateQuestion, _ analysis: AnalysisSpec, names: [String]) {
        self.subject = subject
        self.question = question
        self.analysis = analysis
        self.names = names
    }

    /// What the answers count for.
    package var stage: GateStage { question.stage(analysis) }
}

extension GateQuestion {
    /// What answers to it count for.
    package func stage(_ analysis: AnalysisSpec) -> GateStage {
        GateStage(attempt: attempt, step: step, analysis: analysis)
    }
}

/// A question without an answer so far.
package struct OpenQuestion: Sendable, Hashable {
    /// The metric or gate.
    package var name: String
    /// Since when it is wanted.
    package var since: Timestamp
}

/// What an event gate is told of.
package struct GateNotice: Sendable, Hashable {
    /// The object.
    package var subject: GateSubject
    /// The gate.
    package var gate: AnalysisGate
    /// What it is told.
    package var question: GateQuestion

    /// Describes what is told.
    package init(_ subject: GateSubject, _ gate: AnalysisGate, _ question: GateQuestion) {
        self.subject = subject
        self.gate = gate
        self.question = question
    }
}
