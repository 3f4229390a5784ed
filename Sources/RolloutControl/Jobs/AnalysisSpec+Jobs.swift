package import MeshAPI

extension AnalysisSpec {
    /// Whether a metric is the verdict of a Job.
    package var runsJobs: Bool {
        metrics.contains { metric in
            if case .job = metric.source { return true }
            return false
        }
    }
}
