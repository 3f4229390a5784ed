internal import DataTree

extension APIServerCore {
    /// Creates what every cluster has from the start: the namespaces of the system.
    ///
    /// Does nothing for those already there. Takes up, too, what a crash may have cut off.
    package func bootstrap() async {
        await Reactions(context: context).resume()
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            let namespace: Tree = [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)],
            ]
            let agent = HeaderField("User-Agent", "kube-apiserver/v\(context.configuration.version)")
            _ = await handle(
                APIRequest(
                    method: "POST",
                    path: "/api/v1/namespaces",
                    headers: [agent],
                    body: namespace.json(.compact)
                )
            )
        }
    }
}
