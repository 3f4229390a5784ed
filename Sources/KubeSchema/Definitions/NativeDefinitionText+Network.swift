extension NativeDefinitionText {
    static let network = #"""
        package io.k8s.api.networking.v1 networking
        HTTPIngressPath
          backend! IngressBackend; path string; pathType! string enum:Exact|ImplementationSpecific|Prefix
        HTTPIngressRuleValue
          paths! [HTTPIngressPath]
        IPBlock
          cidr! string; except [string]
        Ingress  # HTTP routing from outside the cluster to services.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec IngressSpec  # The state wanted.
          status IngressStatus  # The state observed; written by controllers.
        IngressBackend
          resource core.TypedLocalObjectReference; service IngressServiceBackend
        IngressClass  # Which controller implements a class of Ingress.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec IngressClassSpec  # The state wanted.
        IngressClassParametersReference
          apiGroup string; kind! string; name! string; namespace string; scope string
        IngressClassSpec
          controller string; parameters IngressClassParametersReference
        IngressLoadBalancerIngress
          hostname string; ip string; ports [IngressPortStatus]
        IngressLoadBalancerStatus
          ingress [IngressLoadBalancerIngress]
        IngressPortStatus
          error string; port! int32; protocol! string
        IngressRule
          host string; http HTTPIngressRuleValue
        IngressServiceBackend
          name! string; port ServiceBackendPort
        IngressSpec
          defaultBackend IngressBackend; ingressClassName string; rules [IngressRule]; tls [IngressTLS]
        IngressStatus
          loadBalancer IngressLoadBalancerStatus
        IngressTLS
          hosts [string]; secretName string
        NetworkPolicy  # What network traffic a set of pods may send and receive.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec NetworkPolicySpec  # The state wanted.
        NetworkPolicyEgressRule
          ports [NetworkPolicyPort]; to [NetworkPolicyPeer]
        NetworkPolicyIngressRule
          from [NetworkPolicyPeer]; ports [NetworkPolicyPort]
        NetworkPolicyPeer
          ipBlock IPBlock; namespaceSelector meta.LabelSelector; podSelector meta.LabelSelector
        NetworkPolicyPort
          endPort int32; port intOrString; protocol string
        NetworkPolicySpec
          egress [NetworkPolicyEgressRule]; ingress [NetworkPolicyIngressRule]; podSelector meta.LabelSelector
          policyTypes [string]
        ServiceBackendPort atomic
          name string; number int32
        package io.k8s.api.discovery.v1 discovery
        Endpoint
          addresses! [string] set; conditions EndpointConditions; deprecatedTopology {string}
          hints EndpointHints; hostname string; nodeName string; targetRef core.ObjectReference; zone string
        EndpointConditions
          ready bool; serving bool; terminating bool
        EndpointHints
          forNodes [ForNode]; forZones [ForZone]
        EndpointPort atomic
          appProtocol string; name string; port int32; protocol string
        EndpointSlice  # A part of the addresses behind a service.
          addressType! string enum:FQDN|IPv4|IPv6; apiVersion string; endpoints! [Endpoint]; kind string
          metadata meta.ObjectMeta; ports [EndpointPort]
        ForNode
          name! string
        ForZone
          name! string
        """#
}
