// Made by hack/generate from Manifests/versions.yaml. Do not edit.

extension EmbeddedManifests {
    static let versions = ##"""
        {"defaultVersion":"1.30.3","hub":"docker.io/istio","images":{"pilot":"pilot","proxy":"proxyv2",
        "cni":"install-cni"},"minors":{"1.27":{"endOfLife":"2026-04-08","kubernetes":["1.29","1.30",
        "1.31","1.32","1.33"],"upgradesFrom":["1.26"],"behaviours":["experimentalInferenceGroup","experimentalListenerSets"],
        "changes":{"pilot":{"env":{"ENABLE_NATIVE_SIDECARS":"false"}}},"versions":["1.27.0","1.27.1",
        "1.27.2","1.27.3","1.27.4","1.27.5","1.27.6","1.27.7","1.27.8","1.27.9"]},"1.28":{"endOfLife":"2026-07-02",
        "kubernetes":["1.30","1.31","1.32","1.33","1.34"],"upgradesFrom":["1.27"],"behaviours":["experimentalListenerSets"],
        "changes":{"pilot":{"env":{"DISABLE_SHADOW_HOST_SUFFIX":"false","PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY":"false"}}},
        "versions":["1.28.0","1.28.1","1.28.2","1.28.3","1.28.4","1.28.5","1.28.6","1.28.7","1.28.8",
        "1.28.9","1.28.10"]},"1.29":{"endOfLife":"2026-10-15","kubernetes":["1.31","1.32","1.33","1.34",
        "1.35"],"upgradesFrom":["1.28"],"behaviours":["boundsMemory","boundsProcessors","experimentalListenerSets",
        "readableConfigMaps"],"changes":{"pilot":{"env":{"DISABLE_TRACK_REMAINING_CB_METRICS":"false"}},
        "cni":{"ambient":{"reconcileIptablesOnStartup":false}}},"versions":["1.29.0","1.29.1","1.29.2",
        "1.29.3","1.29.4","1.29.5","1.29.6"]},"1.30":{"endOfLife":"2027-01-15","kubernetes":["1.32",
        "1.33","1.34","1.35","1.36"],"upgradesFrom":["1.29"],"behaviours":["boundsMemory","boundsProcessors",
        "readableConfigMaps","resourceAttributesInTemplate","stableAuthorization"],"changes":{"pilot":{"env":{"PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE":"false"}}},
        "versions":["1.30.0","1.30.1","1.30.2","1.30.3"]}}}
        """##
}
