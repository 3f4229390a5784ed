// Made by hack/generate from Manifests/profiles/component-gateways.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileComponentGateways = ##"""
        {"revision":"","ownerName":"","meshConfig":{"enablePrometheusMerge":true,"trustDomain":"cluster.local",
        "defaultConfig":{"proxyMetadata":{},"tracing":null}},"global":{"istioNamespace":"istio-system",
        "hub":"docker.io/istio","tag":"latest","variant":"","arch":{},"imagePullPolicy":"","imagePullSecrets":[],
        "priorityClassName":"","defaultNodeSelector":{},"defaultPodDisruptionBudget":{"enabled":true},
        "defaultResources":{"requests":{"cpu":"10m"}},"defaultTolerations":[],"logging":{"level":"default:info"},
        "logAsJson":false,"networkPolicy":{"enabled":false},"caAddress":"","meshID":"","mountMtlsCerts":false,
        "multiCluster":{"clusterName":""},"network":"","pilotCertProvider":"istiod","sds":{"token":{"aud":"istio-ca"}},
        "sts":{"servicePort":0},"proxy":{"image":"proxyv2","clusterDomain":"cluster.local","logLevel":"warning",
        "componentLogLevel":"misc:error"}},"gateways":{"istio-ingressgateway":{"name":"istio-ingressgateway",
        "labels":{"app":"istio-ingressgateway","istio":"ingressgateway"},"type":"LoadBalancer","ports":[{"name":"status-port",
        "port":15021,"targetPort":15021,"protocol":"TCP"},{"name":"http2","port":80,"targetPort":8080,
        "protocol":"TCP"},{"name":"https","port":443,"targetPort":8443,"protocol":"TCP"}],"ingressPorts":[],
        "customService":false,"loadBalancerIP":"","loadBalancerSourceRanges":[],"externalTrafficPolicy":"",
        "secretVolumes":[{"name":"ingressgateway-certs","secretName":"istio-ingressgateway-certs","mountPath":"/etc/istio/ingressgateway-certs"},
        {"name":"ingressgateway-ca-certs","secretName":"istio-ingressgateway-ca-certs","mountPath":"/etc/istio/ingressgateway-ca-certs"}],
        "autoscaleEnabled":true,"autoscaleMin":1,"autoscaleMax":5,"cpu":{"targetAverageUtilization":80},
        "memory":{},"rollingMaxSurge":"100%","rollingMaxUnavailable":"25%","resources":{"requests":{"cpu":"100m",
        "memory":"128Mi"},"limits":{"cpu":"2000m","memory":"1024Mi"}},"additionalContainers":[],"configVolumes":[],
        "env":{},"ipFamilies":[],"ipFamilyPolicy":"","nodeSelector":{},"podAnnotations":{},"podAntiAffinityLabelSelector":[],
        "podAntiAffinityTermLabelSelector":[],"tolerations":[],"runAsRoot":false,"injectionTemplate":"",
        "serviceAccount":{"annotations":{}},"serviceAnnotations":{}},"istio-egressgateway":{"name":"istio-egressgateway",
        "labels":{"app":"istio-egressgateway","istio":"egressgateway"},"type":"ClusterIP","ports":[{"name":"http2",
        "port":80,"targetPort":8080,"protocol":"TCP"},{"name":"https","port":443,"targetPort":8443,
        "protocol":"TCP"}],"secretVolumes":[{"name":"egressgateway-certs","secretName":"istio-egressgateway-certs",
        "mountPath":"/etc/istio/egressgateway-certs"},{"name":"egressgateway-ca-certs","secretName":"istio-egressgateway-ca-certs",
        "mountPath":"/etc/istio/egressgateway-ca-certs"}],"autoscaleEnabled":true,"autoscaleMin":1,
        "autoscaleMax":5,"cpu":{"targetAverageUtilization":80},"memory":{},"rollingMaxSurge":"100%",
        "rollingMaxUnavailable":"25%","resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"2000m",
        "memory":"1024Mi"}},"additionalContainers":[],"configVolumes":[],"env":{},"ipFamilies":[],"ipFamilyPolicy":"",
        "nodeSelector":{},"podAnnotations":{},"podAntiAffinityLabelSelector":[],"podAntiAffinityTermLabelSelector":[],
        "tolerations":[],"runAsRoot":false,"injectionTemplate":"","serviceAccount":{"annotations":{}},
        "serviceAnnotations":{}}}}
        """##
}
