// Made by hack/generate from Manifests/profiles/component-pilot.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileComponentPilot = ##"""
        {"autoscaleEnabled":true,"autoscaleMin":1,"autoscaleMax":5,"autoscaleBehavior":{},"cpu":{"targetAverageUtilization":80},
        "memory":{},"replicaCount":1,"rollingMaxSurge":"100%","rollingMaxUnavailable":"25%","pdb":{"minAvailable":1,
        "unhealthyPodEvictionPolicy":""},"resources":{"requests":{"cpu":"500m","memory":"2048Mi"}},
        "hub":"","tag":"","variant":"","image":"pilot","env":{},"envVarFrom":[],"extraContainerArgs":[],
        "initContainers":[],"keepaliveMaxServerConnectionAge":"30m","traceSampling":1,"jwksResolverExtraRootCA":"",
        "taint":{"enabled":false,"name":"cni.istio.io/not-ready","namespace":""},"trustedZtunnelName":"",
        "trustedZtunnelNamespace":"","affinity":{},"nodeSelector":{},"tolerations":[],"topologySpreadConstraints":[],
        "seccompProfile":{},"volumes":[],"volumeMounts":[],"deploymentAnnotations":{},"deploymentLabels":{},
        "podAnnotations":{},"podLabels":{},"serviceAnnotations":{},"serviceAccountAnnotations":{},"sidecarInjectorWebhookAnnotations":{},
        "ipFamilies":[],"ipFamilyPolicy":"","revision":"","revisionTags":[],"ownerName":"","configMap":true,
        "meshConfig":{"enablePrometheusMerge":true},"telemetry":{"enabled":true,"v2":{"enabled":true,
        "prometheus":{"enabled":true},"stackdriver":{"enabled":false}}},"gatewayClasses":{},"experimental":{"stableValidationPolicy":false},
        "base":{"enableIstioConfigCRDs":true},"cni":{"enabled":false,"provider":"default"},"gateways":{"securityContext":{},
        "seccompProfile":{}},"istiodRemote":{"enabled":false,"enabledLocalInjectorIstiod":false,"injectionURL":"",
        "injectionPath":"/inject","injectionCABundle":""},"sidecarInjectorWebhook":{"neverInjectSelector":[],
        "alwaysInjectSelector":[],"injectedAnnotations":{},"enableNamespacesByDefault":false,"reinvocationPolicy":"Never",
        "rewriteAppHTTPProbe":true,"templates":{},"defaultTemplates":[]},"global":{"istioNamespace":"istio-system",
        "resourceScope":"all","hub":"docker.io/istio","tag":"latest","variant":"","imagePullPolicy":"",
        "imagePullSecrets":[],"priorityClassName":"","defaultPodDisruptionBudget":{"enabled":true},
        "defaultResources":{"requests":{"cpu":"10m"}},"logging":{"level":"default:info"},"logAsJson":false,
        "nativeNftables":false,"networkPolicy":{"enabled":false},"caAddress":"","caName":"","certSigners":[],
        "mountMtlsCerts":false,"pilotCertProvider":"istiod","sds":{"token":{"aud":"istio-ca"}},"sts":{"servicePort":0},
        "meshID":"","meshNetworks":{},"multiCluster":{"clusterName":""},"network":"","externalIstiod":false,
        "configCluster":false,"remotePilotAddress":"","configValidation":true,"omitSidecarInjectorConfigMap":false,
        "operatorManageWebhooks":false,"istiod":{"enableAnalysis":false},"proxy_init":{"image":"proxyv2",
        "forceApplyIptables":false},"proxy":{"image":"proxyv2","autoInject":"enabled","clusterDomain":"cluster.local",
        "logLevel":"warning","componentLogLevel":"misc:error","outlierLogPath":"","tracer":"none","privileged":false,
        "seccompProfile":{},"statusPort":15020,"includeInboundPorts":"*","excludeInboundPorts":"","includeIPRanges":"*",
        "excludeIPRanges":"","includeOutboundPorts":"","excludeOutboundPorts":"","readinessInitialDelaySeconds":0,
        "readinessPeriodSeconds":15,"readinessFailureThreshold":4,"startupProbe":{"enabled":true,"failureThreshold":600},
        "resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"2000m","memory":"1024Mi"}}},
        "waypoint":{"resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"2","memory":"1Gi"}},
        "affinity":{},"nodeSelector":{},"tolerations":[],"topologySpreadConstraints":[]}}}
        """##
}
