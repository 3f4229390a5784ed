extension IstioKindTable {
    /// The routes of VirtualService.
    static let virtualService = #"""
        VirtualService: How requests for hosts are routed.
          exportTo=[]s gateways=[]s hosts=[]s http=[]HTTPRoute tcp=[]TCPRoute tls=[]TLSRoute
          # hosts: The hosts that requests are for.
          # gateways: The gateways whose requests are routed; mesh stands for all sidecars.
          # http: Routes of HTTP requests; the first that matches is taken.
          # tls: Routes of TLS connections that are passed on as they are, by SNI.
          # tcp: Routes of other TCP connections.
          # exportTo: The namespaces that see it; a dot is its own, a star all.
        HTTPRoute: A route of HTTP requests.
          corsPolicy=CORSPolicy delegate=DelegateRoute directResponse=DirectResponse fault=FaultInjection
          headers=Headers match=[]HTTPMatch mirror=Destination mirror_percent=u32? mirrorPercent=u32?
          mirrorPercentage=Percent mirrors=[]MirrorPolicy name=s redirect=Redirect retries=RetryPolicy
          rewrite=Rewrite route=[]WeightedHTTPDestination timeout=Duration
          # match: Which requests it is for; one of them is enough, none means all.
          # route: Where requests go, by weight.
          # redirect: Answers with a redirect.
          # directResponse: Answers by itself.
          # delegate: Another VirtualService whose routes are used.
          # rewrite: Changes path or host before requests go on.
          # timeout: How long a request may take.
          # retries: How failed requests are sent again.
          # fault: Delays or fails a share of the requests, for tests.
          # mirrors: Hosts that get copies of the requests.
          # corsPolicy: What pages of other origins may do.
          # headers: Header changes.
        CORSPolicy:
          allowCredentials=b? allowHeaders=[]s allowMethods=[]s allowOrigin=[]s allowOrigins=[]StringMatch
          exposeHeaders=[]s maxAge=Duration unmatchedPreflights=e:UNSPECIFIED|FORWARD|IGNORE
        StringMatch: How a text has to be.
          exact=s prefix=s regex=s
          | exact prefix regex
        DelegateRoute:
          name=s namespace=s
        DirectResponse:
          body=ResponseBody status!=u32
        ResponseBody:
          bytes=bytes string=s
          | string bytes
        FaultInjection:
          abort=FaultAbort delay=FaultDelay
        FaultAbort:
          grpcStatus=s http2Error=s httpStatus=i32 percentage=Percent
          | httpStatus grpcStatus http2Error
        Percent:
          value=n
        FaultDelay:
          exponentialDelay=Duration fixedDelay=Duration percent=i32 percentage=Percent
          | fixedDelay exponentialDelay
        HTTPMatch:
          authority=StringMatch gateways=[]s headers={}StringMatch ignoreUriCase=b method=StringMatch name=s
          port=u32 queryParams={}StringMatch scheme=StringMatch sourceLabels={}s sourceNamespace=s statPrefix=s
          uri=StringMatch withoutHeaders={}StringMatch
        Headers:
          request=HeaderOperations response=HeaderOperations
        HeaderOperations:
          add={}s remove=[]s set={}s
        MirrorPolicy:
          destination!=Destination percentage=Percent
        Redirect:
          authority=s derivePort=e:FROM_PROTOCOL_DEFAULT|FROM_REQUEST_PORT port=u32 prefixRewrite=s
          redirectCode=u32 scheme=s uri=s
          | port derivePort
        RetryPolicy:
          attempts=i32 backoff=Duration perTryTimeout=Duration retryIgnorePreviousHosts=b? retryOn=s
          retryRemoteLocalities=b?
        Rewrite:
          authority=s uri=s uriRegexRewrite=RegexRewrite
        RegexRewrite:
          match=s rewrite=s
        WeightedHTTPDestination: A share of the requests.
          destination!=Destination headers=Headers weight=i32
          # destination: The service that gets them.
          # weight: The share, in proportion to the sum of all weights.
        TCPRoute:
          match=[]TCPMatch route=[]WeightedDestination
        TCPMatch:
          destinationSubnets=[]s gateways=[]s port=u32 sourceLabels={}s sourceNamespace=s sourceSubnet=s
        WeightedDestination:
          destination!=Destination weight=i32
        TLSRoute:
          match!=[]TLSMatch route=[]WeightedDestination
        TLSMatch:
          destinationSubnets=[]s gateways=[]s port=u32 sniHosts!=[]s sourceLabels={}s sourceNamespace=s
        """#
}
