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
}
