extension NativeDefinitionText {
    static let core = #"""
        package io.k8s.api.core.v1 core
        AttachedVolume
          devicePath! string; name! string
        Binding  # Ties a pod to a node.
          apiVersion string; kind string; metadata meta.ObjectMeta; target! ObjectReference
        ClientIPConfig
          timeoutSeconds int32
        ConfigMap  # Configuration as keys and values that pods can read.
          apiVersion string
          binaryData {bytes}  # Binary values by key, base64.
          data {string}  # Text values by key.
          immutable bool  # Refuse changes of the data.
          kind string; metadata meta.ObjectMeta
        ConfigMapNodeConfigSource
          kubeletConfigKey! string; name! string; namespace! string; resourceVersion string; uid string
        ContainerImage
          names [string]; sizeBytes int64
        DaemonEndpoint
          Port! int32
        EndpointAddress atomic
          hostname string; ip! string; nodeName string; targetRef ObjectReference
        EndpointPort atomic
          appProtocol string; name string; port! int32; protocol string
        EndpointSubset
          addresses [EndpointAddress]; notReadyAddresses [EndpointAddress]; ports [EndpointPort]
        Endpoints  # The addresses behind a service. Superseded by EndpointSlice.
          apiVersion string; kind string; metadata meta.ObjectMeta; subsets [EndpointSubset]
        Event  # A report of something that happened to an object.
          action string; apiVersion string; count int32; eventTime microTime; firstTimestamp time
          involvedObject! ObjectReference; kind string; lastTimestamp time; message string
          metadata! meta.ObjectMeta; reason string; related ObjectReference; reportingComponent string
          reportingInstance string; series EventSeries; source EventSource; type string
        EventSeries
          count int32; lastObservedTime microTime
        EventSource
          component string; host string
        LimitRange  # Limits and defaults for the resources of single pods and containers of a namespace.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec LimitRangeSpec  # The state wanted.
        LimitRangeItem
          default {quantity}; defaultRequest {quantity}; max {quantity}; maxLimitRequestRatio {quantity}
          min {quantity}; type! string
        LimitRangeSpec
          limits! [LimitRangeItem]
        LoadBalancerIngress
          hostname string; ip string; ipMode string; ports [PortStatus]
        LoadBalancerStatus
          ingress [LoadBalancerIngress]
        Namespace  # A scope for names; most kinds live inside one.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec NamespaceSpec  # The state wanted.
          status NamespaceStatus  # The state observed; written by controllers.
        NamespaceCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        NamespaceSpec
          finalizers [string]
        NamespaceStatus
          conditions [NamespaceCondition] key:type; phase string
        Node  # A machine that runs pods.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec NodeSpec  # The state wanted.
          status NodeStatus  # The state observed; written by controllers.
        NodeAddress
          address! string; type! string
        NodeCondition
          lastHeartbeatTime time; lastTransitionTime time; message string; reason string; status! string
          type! string
        NodeConfigSource
          configMap ConfigMapNodeConfigSource
        NodeConfigStatus
          active NodeConfigSource; assigned NodeConfigSource; error string; lastKnownGood NodeConfigSource
        NodeDaemonEndpoints
          kubeletEndpoint DaemonEndpoint
        NodeFeatures
          supplementalGroupsPolicy bool
        NodeRuntimeHandler
          features NodeRuntimeHandlerFeatures; name string
        NodeRuntimeHandlerFeatures
          recursiveReadOnlyMounts bool; userNamespaces bool
        NodeSpec
          configSource NodeConfigSource; externalID string; podCIDR string; podCIDRs [string] set merge
          providerID string; taints [Taint]; unschedulable bool
        NodeStatus
          addresses [NodeAddress] key:type; allocatable {quantity}; capacity {quantity}
          conditions [NodeCondition] key:type; config NodeConfigStatus; daemonEndpoints NodeDaemonEndpoints
          features NodeFeatures; images [ContainerImage]; nodeInfo NodeSystemInfo; phase string
          runtimeHandlers [NodeRuntimeHandler]; volumesAttached [AttachedVolume]; volumesInUse [string]
        NodeSwapStatus
          capacity int64
        NodeSystemInfo
          architecture! string; bootID! string; containerRuntimeVersion! string; kernelVersion! string
          kubeProxyVersion! string; kubeletVersion! string; machineID! string; operatingSystem! string
          osImage! string; swap NodeSwapStatus; systemUUID! string
        PortStatus
          error string; port! int32; protocol! string
        ReplicationController  # Keeps a number of equal pods running. Superseded by ReplicaSet.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ReplicationControllerSpec  # The state wanted.
          status ReplicationControllerStatus  # The state observed; written by controllers.
        ReplicationControllerCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        ReplicationControllerSpec
          minReadySeconds int32; replicas int32; selector {string} atomic; template PodTemplateSpec
        ReplicationControllerStatus
          availableReplicas int32; conditions [ReplicationControllerCondition] key:type
          fullyLabeledReplicas int32
          observedGeneration int64  # The generation of the spec that the status describes.
          readyReplicas int32; replicas! int32
        ResourceQuota  # A ceiling on what the objects of one namespace may use together.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ResourceQuotaSpec  # The state wanted.
          status ResourceQuotaStatus  # The state observed; written by controllers.
        ResourceQuotaSpec
          hard {quantity}; scopeSelector ScopeSelector; scopes [string]
        ResourceQuotaStatus
          hard {quantity}; used {quantity}
        ScopeSelector atomic
          matchExpressions [ScopedResourceSelectorRequirement]
        ScopedResourceSelectorRequirement
          operator! string; scopeName! string; values [string]
        Secret  # Small confidential data, such as passwords and certificates.
          apiVersion string
          data {bytes}  # Values by key, base64.
          immutable bool; kind string; metadata meta.ObjectMeta
          stringData {string}  # Values by key as text; written into data.
          type string  # What the secret holds. Defaults to Opaque.
        Service  # A stable name and address in front of a set of pods.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ServiceSpec  # The state wanted.
          status ServiceStatus  # The state observed; written by controllers.
        ServiceAccount  # An identity for processes that run in pods.
          apiVersion string; automountServiceAccountToken bool; imagePullSecrets [LocalObjectReference]
          kind string; metadata meta.ObjectMeta; secrets [ObjectReference] key:name
        ServicePort
          appProtocol string; name string
          nodePort int32  # The port on every node, for NodePort and LoadBalancer.
          port! int32  # The port of the service.
          protocol string =TCP enum:SCTP|TCP|UDP
          targetPort intOrString  # The port, or its name, on the pods. Defaults to port.
        ServiceSpec  # How a service is reached and which pods stand behind it.
          allocateLoadBalancerNodePorts bool
          clusterIP string  # The address inside the cluster; None for a headless service.
          clusterIPs [string]; externalIPs [string]
          externalName string  # The name that an ExternalName service points to.
          externalTrafficPolicy string enum:Cluster|Local; healthCheckNodePort int32
          internalTrafficPolicy string enum:Cluster|Local; ipFamilies [string]
          ipFamilyPolicy string enum:PreferDualStack|RequireDualStack|SingleStack; loadBalancerClass string
          loadBalancerIP string; loadBalancerSourceRanges [string]
          ports [ServicePort] key:port,protocol  # The ports of the service.
          publishNotReadyAddresses bool
          selector {string} atomic  # Labels of the pods behind the service.
          sessionAffinity string enum:ClientIP|None; sessionAffinityConfig SessionAffinityConfig
          trafficDistribution string
          type string enum:ClusterIP|ExternalName|LoadBalancer|NodePort  # How it is exposed. Defaults to ClusterIP.
        ServiceStatus
          conditions [meta.Condition] key:type; loadBalancer LoadBalancerStatus
        SessionAffinityConfig
          clientIP ClientIPConfig
        Taint
          effect! string enum:NoExecute|NoSchedule|PreferNoSchedule; key! string; timeAdded time; value string
        TopologySelectorLabelRequirement
          key! string; values! [string]
        TopologySelectorTerm atomic
          matchLabelExpressions [TopologySelectorLabelRequirement]
        """#
}
