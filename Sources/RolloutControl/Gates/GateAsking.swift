package import MeshAPI
package import RolloutEngine

/// Asks the gates of an analysis.
///
/// Never throws: what goes wrong is a reading `unavailable` that says why. An answer comes within the time limits of the analysis,
/// and a cancelled task ends the asking.
package protocol GateAsking: Sendable {
    /// The number of a metric, judged.
    func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading
    /// What an HTTP gate says; an event gate is only told.
    func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading
    /// Ends the Jobs of an object's analysis that still run: what they would say counts for nothing any more.
    ///
    /// - Parameters:
    ///   - subject: the object that owns them.
    ///   - namespace: where they are.
    /// - Returns: why they could not be ended, for people; nil when none of them runs any more.
    func endJobs(of subject: GateSubject, in namespace: String) async -> String?
}

extension GateAsking {
    /// Nothing to end, for whoever runs no Jobs.
    package func endJobs(of subject: GateSubject, in namespace: String) async -> String? { nil }
}
