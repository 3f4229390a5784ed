extension IstioKindTable {
    /// The policies of DestinationRule.
    static let destinationRule = #"""
        DestinationRule: What happens to requests once their host is known.
          exportTo=[]s host!=s subsets=[]Subset trafficPolicy=TrafficPolicy workloadSelector=LabelSelector
          # host: The service it is for.
          # trafficPolicy: Settings for every subset.
          # subsets: Parts of the service, by the labels of their pods.
          # exportTo: The namespaces that see it; a dot is its own, a star all.
          # workloadSelector: The workloads of its namespace that apply it.
        Subset: A named part of a service.
          labels={}s name!=s trafficPolicy=TrafficPolicy
          # name: The name that routes use.
          # labels: The labels of its pods.
          # trafficPolicy: Settings instead of those of the whole service.
        TrafficPolicy: Load balancing, limits and TLS towards a service.
          connectionPool=ConnectionPool loadBalancer=LoadBalancer outlierDetection=OutlierDetection
          portLevelSettings=[..4096]PortTrafficPolicy proxyProtocol=ProxyProtocol retryBudget=RetryBudget
          tls=ClientTLS tunnel=TunnelSettings
          # loadBalancer: How an endpoint is chosen.
          # connectionPool: Limits of connections and requests.
          # outlierDetection: When an endpoint that fails is left out for a while.
          # tls: TLS towards the endpoints.
          # portLevelSettings: Settings for single ports, instead of these.
        ClientTLS:
          caCertificates=s caCrl=s clientCertificate=s credentialName=s insecureSkipVerify=b? mode=TLSMode
          privateKey=s sni=s subjectAltNames=[]s
        TLSMode = w DISABLE SIMPLE MUTUAL ISTIO_MUTUAL
        LoadBalancer:
          backendUtilization=BackendUtilization consistentHash=ConsistentHash
          localityLbSetting=LocalityBalancing simple=LoadBalancerName warmup=Warmup warmupDurationSecs=Duration
          zoneAwareLbSetting=ZoneBalancing
          | simple consistentHash backendUtilization
        BackendUtilization:
          errorUtilizationPenaltyPercent=u32 metricNamesForComputingUtilization=[]s weightExpirationPeriod=s
          weightStabilizationPeriod=s weightUpdatePeriod=s
        ConsistentHash:
          httpCookie=HashCookie httpHeaderName=s httpQueryParameterName=s maglev=Maglev minimumRingSize=i:0..
          ringHash=RingHash useSourceIp=b
          & httpHeaderName httpCookie useSourceIp httpQueryParameterName
          & ringHash maglev
        HashCookie:
          attributes=[]CookieAttribute name!=s path=s ttl=s
        CookieAttribute:
          name!=s value=s
        Maglev:
          tableSize=i:0..
        RingHash:
          minimumRingSize=i:0..
        LoadBalancerName = w UNSPECIFIED LEAST_CONN RANDOM PASSTHROUGH ROUND_ROBIN LEAST_REQUEST
        LocalityBalancing:
          distribute=[]LocalityShare enabled=b? failover=[]LocalityFailover failoverPriority=[]s
        LocalityFailover:
          from=s to=s
        LocalityShare:
          from=s to={}u32
        Warmup:
          aggression=n:0..? duration!=Duration minimumPercent=n:0..100?
        ZoneBalancing:
          enabled=b? failover=[]LocalityFailover failoverPriority=[]s minClusterSize=i:1..4294967295?
        OutlierDetection:
          baseEjectionTime=Duration consecutive5xxErrors=u32? consecutiveErrors=i32
          consecutiveGatewayErrors=u32? consecutiveLocalOriginFailures=u32? interval=Duration
          maxEjectionPercent=i32 minHealthPercent=i32 outlierDetectionHttpErrorCodes=[]i:100..599
          splitExternalLocalOriginErrors=b
        PortTrafficPolicy:
          connectionPool=ConnectionPool loadBalancer=LoadBalancer outlierDetection=OutlierDetection
          port=PortSelector tls=ClientTLS
        ProxyProtocol:
          version=e:V1|V2
        RetryBudget:
          budgetInterval=s minRetryConcurrency=u32 percent=n:0..100?
        TunnelSettings:
          protocol=s targetHost!=s targetPort!=u32
        """#
}
