extension IstioKindTable {
    /// The kinds of `security.istio.io`.
    static let security = #"""
        AuthorizationPolicy: Who may do what with workloads.
          action=e:ALLOW|DENY|AUDIT|CUSTOM provider=NamedMatch rules=[..512]AuthorizationRule
          selector=LabelSelector targetRef=TargetReference targetRefs=[..16]TargetReference
          # selector: The pods it is for; none means all of the namespace.
          # targetRefs: The gateways or services it is for.
          # targetRef: The gateway or service it is for.
          # action: What happens to requests that match.
          # rules: Which requests match; one of them is enough.
          # provider: Who decides, for CUSTOM.
          | provider
          ? only one of targetRefs or selector can be set
            (has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1
        AuthorizationRule:
          from=[..512]RuleSource to=[]RuleTarget when=[]RuleCondition
        RuleCondition:
          key!=s notValues=[]s values=[]s
        RuleSource:
          source=RequestSource
        RequestSource:
          ipBlocks=[]s namespaces=[]s notIpBlocks=[]s notNamespaces=[]s notPrincipals=[]s notRemoteIpBlocks=[]s
          notRequestPrincipals=[]s notServiceAccounts=[..16]s:..320 notTrustDomains=[]s principals=[]s
          remoteIpBlocks=[]s requestPrincipals=[]s serviceAccounts=[..16]s:..320 trustDomains=[]s
          ? Cannot set serviceAccounts with namespaces or principals
            (has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) &&
            !has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true
        RuleTarget:
          operation=RequestOperation
        RequestOperation:
          hosts=[]s methods=[]s notHosts=[]s notMethods=[]s notPaths=[]s notPorts=[]s paths=[]s ports=[]s
        PeerAuthentication: Whether peers have to use mutual TLS.
          mtls=MutualTLS portLevelMtls=PortMutualTLS selector=LabelSelector
          # selector: The pods it is for; none means all of the namespace.
          # mtls: The mode of all ports.
          # portLevelMtls: The modes of single ports.
          ? portLevelMtls requires selector
            has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ?
            self.selector.matchLabels : {}).size() > 0) : true
        MutualTLS:
          mode=e:UNSET|DISABLE|PERMISSIVE|STRICT
        PortMutualTLS = {1..}MutualTLS
          ? port must be between 1-65535
            self.all(key, 0 < int(key) && int(key) <= 65535)
        RequestAuthentication: Which JSON Web Tokens are accepted.
          jwtRules=[..4096]JWTRule selector=LabelSelector targetRef=TargetReference
          targetRefs=[..16]TargetReference
          # selector: The pods it is for; none means all of the namespace.
          # targetRefs: The gateways or services it is for.
          # targetRef: The gateway or service it is for.
          # jwtRules: The issuers and where their tokens are found.
          ? only one of targetRefs or selector can be set
            (has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1
        JWTRule:
          audiences=[]s:1.. forwardOriginalToken=b fromCookies=[]s:1.. fromHeaders=[]JWTHeader
          fromParams=[]s:1.. issuer=s:1.. jwks=s jwks_uri=JWKSAddress jwksUri=JWKSAddress
          outputClaimToHeaders=[]ClaimToHeader outputPayloadToHeader=s presence=e:OPTIONAL|REQUIRED
          spaceDelimitedClaims=[..64]s:1.. timeout=Duration
          ? only one of jwks or jwksUri can be set
            (has(self.jwksUri) ? 1 : 0) + (has(self.jwks_uri) ? 1 : 0) + (has(self.jwks) ? 1 : 0) <= 1
        ClaimToHeader:
          claim!=s:1.. header!=ClaimHeaderName
        ClaimHeaderName = s:1..
          ~ ^[-_A-Za-z0-9]+$
        JWKSAddress = s:1..2048
          ? url must have scheme http:// or https://
            url(self).getScheme() in ["http", "https"]
        JWTHeader:
          name!=s:1.. prefix=s
        """#
}
