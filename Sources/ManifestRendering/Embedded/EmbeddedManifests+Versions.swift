// Made by hack/generate from Manifests/versions.yaml. Do not edit.

extension EmbeddedManifests {
    static let versions = ##"""
        {"defaultVersion":"1.30.3","hub":"docker.io/istio","images":{"pilot":"pilot","proxy":"proxyv2",
        "cni":"install-cni"},"minors":{"1.27":{"endOfLife":"2026-04-08","kubernetes":["1.29","1.30",
        "1.31","1.32","1.33"],"upgradesFrom":["1.26"],"behaviours":["experimentalInferenceGroup","experimentalListenerSets"],
        "changes":{"pilot":{"env":{"ENABLE_NATIVE_SIDECARS":"false"}}},"notes":[{"text":"Sidecars are injected as native sidecars, init containers that keep running, so they start before and stop after the application.",
        "setting":"pilot.env.ENABLE_NATIVE_SIDECARS","keep":"false"}],"versions":["1.27.0","1.27.1",
        "1.27.2","1.27.3","1.27.4","1.27.5","1.27.6","1.27.7","1.27.8","1.27.9"]},"1.28":{"endOfLife":"2026-07-02",
        "kubernetes":["1.30","1.31","1.32","1.33","1.34"],"upgradesFrom":["1.27"],"behaviours":["experimentalListenerSets"],
        "changes":{"pilot":{"env":{"DISABLE_SHADOW_HOST_SUFFIX":"false","PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY":"false"}}},
        "notes":[{"text":"Mirrored requests keep their Host header; \"-shadow\" is no longer appended to it.",
        "setting":"pilot.env.DISABLE_SHADOW_HOST_SUFFIX","keep":"false"},{"text":"Gateways with tracing by the Telemetry API make a span of its own for each request they send upstream.",
        "setting":"pilot.env.PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY","keep":"false"},{"text":"Metrics of proxies are evicted by statsEvictionInterval of ProxyConfig.",
        "setting":"pilot.env.METRIC_ROTATION_INTERVAL","gone":true},{"text":"Metrics of proxies are evicted by statsEvictionInterval of ProxyConfig.",
        "setting":"pilot.env.METRIC_GRACEFUL_DELETION_INTERVAL","gone":true},{"text":"Of the Gateway API's BackendTLSPolicy only v1 is read; of InferencePool only v1."}],
        "versions":["1.28.0","1.28.1","1.28.2","1.28.3","1.28.4","1.28.5","1.28.6","1.28.7","1.28.8",
        "1.28.9","1.28.10"]},"1.29":{"endOfLife":"2026-10-15","kubernetes":["1.31","1.32","1.33","1.34",
        "1.35"],"upgradesFrom":["1.28"],"behaviours":["boundsMemory","boundsProcessors","experimentalListenerSets",
        "readableConfigMaps"],"changes":{"pilot":{"env":{"DISABLE_TRACK_REMAINING_CB_METRICS":"false"}},
        "cni":{"ambient":{"reconcileIptablesOnStartup":false}}},"notes":[{"text":"Proxies no longer count what circuit breakers have left (the metrics remaining_cx, remaining_rq and their like).",
        "setting":"pilot.env.DISABLE_TRACK_REMAINING_CB_METRICS","keep":"false"},{"text":"The node agent renews the redirect rules of pods of the ambient mesh when it starts.",
        "setting":"cni.ambient.reconcileIptablesOnStartup","keep":"false"},{"text":"New pods of the ambient mesh have their DNS queries captured.",
        "setting":"cni.ambient.dnsCapture","keep":"false"},{"text":"Debug endpoints of istiod answer callers from other namespaces only about proxies of their own, which tools such as Kiali may notice.",
        "setting":"pilot.env.ENABLE_DEBUG_ENDPOINT_AUTH","keep":"false"},{"text":"Proxies compress their metrics for scrapers that ask for it; the annotation sidecar.istio.io/statsCompression is gone."}],
        "versions":["1.29.0","1.29.1","1.29.2","1.29.3","1.29.4","1.29.5","1.29.6"]},"1.30":{"endOfLife":"2027-01-15",
        "kubernetes":["1.32","1.33","1.34","1.35","1.36"],"upgradesFrom":["1.29"],"behaviours":["boundsMemory",
        "boundsProcessors","readableConfigMaps","resourceAttributesInTemplate","stableAuthorization"],
        "changes":{"pilot":{"env":{"PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE":"false"}}},"notes":[{"text":"Where several namespaces define one host, sidecars take a Kubernetes Service, else the oldest ServiceEntry, and no longer the first namespace by name.",
        "setting":"pilot.env.PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE","keep":"false"},{"text":"The xDS debug endpoints on port 15010 want authentication.",
        "setting":"pilot.env.ENABLE_DEBUG_ENDPOINT_AUTH","keep":"false"},{"text":"TLSRoute and ReferenceGrant of the Gateway API are read as v1, so its CRDs must be of version 1.5 or later before this hop."},
        {"text":"The node agent writes its CNI configuration with mode 0600, and takes pods of excluded namespaces out of the ambient mesh."}],
        "versions":["1.30.0","1.30.1","1.30.2","1.30.3"]}}}
        """##
}
