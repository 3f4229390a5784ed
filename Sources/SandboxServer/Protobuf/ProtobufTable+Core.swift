// Field numbers and types as the `generated.proto` files and Go types of Kubernetes 1.36 define them.
extension ProtobufTable {
    /// The messages of core/v1 and meta/v1, first half.
    static let coreText = """
        core.Namespace: 1 metadata meta.ObjectMeta; 2 spec core.NamespaceSpec; 3 status core.NamespaceStatus
        core.Pod: 1 metadata meta.ObjectMeta; 2 spec core.PodSpec; 3 status core.PodStatus
        core.ConfigMap: 1 metadata meta.ObjectMeta; 4? immutable b; 2 data {s; 3 binaryData {y
        core.Secret: 1 metadata meta.ObjectMeta; 5? immutable b; 2 data {y; 4 stringData {s; 3 type s
        core.Service: 1 metadata meta.ObjectMeta; 2 spec core.ServiceSpec; 3 status core.ServiceStatus
        core.ServiceAccount: 1 metadata meta.ObjectMeta; 2* secrets core.ObjectReference; 3* imagePullSecrets
          core.LocalObjectReference; 4? automountServiceAccountToken b
        core.Node: 1 metadata meta.ObjectMeta; 2 spec core.NodeSpec; 3 status core.NodeStatus
        core.Event: 1! metadata meta.ObjectMeta; 2! involvedObject core.ObjectReference; 3 reason s; 4 message
          s; 5 source core.EventSource; 6 firstTimestamp T; 7 lastTimestamp T; 8 count i; 9 type s; 10 eventTime
          U; 11? series core.EventSeries; 12 action s; 13? related core.ObjectReference; 14! reportingComponent
          s; 15! reportingInstance s
        core.ResourceQuota: 1 metadata meta.ObjectMeta; 2 spec core.ResourceQuotaSpec; 3 status
          core.ResourceQuotaStatus
        core.LimitRange: 1 metadata meta.ObjectMeta; 2 spec core.LimitRangeSpec
        core.Binding: 1 metadata meta.ObjectMeta; 2! target core.ObjectReference
        core.Endpoints: 1 metadata meta.ObjectMeta; 2* subsets core.EndpointSubset
        core.PersistentVolumeClaim: 1 metadata meta.ObjectMeta; 2 spec core.PersistentVolumeClaimSpec; 3 status
          core.PersistentVolumeClaimStatus
        meta.DeleteOptions: 1? gracePeriodSeconds i; 2? preconditions meta.Preconditions; 3? orphanDependents b;
          4? propagationPolicy s; 5* dryRun s; 6? ignoreStoreReadErrorWithClusterBreakingPotential b
        meta.ObjectMeta: 1 name s; 2 generateName s; 3 namespace s; 4 selfLink s; 5 uid s; 6 resourceVersion s;
          7 generation i; 8 creationTimestamp T; 9? deletionTimestamp T; 10? deletionGracePeriodSeconds i; 11
          labels {s; 12 annotations {s; 13* ownerReferences meta.OwnerReference; 14* finalizers s; 17*
          managedFields meta.ManagedFieldsEntry
        core.NamespaceSpec: 1* finalizers s
        core.NamespaceStatus: 1 phase s; 2* conditions core.NamespaceCondition
        core.PodSpec: 1* volumes core.Volume; 20* initContainers core.Container; 2*! containers core.Container;
          34* ephemeralContainers core.EphemeralContainer; 3 restartPolicy s; 4? terminationGracePeriodSeconds
          i; 5? activeDeadlineSeconds i; 6 dnsPolicy s; 7 nodeSelector {s; 8 serviceAccountName s; 9
          serviceAccount s; 21? automountServiceAccountToken b; 10 nodeName s; 11 hostNetwork b; 12 hostPID b;
          13 hostIPC b; 27? shareProcessNamespace b; 14? securityContext core.PodSecurityContext; 15*
          imagePullSecrets core.LocalObjectReference; 16 hostname s; 17 subdomain s; 18? affinity core.Affinity;
          19 schedulerName s; 22* tolerations core.Toleration; 23* hostAliases core.HostAlias; 24
          priorityClassName s; 25? priority i; 26? dnsConfig core.PodDNSConfig; 28* readinessGates
          core.PodReadinessGate; 29? runtimeClassName s; 30? enableServiceLinks b; 31? preemptionPolicy s; 32
          overhead {Q; 33* topologySpreadConstraints core.TopologySpreadConstraint; 35? setHostnameAsFQDN b; 36?
          os core.PodOS; 37? hostUsers b; 38* schedulingGates core.PodSchedulingGate; 39* resourceClaims
          core.PodResourceClaim; 40? resources core.ResourceRequirements; 41? hostnameOverride s; 43?
          schedulingGroup core.PodSchedulingGroup; 44* evictionResponders core.EvictionResponder
        core.PodStatus: 17 observedGeneration i; 1 phase s; 2* conditions core.PodCondition; 3 message s; 4
          reason s; 11 nominatedNodeName s; 5 hostIP s; 16* hostIPs core.HostIP; 6 podIP s; 12* podIPs
          core.PodIP; 7? startTime T; 10* initContainerStatuses core.ContainerStatus; 8* containerStatuses
          core.ContainerStatus; 9 qosClass s; 13* ephemeralContainerStatuses core.ContainerStatus; 14 resize s;
          15* resourceClaimStatuses core.PodResourceClaimStatus; 18? extendedResourceClaimStatus
          core.PodExtendedResourceClaimStatus; 19 allocatedResources {Q; 20? resources
          core.ResourceRequirements; 21* nodeAllocatableResourceClaimStatuses
          core.NodeAllocatableResourceClaimStatus; 22* volumeHealth core.PodVolumeHealth
        core.ServiceSpec: 1* ports core.ServicePort; 2 selector {s; 3 clusterIP s; 18* clusterIPs s; 4 type s;
          5* externalIPs s; 7 sessionAffinity s; 8 loadBalancerIP s; 9* loadBalancerSourceRanges s; 10
          externalName s; 11 externalTrafficPolicy s; 12 healthCheckNodePort i; 13 publishNotReadyAddresses b;
          14? sessionAffinityConfig core.SessionAffinityConfig; 19* ipFamilies s; 17? ipFamilyPolicy s; 20?
          allocateLoadBalancerNodePorts b; 21? loadBalancerClass s; 22? internalTrafficPolicy s; 23?
          trafficDistribution s
        core.ServiceStatus: 1 loadBalancer core.LoadBalancerStatus; 2* conditions meta.Condition
        core.ObjectReference: 1 kind s; 2 namespace s; 3 name s; 4 uid s; 5 apiVersion s; 6 resourceVersion s; 7
          fieldPath s
        core.LocalObjectReference: 1 name s
        core.NodeSpec: 1 podCIDR s; 7* podCIDRs s; 3 providerID s; 4 unschedulable b; 5* taints core.Taint; 6?
          configSource core.NodeConfigSource; 2 externalID s; 8? podPreemptionPolicy
          core.NodePodPreemptionPolicy
        core.NodeStatus: 1 capacity {Q; 2 allocatable {Q; 3 phase s; 4* conditions core.NodeCondition; 5*
          addresses core.NodeAddress; 6 daemonEndpoints core.NodeDaemonEndpoints; 7 nodeInfo
          core.NodeSystemInfo; 8* images core.ContainerImage; 9* volumesInUse s; 10* volumesAttached
          core.AttachedVolume; 11? config core.NodeConfigStatus; 12* runtimeHandlers core.NodeRuntimeHandler;
          13? features core.NodeFeatures; 14* declaredFeatures s
        core.EventSource: 1 component s; 2 host s
        core.EventSeries: 1 count i; 2 lastObservedTime U
        core.ResourceQuotaSpec: 1 hard {Q; 2* scopes s; 3? scopeSelector core.ScopeSelector
        core.ResourceQuotaStatus: 1 hard {Q; 2 used {Q
        core.LimitRangeSpec: 1*! limits core.LimitRangeItem
        core.EndpointSubset: 1* addresses core.EndpointAddress; 2* notReadyAddresses core.EndpointAddress; 3*
          ports core.EndpointPort
        core.PersistentVolumeClaimSpec: 1* accessModes s; 4? selector meta.LabelSelector; 2 resources
          core.VolumeResourceRequirements; 3 volumeName s; 5? storageClassName s; 6? volumeMode s; 7? dataSource
          core.TypedLocalObjectReference; 8? dataSourceRef core.TypedObjectReference; 9?
          volumeAttributesClassName s
        core.PersistentVolumeClaimStatus: 1 phase s; 2* accessModes s; 3 capacity {Q; 4* conditions
          core.PersistentVolumeClaimCondition; 5 allocatedResources {Q; 7 allocatedResourceStatuses {s; 8?
          currentVolumeAttributesClassName s; 9? modifyVolumeStatus core.ModifyVolumeStatus; 10? healthStatus
          core.VolumeHealthStatus
        meta.Preconditions: 1? uid s; 2? resourceVersion s
        meta.OwnerReference: 5! apiVersion s; 1! kind s; 3! name s; 4! uid s; 6? controller b; 7?
          blockOwnerDeletion b
        meta.ManagedFieldsEntry: 1 manager s; 2 operation s; 3 apiVersion s; 4? time T; 6 fieldsType s; 7?
          fieldsV1 R; 8 subresource s
        core.NamespaceCondition: 1! type s; 2! status s; 4 lastTransitionTime T; 5 reason s; 6 message s
        core.Volume: 1! name s; 2! = core.VolumeSource
        core.Container: 1! name s; 2 image s; 3* command s; 4* args s; 5 workingDir s; 6* ports
          core.ContainerPort; 19* envFrom core.EnvFromSource; 7* env core.EnvVar; 8 resources
          core.ResourceRequirements; 23* resizePolicy core.ContainerResizePolicy; 24? restartPolicy s; 25*
          restartPolicyRules core.ContainerRestartRule; 9* volumeMounts core.VolumeMount; 21* volumeDevices
          core.VolumeDevice; 10? livenessProbe core.Probe; 11? readinessProbe core.Probe; 22? startupProbe
          core.Probe; 12? lifecycle core.Lifecycle; 13 terminationMessagePath s; 20 terminationMessagePolicy s;
          14 imagePullPolicy s; 15? securityContext core.SecurityContext; 16 stdin b; 17 stdinOnce b; 18 tty b
        core.EphemeralContainer: 1! = core.EphemeralContainerCommon; 2 targetContainerName s
        core.PodSecurityContext: 1? seLinuxOptions core.SELinuxOptions; 8? windowsOptions
          core.WindowsSecurityContextOptions; 2? runAsUser i; 6? runAsGroup i; 3? runAsNonRoot b; 4*
          supplementalGroups i; 12? supplementalGroupsPolicy s; 5? fsGroup i; 7* sysctls core.Sysctl; 9?
          fsGroupChangePolicy s; 10? seccompProfile core.SeccompProfile; 11? appArmorProfile
          core.AppArmorProfile; 13? seLinuxChangePolicy s
        core.Affinity: 1? nodeAffinity core.NodeAffinity; 2? podAffinity core.PodAffinity; 3? podAntiAffinity
          core.PodAntiAffinity
        core.Toleration: 1 key s; 2 operator s; 3 value s; 4 effect s; 5? tolerationSeconds i
        core.HostAlias: 1! ip s; 2* hostnames s
        core.PodDNSConfig: 1* nameservers s; 2* searches s; 3* options core.PodDNSConfigOption
        core.PodReadinessGate: 1! conditionType s
        core.TopologySpreadConstraint: 1! maxSkew i; 2! topologyKey s; 3! whenUnsatisfiable s; 4? labelSelector
          meta.LabelSelector; 5? minDomains i; 6? nodeAffinityPolicy s; 7? nodeTaintsPolicy s; 8* matchLabelKeys
          s
        core.PodOS: 1! name s
        core.PodSchedulingGate: 1! name s
        core.PodResourceClaim: 1! name s; 3? resourceClaimName s; 4? resourceClaimTemplateName s
        core.ResourceRequirements: 1 limits {Q; 2 requests {Q; 3* claims core.ResourceClaim
        core.PodSchedulingGroup: 1? podGroupName s
        core.EvictionResponder: 1! name s; 2? priority i
        core.PodCondition: 1! type s; 7 observedGeneration i; 2! status s; 3 lastProbeTime T; 4
          lastTransitionTime T; 5 reason s; 6 message s
        core.HostIP: 1! ip s
        core.PodIP: 1! ip s
        core.ContainerStatus: 1! name s; 2 state core.ContainerState; 3 lastState core.ContainerState; 4! ready
          b; 5! restartCount i; 6! image s; 7! imageID s; 8 containerID s; 9? started b; 10 allocatedResources
          {Q; 11? resources core.ResourceRequirements; 12* volumeMounts core.VolumeMountStatus; 13? user
          core.ContainerUser; 14* allocatedResourcesStatus core.ResourceStatus; 15? stopSignal s
        core.PodResourceClaimStatus: 1! name s; 2? resourceClaimName s
        core.PodExtendedResourceClaimStatus: 1*! requestMappings core.ContainerExtendedResourceRequest; 2!
          resourceClaimName s
        core.NodeAllocatableResourceClaimStatus: 1! resourceClaimName s; 2* containers s; 4* mapping
          core.NodeAllocatableMappedResources; 5* overhead core.NodeAllocatableOverheadResources
        core.PodVolumeHealth: 1! name s; 2* healthConditions core.VolumeHealthCondition; 3 lastTransitionTime T
        core.ServicePort: 1 name s; 2 protocol s; 6? appProtocol s; 3! port i; 4 targetPort I; 5 nodePort i
        core.SessionAffinityConfig: 1? clientIP core.ClientIPConfig
        core.LoadBalancerStatus: 1* ingress core.LoadBalancerIngress
        meta.Condition: 1! type s; 2! status s; 3 observedGeneration i; 4! lastTransitionTime T; 5! reason s; 6!
          message s
        core.Taint: 1! key s; 2 value s; 3! effect s; 4? timeAdded T
        core.NodeConfigSource: 2? configMap core.ConfigMapNodeConfigSource
        core.NodePodPreemptionPolicy: 1* disableResizePreemption s
        core.NodeCondition: 1! type s; 2! status s; 3 lastHeartbeatTime T; 4 lastTransitionTime T; 5 reason s; 6
          message s
        core.NodeAddress: 1! type s; 2! address s
        core.NodeDaemonEndpoints: 1 kubeletEndpoint core.DaemonEndpoint
        core.NodeSystemInfo: 1! machineID s; 2! systemUUID s; 3! bootID s; 4! kernelVersion s; 5! osImage s; 6!
          containerRuntimeVersion s; 7! kubeletVersion s; 8! kubeProxyVersion s; 9! operatingSystem s; 10!
          architecture s; 11? swap core.NodeSwapStatus
        core.ContainerImage: 1*! names s; 2 sizeBytes i
        core.AttachedVolume: 1! name s; 2! devicePath s
        core.NodeConfigStatus: 1? assigned core.NodeConfigSource; 2? active core.NodeConfigSource; 3?
          lastKnownGood core.NodeConfigSource; 4 error s
        core.NodeRuntimeHandler: 1! name s; 2? features core.NodeRuntimeHandlerFeatures
        core.NodeFeatures: 1? supplementalGroupsPolicy b
        core.ScopeSelector: 1* matchExpressions core.ScopedResourceSelectorRequirement
        core.LimitRangeItem: 1! type s; 2 max {Q; 3 min {Q; 4 default {Q; 5 defaultRequest {Q; 6
          maxLimitRequestRatio {Q
        core.EndpointAddress: 1! ip s; 3 hostname s; 4? nodeName s; 2? targetRef core.ObjectReference
        core.EndpointPort: 1 name s; 2! port i; 3 protocol s; 4? appProtocol s
        meta.LabelSelector: 1 matchLabels {s; 2* matchExpressions meta.LabelSelectorRequirement
        core.VolumeResourceRequirements: 1 limits {Q; 2 requests {Q
        core.TypedLocalObjectReference: 1? apiGroup s; 2! kind s; 3! name s
        core.TypedObjectReference: 1? apiGroup s; 2! kind s; 3! name s; 4? namespace s
        core.PersistentVolumeClaimCondition: 1! type s; 2! status s; 3 lastProbeTime T; 4 lastTransitionTime T;
          5 reason s; 6 message s
        core.ModifyVolumeStatus: 1 targetVolumeAttributesClassName s; 2! status s
        core.VolumeHealthStatus: 1* healthConditions core.VolumeHealthCondition; 2 lastTransitionTime T
        core.PodTemplateSpec: 1 metadata meta.ObjectMeta; 2 spec core.PodSpec
        core.VolumeSource: 1? hostPath core.HostPathVolumeSource; 2? emptyDir core.EmptyDirVolumeSource; 3?
          gcePersistentDisk core.GCEPersistentDiskVolumeSource; 4? awsElasticBlockStore
          core.AWSElasticBlockStoreVolumeSource; 5? gitRepo core.GitRepoVolumeSource; 6? secret
          core.SecretVolumeSource; 7? nfs core.NFSVolumeSource; 8? iscsi core.ISCSIVolumeSource; 9? glusterfs
          core.GlusterfsVolumeSource; 10? persistentVolumeClaim core.PersistentVolumeClaimVolumeSource; 11? rbd
          core.RBDVolumeSource; 12? flexVolume core.FlexVolumeSource; 13? cinder core.CinderVolumeSource; 14?
          cephfs core.CephFSVolumeSource; 15? flocker core.FlockerVolumeSource; 16? downwardAPI
          core.DownwardAPIVolumeSource; 17? fc core.FCVolumeSource; 18? azureFile core.AzureFileVolumeSource;
          19? configMap core.ConfigMapVolumeSource; 20? vsphereVolume core.VsphereVirtualDiskVolumeSource; 21?
          quobyte core.QuobyteVolumeSource; 22? azureDisk core.AzureDiskVolumeSource; 23? photonPersistentDisk
          core.PhotonPersistentDiskVolumeSource; 26? projected core.ProjectedVolumeSource; 24? portworxVolume
          core.PortworxVolumeSource; 25? scaleIO core.ScaleIOVolumeSource; 27? storageos
          core.StorageOSVolumeSource; 28? csi core.CSIVolumeSource; 29? ephemeral core.EphemeralVolumeSource;
          30? image core.ImageVolumeSource
        """
}
