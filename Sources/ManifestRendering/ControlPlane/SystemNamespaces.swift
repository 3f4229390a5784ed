/// The namespaces in which Istio injects no sidecar, whatever anybody asks for (`IgnoredNamespaces` of istio's injector).
package enum SystemNamespaces {
    /// Their names, in the order in which webhooks list them.
    package static let names = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]
}
