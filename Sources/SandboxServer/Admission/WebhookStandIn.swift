internal import DataTree
internal import KubeAPI
internal import KubeClient

/// Answers for pods that are not really there, so that webhooks behind them need no network.
protocol WebhookStandIn: Sendable {
    /// The answer of the server in `pod` to an AdmissionReview; nil when the pod is a real one, to be called over the network.
    ///
    /// - Throws: `TransportError` as a call over the network would.
    func answer(_ review: Tree, from pod: ObjectKey, at endpoint: WebhookEndpoint) async throws(TransportError) -> Tree?
}
