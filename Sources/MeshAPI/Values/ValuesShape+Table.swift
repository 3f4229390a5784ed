extension ValuesShape {
    /// The keys of Istio's values; the kinds are those of ``ShapeTable``.
    ///
    /// Annotations and node selectors are text alone: the API server takes nothing else there, and templates pass them on as
    /// they are. Labels and variables are printed. Amounts of resources are checked wherever they stand, not here.
    static let table = """
        Values:
          cni=Cni gateways=Gateways global=Global pilot=Pilot ztunnel=* telemetry=Telemetry
          sidecarInjectorWebhook=Injector istio_cni=CniUsage revision=x ownerName=x meshConfig=* base=BaseChart
          istiodRemote=IstiodRemote revisionTags=[]x defaultRevision=x profile=x compatibilityVersion=x platform=x
          experimental=Experimental gatewayClasses={}o resourceQuotas=Quotas ...=Pilot ...=Cni
        Experimental:
          stableValidationPolicy=b
        Enabled:
          enabled=b
        Logging:
          level=t
        Resources:
          limits={}x requests={}x claims=[]o
        CpuTarget:
          targetAverageUtilization=i:1:2147483647
        MemoryTarget:
          targetAverageUtilization=i:0:2147483647
        Quotas:
          enabled=b pods=i
        Global:
          arch=Architectures certSigners=[]x configValidation=b defaultNodeSelector={}s
          defaultPodDisruptionBudget=Enabled defaultResources=Resources defaultTolerations=[]o hub=x
          imagePullPolicy=w:Always|IfNotPresent|Never imagePullSecrets=[]* istioNamespace=x logAsJson=b
          logging=Logging meshID=x meshNetworks={}o multiCluster=MultiCluster network=x podDNSSearchNamespaces=[]x
          omitSidecarInjectorConfigMap=b operatorManageWebhooks=b priorityClassName=x proxy=Proxy
          proxy_init=ProxyInit sds=Sds tag=x variant=x tracer=Tracers remotePilotAddress=x istiod=Istiod
          pilotCertProvider=x jwtPolicy=x sts=Sts revision=x mountMtlsCerts=b caAddress=x externalIstiod=b
          configCluster=b caName=x platform=x profile=x trustDomain=x ipFamilies=[]w:IPv4|IPv6
          ipFamilyPolicy=w:SingleStack|PreferDualStack|RequireDualStack waypoint=Waypoint trustBundleName=x
          nativeNftables=b networkPolicy=Enabled resourceScope=w:all|cluster|namespace|undefined agentgateway=o
          enableReaderRBAC=b readerServiceAccount=Reader
        Reader:
          name=x namespace=x
        Architectures:
          amd64=i:0:3 ppc64le=i:0:3 s390x=i:0:3 arm64=i:0:3
        MultiCluster:
          enabled=b clusterName=x globalDomainSuffix=x includeEnvoyFilter=b
        Istiod:
          enableAnalysis=b
        Sts:
          servicePort=i:0:65535
        Sds:
          token=Token
        Token:
          aud=x
        Tracers:
          datadog=Tracer lightstep=Tracer zipkin=Tracer stackdriver=Tracer
        Tracer:
          address=x accessToken=x debug=b maxNumberOfAttributes=i maxNumberOfAnnotations=i maxNumberOfMessageEvents=i
        Proxy:
          autoInject=w:enabled|disabled clusterDomain=x componentLogLevel=t enableCoreDump=b excludeInboundPorts=t
          excludeIPRanges=t excludeOutboundPorts=t includeInboundPorts=t includeIPRanges=t includeOutboundPorts=t
          image=x variant=x logLevel=t outlierLogPath=x privileged=b readinessInitialDelaySeconds=i:0:2147483647
          readinessPeriodSeconds=i:0:2147483647 readinessFailureThreshold=i:0:2147483647 seccompProfile=o
          startupProbe=StartupProbe statusPort=i:0:65535 resources=Resources lifecycle=o
          holdApplicationUntilProxyStarts=b tracer=w:zipkin|lightstep|datadog|stackdriver|openCensusAgent|none
        StartupProbe:
          enabled=b failureThreshold=i:0:2147483647
        ProxyInit:
          image=x resources=Resources forceApplyIptables=b
        Waypoint:
          resources=Resources affinity=o topologySpreadConstraints=[]o nodeSelector={}s toleration=[]o tolerations=[]o
        Pilot:
          enabled=b autoscaleEnabled=b autoscaleMin=i:0:10000 autoscaleMax=i:0:10000 autoscaleBehavior=o
          replicaCount=i:0:10000 image=x traceSampling=n:0:100 resources=Resources cpu=CpuTarget memory=MemoryTarget
          nodeSelector={}s keepaliveMaxServerConnectionAge=d deploymentLabels={}t deploymentAnnotations={}s
          podLabels={}t configMap=b env={}t envVarFrom=[]o affinity=o rollingMaxSurge=p rollingMaxUnavailable=p
          tolerations=[]o podAnnotations={}s serviceAnnotations={}s serviceAccountAnnotations={}s
          sidecarInjectorWebhookAnnotations={}s jwksResolverExtraRootCA=x hub=x tag=x variant=x seccompProfile=o
          topologySpreadConstraints=[]o terminationGracePeriodSeconds=i extraContainerArgs=[]t volumeMounts=[]o
          volumes=[]o initContainers=[]o ipFamilies=[]w:IPv4|IPv6
          ipFamilyPolicy=w:SingleStack|PreferDualStack|RequireDualStack cni=CniUsage taint=Taint
          trustedZtunnelNamespace=x trustedZtunnelName=x istiodRemote=IstiodRemote crlConfigMapName=x pdb=Budget
          trafficDistribution=x terminationMessagePolicy=w:File|FallbackToLogsOnError revision=x ownerName=x
          ingress=o
        Budget:
          minAvailable=p maxUnavailable=p unhealthyPodEvictionPolicy=w:IfHealthyBudget|AlwaysAllow
        Taint:
          enabled=b namespace=x name=x
        CniUsage:
          enabled=b chained=b provider=w:default|multus
        Cni:
          enabled=b hub=x tag=x variant=x image=x pullPolicy=w:Always|IfNotPresent|Never cniBinDir=x cniConfDir=x
          cniConfFileName=x cniNetnsDir=x excludeNamespaces=[]x affinity=o tolerations=[]o env={}t
          daemonSetLabels={}t podAnnotations={}s podLabels={}t psp_cluster_role=x logLevel=t logging=Logging
          repair=Repair chained=b resourceQuotas=Quotas resources=Resources privileged=b seccompProfile=o
          seLinuxOptions=o ambient=Ambient provider=w:default|multus rollingMaxUnavailable=p updateStrategy=o
          istioOwnedCNIConfig=b istioOwnedCNIConfigFileName=x useAppArmorAnnotation=b
          terminationGracePeriodSeconds=i revision=x ownerName=x
        Ambient:
          enabled=b configDir=x dnsCapture=b ipv6=b reconcileIptablesOnStartup=b shareHostNetworkNamespace=b
          enableAmbientDetectionRetry=b enablementSelectors=[]o
        Repair:
          enabled=b hub=x tag=x image=x labelPods=b repairPods=b createEvents=t deletePods=b brokenPodLabelKey=x
          brokenPodLabelValue=t initContainerName=x
        Gateways:
          istio-ingressgateway=Gateway istio-egressgateway=Gateway enabled=b securityContext=o seccompProfile=o
        Gateway:
          autoscaleEnabled=b autoscaleMax=i:0:10000 autoscaleMin=i:0:10000 cpu=CpuTarget memory=MemoryTarget
          replicaCount=i:0:10000 customService=b enabled=b env={}t labels={}t name=x namespace=x nodeSelector={}s
          podAnnotations={}s podAntiAffinityLabelSelector=[]o podAntiAffinityTermLabelSelector=[]o ports=[]Port
          ingressPorts=[]Port resources=Resources secretVolumes=[]SecretVolume serviceAnnotations={}s
          type=w:ClusterIP|NodePort|LoadBalancer|ExternalName tolerations=[]o rollingMaxSurge=p
          rollingMaxUnavailable=p configVolumes=[]o additionalContainers=[]o runAsRoot=b injectionTemplate=x
          serviceAccount=ServiceAccount ipFamilies=[]w:IPv4|IPv6
          ipFamilyPolicy=w:SingleStack|PreferDualStack|RequireDualStack externalTrafficPolicy=w:Local|Cluster
          loadBalancerIP=x loadBalancerSourceRanges=[]x affinity=o hub=x tag=x
        ServiceAccount:
          annotations={}s
        Port:
          name=x port=i:1:65535 nodePort=i:0:65535 targetPort=x protocol=w:TCP|UDP|SCTP appProtocol=x
        SecretVolume:
          mountPath=x name=x secretName=x
        Injector:
          enableNamespacesByDefault=b reinvocationPolicy=w:Never|IfNeeded neverInjectSelector=[]o
          alwaysInjectSelector=[]o rewriteAppHTTPProbe=b injectedAnnotations={}s injectionURL=x templates={}*
          defaultTemplates=[]x
        Telemetry:
          enabled=b v2=TelemetryFilters
        TelemetryFilters:
          enabled=b prometheus=Filter stackdriver=Filter
        Filter:
          enabled=b configOverride=* outboundAccessLogging=t disableOutbound=t
        BaseChart:
          enableCRDTemplates=b excludedCRDs=[]x validationURL=x enableIstioConfigCRDs=b validateGateway=b
          validationCABundle=x validationFailurePolicy=w:Fail|Ignore
        IstiodRemote:
          injectionURL=x injectionPath=x injectionCABundle=x enabled=b enabledLocalInjectorIstiod=b
        """
}
