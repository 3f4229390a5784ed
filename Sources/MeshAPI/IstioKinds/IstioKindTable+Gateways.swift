extension IstioKindTable {
    /// Gateway and Sidecar.
    static let gateways = #"""
        Gateway: Ports that proxies at the edge of the mesh listen on.
          selector={}s servers=[]Server
          # selector: The labels of the pods that listen.
          # servers: The ports with their hosts and TLS.
        Server: A port with the hosts it takes.
          bind=s defaultEndpoint=s hosts!=[]s name=s port!=ServerPort tls=ServerTLS
          # hosts: The hosts, each with a namespace before it where wanted.
          # port: The port.
          # tls: How TLS is ended or passed on.
        ServerPort:
          name!=s number!=u32 protocol!=s targetPort=u32
        ServerTLS:
          caCertCredentialName=s caCertificates=s caCrl=s cipherSuites=[]s credentialName=s
          credentialNames=[1..2]s ecdhCurves=[]s httpsRedirect=b insecureSkipVerify=b?
          maxProtocolVersion=TLSVersion minProtocolVersion=TLSVersion mode=ServerTLSMode privateKey=s
          serverCertificate=s subjectAltNames=[]s tlsCertificates=[1..2]TLSCertificate verifyCertificateHash=[]s
          verifyCertificateSpki=[]s
          ? only one of credentialNames or tlsCertificates can be set
            (has(self.tlsCertificates) ? 1 : 0) + (has(self.credentialNames) ? 1 : 0) <= 1
          ? only one of credentialName or credentialNames can be set
            (has(self.credentialName) ? 1 : 0) + (has(self.credentialNames) ? 1 : 0) <= 1
          ? only one of credentialName or tlsCertificates can be set
            (has(self.credentialNames) ? 1 : 0) + (has(self.tlsCertificates) ? 1 : 0) <= 1
        ServerTLSMode = w PASSTHROUGH SIMPLE MUTUAL AUTO_PASSTHROUGH ISTIO_MUTUAL OPTIONAL_MUTUAL
        TLSCertificate:
          caCertificates=s privateKey=s serverCertificate=s
        TLSVersion = w TLS_AUTO TLSV1_0 TLSV1_1 TLSV1_2 TLSV1_3
        Sidecar: What a sidecar takes in and what it can reach.
          egress=[]EgressListener inboundConnectionPool=ConnectionPool ingress=[]IngressListener
          outboundTrafficPolicy=OutboundTrafficPolicy workloadSelector=WorkloadSelector
          # workloadSelector: The pods it is for; none means all of the namespace.
          # ingress: The ports it takes in.
          # egress: The hosts it can reach.
          # outboundTrafficPolicy: What happens to traffic for unknown hosts.
          # inboundConnectionPool: Limits of what it takes in.
        EgressListener:
          bind=s captureMode=CaptureMode hosts!=[]s port=SidecarPort
        CaptureMode = w DEFAULT IPTABLES NONE
        SidecarPort:
          name=s number=u32 protocol=s targetPort=u32
        IngressListener:
          bind=s captureMode=CaptureMode connectionPool=ConnectionPool defaultEndpoint=s port!=SidecarPort
          tls=ServerTLS
        OutboundTrafficPolicy:
          egressProxy=Destination mode=e:REGISTRY_ONLY|ALLOW_ANY
        """#
}
