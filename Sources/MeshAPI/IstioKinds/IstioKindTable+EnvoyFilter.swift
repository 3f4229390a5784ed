extension IstioKindTable {
    /// EnvoyFilter.
    static let envoyFilter = #"""
        EnvoyFilter: Changes to the configuration that proxies get.
          configPatches=[]ConfigPatch priority=i32 targetRefs=[..16]TargetReference
          workloadSelector=WorkloadSelector
          # workloadSelector: The pods it is for; none means all of the namespace.
          # targetRefs: The gateways or services it is for.
          # configPatches: The changes, in order.
          # priority: Filters with lower numbers come first.
          ? only one of targetRefs or workloadSelector can be set
            (has(self.workloadSelector) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1
        ConfigPatch:
          applyTo=ApplyTo match=PatchMatch patch=FilterPatch
        ApplyTo = w INVALID LISTENER FILTER_CHAIN NETWORK_FILTER HTTP_FILTER ROUTE_CONFIGURATION VIRTUAL_HOST
            HTTP_ROUTE CLUSTER EXTENSION_CONFIG BOOTSTRAP LISTENER_FILTER
        FilterPatch:
          filterClass=e:UNSPECIFIED|AUTHN|AUTHZ|STATS operation=PatchOperation value=o
        PatchOperation = w INVALID MERGE ADD REMOVE INSERT_BEFORE INSERT_AFTER INSERT_FIRST REPLACE
            MERGE_AND_REPLACE_LIST
        PatchMatch:
          cluster=ClusterMatch context=ConfigContext listener=ListenerMatch proxy=ProxyMatch
          routeConfiguration=RouteConfigurationMatch waypoint=WaypointMatch
          | listener routeConfiguration cluster waypoint
          ? only support waypointMatch when context is WAYPOINT
            has(self.context) ? ((self.context == "WAYPOINT") ? has(self.waypoint) : !has(self.waypoint)) :
            !has(self.waypoint)
        ClusterMatch:
          name=s portNumber=u32 service=s subset=s
        ConfigContext = w ANY SIDECAR_INBOUND SIDECAR_OUTBOUND GATEWAY WAYPOINT
        ListenerMatch:
          filterChain=FilterChainMatch listenerFilter=s name=s portName=s portNumber=u32
        FilterChainMatch:
          applicationProtocols=s destinationPort=u32 filter=FilterMatch name=s sni=s transportProtocol=s
          transportSocket=s
        FilterMatch:
          name=s subFilter=NamedMatch
        ProxyMatch:
          metadata={}s proxyVersion=s
        RouteConfigurationMatch:
          gateway=s name=s portName=s portNumber=u32 vhost=VirtualHostMatch
        VirtualHostMatch:
          domainName=s name=s route=RouteMatch
        RouteMatch:
          action=e:ANY|ROUTE|REDIRECT|DIRECT_RESPONSE name=s
        WaypointMatch:
          filter=FilterMatch portNumber=Port route=NamedMatch
        """#
}
