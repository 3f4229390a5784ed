extension MeshConfigShape {
    /// The messages of Istio's MeshConfig (istio/api, mesh/v1alpha1): `field=kind`, by the names of its JSON form.
    ///
    /// The kinds are those of ``ShapeTable``.
    static let table = """
        MeshConfig:
          proxyListenPort=i:0:65535 proxyInboundListenPort=i:0:65535 proxyHttpPort=i:0:65535
          connectTimeout=d hboneIdleTimeout=d
          protocolDetectionTimeout=d tcpKeepalive=* ingressClass=s ingressService=s
          ingressControllerMode=e:MeshConfig.IngressControllerMode ingressSelector=s enableTracing=b
          accessLogFile=s accessLogFormat=s accessLogEncoding=e:MeshConfig.AccessLogEncoding
          enableEnvoyAccessLogService=b disableEnvoyListenerLog=b defaultConfig=ProxyConfig
          outboundTrafficPolicy=MeshConfig.OutboundTrafficPolicy
          inboundTrafficPolicy=MeshConfig.InboundTrafficPolicy configSources=[]ConfigSource enableAutoMtls=b
          trustDomain=s trustDomainAliases=[]s caCertificates=[]MeshConfig.CertificateData
          defaultServiceExportTo=[]s defaultVirtualServiceExportTo=[]s defaultDestinationRuleExportTo=[]s
          rootNamespace=s localityLbSetting=* zoneAwareLbSetting=* dnsRefreshRate=d
          h2UpgradePolicy=e:MeshConfig.H2UpgradePolicy inboundClusterStatName=s outboundClusterStatName=s
          certificates=[]Certificate serviceSettings=[]MeshConfig.ServiceSettings
          serviceScopeConfigs=[]MeshConfig.ServiceScopeConfigs enablePrometheusMerge=b verifyCertificateAtClient=b
          ca=MeshConfig.CA extensionProviders=[]MeshConfig.ExtensionProvider
          defaultProviders=MeshConfig.DefaultProviders discoverySelectors=[]LabelSelector
          pathNormalization=MeshConfig.ProxyPathNormalization defaultHttpRetryPolicy=HTTPRetry
          meshMTLS=MeshConfig.TLSConfig tlsDefaults=MeshConfig.TLSConfig
          defaultTrafficPolicy=MeshConfig.DefaultTrafficPolicy serviceEntryVisibility=ServiceEntryVisibility
        ProxyConfig:
          configPath=s binaryPath=s serviceCluster=s tracingServiceName=e:ProxyConfig.TracingServiceName
          drainDuration=d discoveryAddress=s discoveryRefreshDelay=d zipkinAddress=s statsdUdpAddress=s
          envoyMetricsServiceAddress=s proxyAdminPort=i:0:65535 availabilityZone=s
          controlPlaneAuthPolicy=e:AuthenticationPolicy customConfigFile=s statNameLength=i concurrency=i
          proxyBootstrapTemplatePath=s interceptionMode=e:ProxyConfig.InboundInterceptionMode tracing=Tracing
          sds=SDS envoyAccessLogService=RemoteService envoyMetricsService=RemoteService proxyMetadata={}s
          runtimeValues={}s statusPort=i:0:65535 extraStatTags=[]s gatewayTopology=Topology terminationDrainDuration=d
          meshId=s readinessProbe=ReadinessProbe proxyStatsMatcher=ProxyConfig.ProxyStatsMatcher
          holdApplicationUntilProxyStarts=b caCertificatesPem=[]s image=ProxyImage
          privateKeyProvider=PrivateKeyProvider proxyHeaders=ProxyConfig.ProxyHeaders fileFlushInterval=d
          fileFlushMinSizeKb=i statsCompression=b connectionSettings=ProxyConfig.ConnectionSettings
        MeshConfig.OutboundTrafficPolicy:
          mode=e:MeshConfig.OutboundTrafficPolicy.Mode tls=*
        MeshConfig.InboundTrafficPolicy:
          mode=e:MeshConfig.InboundTrafficPolicy.Mode
        ConfigSource:
          address=s tlsSettings=* subscribedResources=[]e:Resource
        MeshConfig.CertificateData:
          pem=s spiffeBundleUrl=s certSigners=[]s trustDomains=[]s
        Certificate:
          secretName=s dnsNames=[]s
        MeshConfig.ServiceSettings:
          settings=MeshConfig.ServiceSettings.Settings hosts=[]s
        MeshConfig.ServiceScopeConfigs:
          namespaceSelector=LabelSelector servicesSelector=LabelSelector
          scope=e:MeshConfig.ServiceScopeConfigs.Scope
        MeshConfig.CA:
          address=s tlsSettings=* requestTimeout=d istiodSide=b
        MeshConfig.ExtensionProvider:
          name=s envoyExtAuthzHttp=MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider
          envoyExtAuthzGrpc=MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider
          zipkin=MeshConfig.ExtensionProvider.ZipkinTracingProvider
          lightstep=MeshConfig.ExtensionProvider.LightstepTracingProvider
          datadog=MeshConfig.ExtensionProvider.DatadogTracingProvider
          stackdriver=MeshConfig.ExtensionProvider.StackdriverProvider
          opencensus=MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider
          skywalking=MeshConfig.ExtensionProvider.SkyWalkingTracingProvider
          opentelemetry=MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider
          prometheus=MeshConfig.ExtensionProvider.PrometheusMetricsProvider
          envoyFileAccessLog=MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider
          envoyHttpAls=MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider
          envoyTcpAls=MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider
          envoyOtelAls=MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider
          sds=MeshConfig.ExtensionProvider.SDSProvider
        MeshConfig.DefaultProviders:
          tracing=[]s metrics=[]s accessLogging=[]s
        LabelSelector:
          matchLabels={}s matchExpressions=[]LabelSelectorRequirement
        MeshConfig.ProxyPathNormalization:
          normalization=e:MeshConfig.ProxyPathNormalization.NormalizationType
        HTTPRetry:
          attempts=i perTryTimeout=d retryOn=s retryRemoteLocalities=b retryIgnorePreviousHosts=b backoff=d
        MeshConfig.TLSConfig:
          minProtocolVersion=e:MeshConfig.TLSConfig.TLSProtocol ecdhCurves=[]s cipherSuites=[]s
        MeshConfig.DefaultTrafficPolicy:
          connectionPool=* outlierDetection=*
        ServiceEntryVisibility:
          defaultVisibility=e:ServiceEntryVisibility.Visibility applyToSidecars=b
          policies=[]ServiceEntryVisibility.Policy
        Tracing:
          zipkin=Tracing.Zipkin lightstep=Tracing.Lightstep datadog=Tracing.Datadog
          stackdriver=Tracing.Stackdriver openCensusAgent=Tracing.OpenCensusAgent customTags={}Tracing.CustomTag
          maxPathTagLength=i sampling=n:0:100 tlsSettings=* enableIstioTags=b
        SDS:
          enabled=b k8sSaJwtPath=s
        RemoteService:
          address=s tlsSettings=* tcpKeepalive=*
        Topology:
          numTrustedProxies=i forwardClientCertDetails=e:ForwardClientCertDetails
          proxyProtocol=Topology.ProxyProtocolConfiguration
        ReadinessProbe:
          initialDelaySeconds=i timeoutSeconds=i periodSeconds=i successThreshold=i failureThreshold=i
          httpGet=HTTPHealthCheckConfig tcpSocket=TCPHealthCheckConfig exec=ExecHealthCheckConfig
          grpc=GrpcHealthCheckConfig
        ProxyConfig.ProxyStatsMatcher:
          inclusionPrefixes=[]s inclusionSuffixes=[]s inclusionRegexps=[]s
        ProxyImage:
          imageType=s
        PrivateKeyProvider:
          cryptomb=PrivateKeyProvider.CryptoMb qat=PrivateKeyProvider.QAT
        ProxyConfig.ProxyHeaders:
          forwardedClientCert=e:ForwardClientCertDetails
          setCurrentClientCertDetails=ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails
          requestId=ProxyConfig.ProxyHeaders.RequestId server=ProxyConfig.ProxyHeaders.Server
          attemptCount=ProxyConfig.ProxyHeaders.AttemptCount
          envoyDebugHeaders=ProxyConfig.ProxyHeaders.EnvoyDebugHeaders
          metadataExchangeHeaders=ProxyConfig.ProxyHeaders.MetadataExchangeHeaders preserveHttp1HeaderCase=b
          xForwardedHost=ProxyConfig.ProxyHeaders.XForwardedHost
          xForwardedPort=ProxyConfig.ProxyHeaders.XForwardedPort
        ProxyConfig.ConnectionSettings:
          profile=e:ProxyConfig.ConnectionSettings.Profile listenerPerConnectionBufferLimitBytes=i
          clusterPerConnectionBufferLimitBytes=i httpIdleTimeout=d httpMaxConnectionDuration=d httpDrainTimeout=d
          httpRequestTimeout=d httpRequestHeadersTimeout=d httpStreamIdleTimeout=d httpMaxStreamDuration=d
          httpMaxConcurrentStreams=i http2InitialStreamWindowSize=i http2InitialConnectionWindowSize=i
          httpHeadersWithUnderscoresAction=e:ProxyConfig.ConnectionSettings.HeadersWithUnderscoresAction
          httpMergeSlashes=b
          httpPathWithEscapedSlashesAction=e:ProxyConfig.ConnectionSettings.PathWithEscapedSlashesAction
          listenerConnectionLimit=i globalDownstreamConnectionLimit=i
        MeshConfig.ServiceSettings.Settings:
          clusterLocal=b
        MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider:
          service=s port=i:0:65535 timeout=d pathPrefix=s failOpen=b clearRouteCache=b statusOnError=s
          includeHeadersInCheck=[]s includeRequestHeadersInCheck=[]s includeAdditionalHeadersInCheck={}s
          includeRequestBodyInCheck=MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody
          headersToUpstreamOnAllow=[]s headersToDownstreamOnDeny=[]s headersToDownstreamOnAllow=[]s
        MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider:
          service=s port=i:0:65535 timeout=d failOpen=b clearRouteCache=b statusOnError=s
          includeRequestBodyInCheck=MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody
        MeshConfig.ExtensionProvider.ZipkinTracingProvider:
          service=s port=i:0:65535 maxTagLength=i enable64bitTraceId=b path=s
          traceContextOption=e:MeshConfig.ExtensionProvider.ZipkinTracingProvider.TraceContextOption timeout=d
          headers=[]MeshConfig.ExtensionProvider.HttpHeader
        MeshConfig.ExtensionProvider.LightstepTracingProvider:
          service=s port=i:0:65535 accessToken=s maxTagLength=i
        MeshConfig.ExtensionProvider.DatadogTracingProvider:
          service=s port=i:0:65535 maxTagLength=i
        MeshConfig.ExtensionProvider.StackdriverProvider:
          debug=b maxNumberOfAttributes=i maxNumberOfAnnotations=i maxNumberOfMessageEvents=i maxTagLength=i
          logging=MeshConfig.ExtensionProvider.StackdriverProvider.Logging
        MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider:
          service=s port=i:0:65535 context=[]e:MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider.TraceContext
          maxTagLength=i
        MeshConfig.ExtensionProvider.SkyWalkingTracingProvider:
          service=s port=i:0:65535 accessToken=s
        MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider:
          service=s port=i:0:65535 maxTagLength=i http=MeshConfig.ExtensionProvider.HttpService
          grpc=MeshConfig.ExtensionProvider.GrpcService
          resourceDetectors=MeshConfig.ExtensionProvider.ResourceDetectors
          serviceAttributeEnrichment=e:MeshConfig.ExtensionProvider.ServiceAttributeEnrichment
          dynatraceSampler=MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler
        MeshConfig.ExtensionProvider.PrometheusMetricsProvider:
        MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider:
          path=s logFormat=MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat omitEmptyValues=b
        MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider:
          service=s port=i:0:65535 logName=s filterStateObjectsToLog=[]s additionalRequestHeadersToLog=[]s
          additionalResponseHeadersToLog=[]s additionalResponseTrailersToLog=[]s
        MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider:
          service=s port=i:0:65535 logName=s filterStateObjectsToLog=[]s
        MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider:
          service=s port=i:0:65535 logName=s
          logFormat=MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat
        MeshConfig.ExtensionProvider.SDSProvider:
          name=s service=s port=i:0:65535
        LabelSelectorRequirement:
          key=s operator=s values=[]s
        ServiceEntryVisibility.Policy:
          visibility=e:ServiceEntryVisibility.Visibility matchingRules=[]ServiceEntryVisibility.MatchRule
        Tracing.Zipkin:
          address=s
        Tracing.Lightstep:
          address=s accessToken=s
        Tracing.Datadog:
          address=s
        Tracing.Stackdriver:
          debug=b maxNumberOfAttributes=i maxNumberOfAnnotations=i maxNumberOfMessageEvents=i
        Tracing.OpenCensusAgent:
          address=s context=[]e:Tracing.OpenCensusAgent.TraceContext
        Tracing.CustomTag:
          literal=Tracing.Literal environment=Tracing.Environment header=Tracing.RequestHeader
        Topology.ProxyProtocolConfiguration:
        HTTPHealthCheckConfig:
          path=s port=i:0:65535 host=s scheme=s httpHeaders=[]HTTPHeader
        TCPHealthCheckConfig:
          host=s port=i:0:65535
        ExecHealthCheckConfig:
          command=[]s
        GrpcHealthCheckConfig:
          port=i:0:65535 service=s
        PrivateKeyProvider.CryptoMb:
          pollDelay=d fallback=b
        PrivateKeyProvider.QAT:
          pollDelay=d fallback=b
        ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails:
          subject=b cert=b chain=b dns=b uri=b
        ProxyConfig.ProxyHeaders.RequestId:
          disabled=b
        ProxyConfig.ProxyHeaders.Server:
          disabled=b value=s
        ProxyConfig.ProxyHeaders.AttemptCount:
          disabled=b
        ProxyConfig.ProxyHeaders.EnvoyDebugHeaders:
          disabled=b
        ProxyConfig.ProxyHeaders.MetadataExchangeHeaders:
          mode=e:ProxyConfig.ProxyHeaders.MetadataExchangeMode
        ProxyConfig.ProxyHeaders.XForwardedHost:
          enabled=b
        ProxyConfig.ProxyHeaders.XForwardedPort:
          enabled=b
        MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody:
          maxRequestBytes=i allowPartialMessage=b packAsBytes=b
        MeshConfig.ExtensionProvider.HttpHeader:
          name=s value=s envName=s
        MeshConfig.ExtensionProvider.StackdriverProvider.Logging:
          labels={}s
        MeshConfig.ExtensionProvider.HttpService:
          path=s timeout=d headers=[]MeshConfig.ExtensionProvider.HttpHeader
        MeshConfig.ExtensionProvider.GrpcService:
          timeout=d initialMetadata=[]MeshConfig.ExtensionProvider.HttpHeader
        MeshConfig.ExtensionProvider.ResourceDetectors:
          environment=MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector
          dynatrace=MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector
        MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler:
          tenant=s clusterId=i rootSpansPerMinute=i
          httpService=MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi
        MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat:
          text=s labels=*
        MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat:
          text=s labels=*
        ServiceEntryVisibility.MatchRule:
          namespaceSelector=LabelSelector
        Tracing.Literal:
          value=s
        Tracing.Environment:
          name=s defaultValue=s
        Tracing.RequestHeader:
          name=s defaultValue=s
        HTTPHeader:
          name=s value=s
        MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector:
        MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector:
        MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi:
          service=s port=i:0:65535 http=MeshConfig.ExtensionProvider.HttpService
        e:MeshConfig.IngressControllerMode:
          UNSPECIFIED OFF DEFAULT STRICT
        e:MeshConfig.AccessLogEncoding:
          TEXT JSON
        e:MeshConfig.H2UpgradePolicy:
          DO_NOT_UPGRADE UPGRADE
        e:ProxyConfig.TracingServiceName:
          APP_LABEL_AND_NAMESPACE CANONICAL_NAME_ONLY CANONICAL_NAME_AND_NAMESPACE
        e:AuthenticationPolicy:
          NONE MUTUAL_TLS INHERIT
        e:ProxyConfig.InboundInterceptionMode:
          REDIRECT TPROXY NONE
        e:MeshConfig.OutboundTrafficPolicy.Mode:
          REGISTRY_ONLY ALLOW_ANY ALLOW_ANY_DYNAMIC_DNS
        e:MeshConfig.InboundTrafficPolicy.Mode:
          PASSTHROUGH LOCALHOST
        e:Resource:
          SERVICE_REGISTRY
        e:MeshConfig.ServiceScopeConfigs.Scope:
          LOCAL GLOBAL
        e:MeshConfig.ProxyPathNormalization.NormalizationType:
          DEFAULT NONE BASE MERGE_SLASHES DECODE_AND_MERGE_SLASHES
        e:MeshConfig.TLSConfig.TLSProtocol:
          TLS_AUTO TLSV1_2 TLSV1_3
        e:ServiceEntryVisibility.Visibility:
          VISIBILITY_UNSPECIFIED NONE NAMESPACE PUBLIC
        e:ForwardClientCertDetails:
          UNDEFINED SANITIZE FORWARD_ONLY APPEND_FORWARD SANITIZE_SET ALWAYS_FORWARD_ONLY
        e:ProxyConfig.ConnectionSettings.Profile:
          SIDECAR EDGE
        e:ProxyConfig.ConnectionSettings.HeadersWithUnderscoresAction:
          HEADERS_WITH_UNDERSCORES_UNSPECIFIED HEADERS_WITH_UNDERSCORES_ALLOW
          HEADERS_WITH_UNDERSCORES_REJECT_REQUEST HEADERS_WITH_UNDERSCORES_DROP_HEADER
        e:ProxyConfig.ConnectionSettings.PathWithEscapedSlashesAction:
          PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED KEEP_UNCHANGED REJECT_REQUEST UNESCAPE_AND_REDIRECT
          UNESCAPE_AND_FORWARD
        e:MeshConfig.ExtensionProvider.ZipkinTracingProvider.TraceContextOption:
          USE_B3 USE_B3_WITH_W3C_PROPAGATION
        e:MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider.TraceContext:
          UNSPECIFIED W3C_TRACE_CONTEXT GRPC_BIN CLOUD_TRACE_CONTEXT B3
        e:MeshConfig.ExtensionProvider.ServiceAttributeEnrichment:
          ISTIO_CANONICAL OTEL_SEMANTIC_CONVENTIONS
        e:Tracing.OpenCensusAgent.TraceContext:
          UNSPECIFIED W3C_TRACE_CONTEXT GRPC_BIN CLOUD_TRACE_CONTEXT B3
        e:ProxyConfig.ProxyHeaders.MetadataExchangeMode:
          UNDEFINED IN_MESH
        """
}
