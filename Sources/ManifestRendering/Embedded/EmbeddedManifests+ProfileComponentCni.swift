// Made by hack/generate from Manifests/profiles/component-cni.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileComponentCni = ##"""
        {"hub":"","tag":"","variant":"","image":"install-cni","pullPolicy":"","env":{},"logging":{"level":""},
        "revision":"","ownerName":"","cniBinDir":"/opt/cni/bin","cniConfDir":"/etc/cni/net.d","cniConfFileName":"",
        "cniNetnsDir":"/var/run/netns","istioOwnedCNIConfig":false,"istioOwnedCNIConfigFileName":"",
        "chained":true,"provider":"default","excludeNamespaces":["kube-system"],"ambient":{"enabled":false,
        "configDir":"","dnsCapture":true,"ipv6":true,"reconcileIptablesOnStartup":true,"shareHostNetworkNamespace":false,
        "enableAmbientDetectionRetry":false,"enablementSelectors":[{"podSelector":{"matchLabels":{"istio.io/dataplane-mode":"ambient"}}},
        {"podSelector":{"matchExpressions":[{"key":"istio.io/dataplane-mode","operator":"NotIn","values":["none"]}]},
        "namespaceSelector":{"matchLabels":{"istio.io/dataplane-mode":"ambient"}}}]},"repair":{"enabled":true,
        "hub":"","tag":"","labelPods":false,"deletePods":false,"repairPods":true,"initContainerName":"istio-validation",
        "brokenPodLabelKey":"cni.istio.io/uninitialized","brokenPodLabelValue":"true"},"affinity":{},
        "tolerations":[{"effect":"NoSchedule","operator":"Exists"},{"key":"CriticalAddonsOnly","operator":"Exists"},
        {"effect":"NoExecute","operator":"Exists"}],"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1}},
        "terminationGracePeriodSeconds":30,"resources":{"requests":{"cpu":"100m","memory":"100Mi"}},
        "resourceQuotas":{"enabled":false,"pods":5000},"daemonSetLabels":{},"podAnnotations":{},"podLabels":{},
        "seccompProfile":{},"seLinuxOptions":{},"useAppArmorAnnotation":true,"global":{"resourceScope":"all",
        "hub":"docker.io/istio","tag":"latest","variant":"","imagePullPolicy":"","imagePullSecrets":[],
        "defaultResources":{"requests":{"cpu":"100m","memory":"100Mi"}},"logging":{"level":"info"},
        "logAsJson":false,"nativeNftables":false,"networkPolicy":{"enabled":false}}}
        """##
}
