internal import DataTree
internal import SandboxStore

/// One webhook of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1).
struct AdmissionWebhook: Sendable {
    /// The configuration's name.
    var configuration: String
    /// The webhook's name.
    var name: String
    /// What requests it is called for.
    var match: AdmissionMatch
    /// Whether a failed call refuses the request.
    var failsClosed: Bool
    /// How long a call may take, in seconds.
    var timeout: Int64
    /// Whether a dry run may call it.
    var allowsDryRun: Bool
    /// Whether it is called again when others change the object after it.
    var isReinvoked: Bool
    /// Conditions in CEL, all of which must hold.
    var conditions: MatchConditions
    /// `clientConfig`.
    var client: Tree

    /// Reads a webhook; nil when its name or its selectors cannot be read.
    init?(_ tree: Tree, configuration: String) {
        guard let name = tree["name"]?.string, let match = AdmissionMatch(tree, rules: "rules") else { return nil }
        self.configuration = configuration
        self.name = name
        self.match = match
        self.failsClosed = tree["failurePolicy"]?.string != "Ignore"
        self.timeout = min(30, max(1, tree["timeoutSeconds"]?.integer ?? 10))
        self.allowsDryRun = ["None", "NoneOnDryRun"].contains(tree["sideEffects"]?.string ?? "")
        self.isReinvoked = tree["reinvocationPolicy"]?.string == "IfNeeded"
        self.conditions = MatchConditions(tree["matchConditions"])
        self.client = tree["clientConfig"] ?? [:]
    }
}
