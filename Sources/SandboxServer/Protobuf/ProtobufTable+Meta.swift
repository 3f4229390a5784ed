// Field numbers and types as the `generated.proto` files and Go types of Kubernetes 1.36 define them.
extension ProtobufTable {
    /// The messages of core/v1 and meta/v1, second half.
    static let metaText = """
        core.ContainerPort: 1 name s; 2 hostPort i; 3! containerPort i; 4 protocol s; 5 hostIP s
        core.EnvFromSource: 1 prefix s; 2? configMapRef core.ConfigMapEnvSource; 3? secretRef
          core.SecretEnvSource
        core.EnvVar: 1! name s; 2 value s; 3? valueFrom core.EnvVarSource
        core.ContainerResizePolicy: 1! resourceName s; 2! restartPolicy s
        core.ContainerRestartRule: 1 action s; 2? exitCodes core.ContainerRestartRuleOnExitCodes
        core.VolumeMount: 1! name s; 2 readOnly b; 7? recursiveReadOnly s; 3! mountPath s; 4 subPath s; 5?
          mountPropagation s; 6 subPathExpr s; 8* bindMountOptions s
        core.VolumeDevice: 1! name s; 2! devicePath s
        core.Probe: 1! = core.ProbeHandler; 2 initialDelaySeconds i; 3 timeoutSeconds i; 4 periodSeconds i; 5
          successThreshold i; 6 failureThreshold i; 7? terminationGracePeriodSeconds i
        core.Lifecycle: 1? postStart core.LifecycleHandler; 2? preStop core.LifecycleHandler; 3? stopSignal s
        core.SecurityContext: 1? capabilities core.Capabilities; 2? privileged b; 3? seLinuxOptions
          core.SELinuxOptions; 10? windowsOptions core.WindowsSecurityContextOptions; 4? runAsUser i; 8?
          runAsGroup i; 5? runAsNonRoot b; 6? readOnlyRootFilesystem b; 7? allowPrivilegeEscalation b; 9?
          procMount s; 11? seccompProfile core.SeccompProfile; 12? appArmorProfile core.AppArmorProfile
        core.EphemeralContainerCommon: 1! name s; 2 image s; 3* command s; 4* args s; 5 workingDir s; 6* ports
          core.ContainerPort; 19* envFrom core.EnvFromSource; 7* env core.EnvVar; 8 resources
          core.ResourceRequirements; 23* resizePolicy core.ContainerResizePolicy; 24? restartPolicy s; 25*
          restartPolicyRules core.ContainerRestartRule; 9* volumeMounts core.VolumeMount; 21* volumeDevices
          core.VolumeDevice; 10? livenessProbe core.Probe; 11? readinessProbe core.Probe; 22? startupProbe
          core.Probe; 12? lifecycle core.Lifecycle; 13 terminationMessagePath s; 20 terminationMessagePolicy s;
          14 imagePullPolicy s; 15? securityContext core.SecurityContext; 16 stdin b; 17 stdinOnce b; 18 tty b
        core.SELinuxOptions: 1 user s; 2 role s; 3 type s; 4 level s
        core.WindowsSecurityContextOptions: 1? gmsaCredentialSpecName s; 2? gmsaCredentialSpec s; 3?
          runAsUserName s; 4? hostProcess b
        core.Sysctl: 1! name s; 2! value s
        core.SeccompProfile: 1! type s; 2? localhostProfile s
        core.AppArmorProfile: 1! type s; 2? localhostProfile s
        core.NodeAffinity: 1? requiredDuringSchedulingIgnoredDuringExecution core.NodeSelector; 2*
          preferredDuringSchedulingIgnoredDuringExecution core.PreferredSchedulingTerm
        core.PodAffinity: 1* requiredDuringSchedulingIgnoredDuringExecution core.PodAffinityTerm; 2*
          preferredDuringSchedulingIgnoredDuringExecution core.WeightedPodAffinityTerm
        core.PodAntiAffinity: 1* requiredDuringSchedulingIgnoredDuringExecution core.PodAffinityTerm; 2*
          preferredDuringSchedulingIgnoredDuringExecution core.WeightedPodAffinityTerm
        core.PodDNSConfigOption: 1 name s; 2? value s
        core.ResourceClaim: 1! name s; 2 request s
        core.ContainerState: 1? waiting core.ContainerStateWaiting; 2? running core.ContainerStateRunning; 3?
          terminated core.ContainerStateTerminated
        core.VolumeMountStatus: 1! name s; 2! mountPath s; 3 readOnly b; 4? recursiveReadOnly s; 5? volumeStatus
          core.VolumeStatus
        core.ContainerUser: 1? linux core.LinuxContainerUser
        core.ResourceStatus: 1! name s; 2* resources core.ResourceHealth
        core.ContainerExtendedResourceRequest: 1! containerName s; 2! resourceName s; 3! requestName s
        core.NodeAllocatableMappedResources: 1! name s; 2? quantity Q
        core.NodeAllocatableOverheadResources: 1! name s; 2? perPod Q; 3? perContainer Q
        core.VolumeHealthCondition: 1! status s; 2! reason s; 3 message s
        core.ClientIPConfig: 1? timeoutSeconds i
        core.LoadBalancerIngress: 1 ip s; 2 hostname s; 3? ipMode s; 4* ports core.PortStatus
        core.ConfigMapNodeConfigSource: 1! namespace s; 2! name s; 3 uid s; 4 resourceVersion s; 5!
          kubeletConfigKey s
        core.DaemonEndpoint: 1! Port i
        core.NodeSwapStatus: 1? capacity i
        core.NodeRuntimeHandlerFeatures: 1? recursiveReadOnlyMounts b; 2? userNamespaces b
        core.ScopedResourceSelectorRequirement: 1! scopeName s; 2! operator s; 3* values s
        meta.LabelSelectorRequirement: 1! key s; 2! operator s; 3* values s
        core.HostPathVolumeSource: 1! path s; 2? type s
        core.EmptyDirVolumeSource: 1 medium s; 2? sizeLimit Q; 3? mode i
        core.GCEPersistentDiskVolumeSource: 1! pdName s; 2 fsType s; 3 partition i; 4 readOnly b
        core.AWSElasticBlockStoreVolumeSource: 1! volumeID s; 2 fsType s; 3 partition i; 4 readOnly b
        core.GitRepoVolumeSource: 1! repository s; 2 revision s; 3 directory s
        core.SecretVolumeSource: 1 secretName s; 2* items core.KeyToPath; 3? defaultMode i; 4? optional b; 5?
          defaultUser i
        core.NFSVolumeSource: 1! server s; 2! path s; 3 readOnly b
        core.ISCSIVolumeSource: 1! targetPortal s; 2! iqn s; 3! lun i; 4 iscsiInterface s; 5 fsType s; 6
          readOnly b; 7* portals s; 8 chapAuthDiscovery b; 11 chapAuthSession b; 10? secretRef
          core.LocalObjectReference; 12? initiatorName s
        core.GlusterfsVolumeSource: 1! endpoints s; 2! path s; 3 readOnly b
        core.PersistentVolumeClaimVolumeSource: 1! claimName s; 2 readOnly b
        core.RBDVolumeSource: 1*! monitors s; 2! image s; 3 fsType s; 4 pool s; 5 user s; 6 keyring s; 7?
          secretRef core.LocalObjectReference; 8 readOnly b
        core.FlexVolumeSource: 1! driver s; 2 fsType s; 3? secretRef core.LocalObjectReference; 4 readOnly b; 5
          options {s
        core.CinderVolumeSource: 1! volumeID s; 2 fsType s; 3 readOnly b; 4? secretRef core.LocalObjectReference
        core.CephFSVolumeSource: 1*! monitors s; 2 path s; 3 user s; 4 secretFile s; 5? secretRef
          core.LocalObjectReference; 6 readOnly b
        core.FlockerVolumeSource: 1 datasetName s; 2 datasetUUID s
        core.DownwardAPIVolumeSource: 1* items core.DownwardAPIVolumeFile; 2? defaultMode i; 3? defaultUser i
        core.FCVolumeSource: 1* targetWWNs s; 2? lun i; 3 fsType s; 4 readOnly b; 5* wwids s
        core.AzureFileVolumeSource: 1! secretName s; 2! shareName s; 3 readOnly b
        core.ConfigMapVolumeSource: 1! = core.LocalObjectReference; 2* items core.KeyToPath; 3? defaultMode i;
          4? optional b; 5? defaultUser i
        core.VsphereVirtualDiskVolumeSource: 1! volumePath s; 2 fsType s; 3 storagePolicyName s; 4
          storagePolicyID s
        core.QuobyteVolumeSource: 1! registry s; 2! volume s; 3 readOnly b; 4 user s; 5 group s; 6 tenant s
        core.AzureDiskVolumeSource: 1! diskName s; 2! diskURI s; 3? cachingMode s; 4? fsType s; 5? readOnly b;
          6? kind s
        core.PhotonPersistentDiskVolumeSource: 1! pdID s; 2 fsType s
        core.ProjectedVolumeSource: 1*! sources core.VolumeProjection; 2? defaultMode i; 3? defaultUser i
        core.PortworxVolumeSource: 1! volumeID s; 2 fsType s; 3 readOnly b
        core.ScaleIOVolumeSource: 1! gateway s; 2! system s; 3? secretRef core.LocalObjectReference; 4
          sslEnabled b; 5 protectionDomain s; 6 storagePool s; 7 storageMode s; 8 volumeName s; 9 fsType s; 10
          readOnly b
        core.StorageOSVolumeSource: 1 volumeName s; 2 volumeNamespace s; 3 fsType s; 4 readOnly b; 5? secretRef
          core.LocalObjectReference
        core.CSIVolumeSource: 1! driver s; 2? readOnly b; 3? fsType s; 4 volumeAttributes {s; 5?
          nodePublishSecretRef core.LocalObjectReference
        core.EphemeralVolumeSource: 1? volumeClaimTemplate core.PersistentVolumeClaimTemplate
        core.ImageVolumeSource: 1 reference s; 2 pullPolicy s
        core.ConfigMapEnvSource: 1! = core.LocalObjectReference; 2? optional b
        core.SecretEnvSource: 1! = core.LocalObjectReference; 2? optional b
        core.EnvVarSource: 1? fieldRef core.ObjectFieldSelector; 2? resourceFieldRef core.ResourceFieldSelector;
          3? configMapKeyRef core.ConfigMapKeySelector; 4? secretKeyRef core.SecretKeySelector; 5? fileKeyRef
          core.FileKeySelector
        core.ContainerRestartRuleOnExitCodes: 1 operator s; 2* values i
        core.ProbeHandler: 1? exec core.ExecAction; 2? httpGet core.HTTPGetAction; 3? tcpSocket
          core.TCPSocketAction; 4? grpc core.GRPCAction
        core.LifecycleHandler: 1? exec core.ExecAction; 2? httpGet core.HTTPGetAction; 3? tcpSocket
          core.TCPSocketAction; 4? sleep core.SleepAction
        core.Capabilities: 1* add s; 2* drop s
        core.NodeSelector: 1*! nodeSelectorTerms core.NodeSelectorTerm
        core.PreferredSchedulingTerm: 1! weight i; 2! preference core.NodeSelectorTerm
        core.PodAffinityTerm: 1? labelSelector meta.LabelSelector; 2* namespaces s; 3! topologyKey s; 4?
          namespaceSelector meta.LabelSelector; 5* matchLabelKeys s; 6* mismatchLabelKeys s
        core.WeightedPodAffinityTerm: 1! weight i; 2! podAffinityTerm core.PodAffinityTerm
        core.ContainerStateWaiting: 1 reason s; 2 message s
        core.ContainerStateRunning: 1 startedAt T
        core.ContainerStateTerminated: 1! exitCode i; 2 signal i; 3 reason s; 4 message s; 5 startedAt T; 6
          finishedAt T; 7 containerID s
        core.VolumeStatus: 1? image core.ImageVolumeStatus
        core.LinuxContainerUser: 1! uid i; 2! gid i; 3* supplementalGroups i
        core.ResourceHealth: 1! resourceID s; 2 health s; 6? message s
        core.PortStatus: 1! port i; 2! protocol s; 3? error s
        meta.FieldSelectorRequirement: 1! key s; 2! operator s; 3* values s
        core.KeyToPath: 1! key s; 2! path s; 3? mode i; 4? user i
        core.DownwardAPIVolumeFile: 1! path s; 2? fieldRef core.ObjectFieldSelector; 3? resourceFieldRef
          core.ResourceFieldSelector; 4? mode i; 5? user i
        core.VolumeProjection: 1? secret core.SecretProjection; 2? downwardAPI core.DownwardAPIProjection; 3?
          configMap core.ConfigMapProjection; 4? serviceAccountToken core.ServiceAccountTokenProjection; 5?
          clusterTrustBundle core.ClusterTrustBundleProjection; 6? podCertificate core.PodCertificateProjection
        core.PersistentVolumeClaimTemplate: 1 metadata meta.ObjectMeta; 2! spec core.PersistentVolumeClaimSpec
        core.ObjectFieldSelector: 1 apiVersion s; 2! fieldPath s
        core.ResourceFieldSelector: 1 containerName s; 2! resource s; 3 divisor Q
        core.ConfigMapKeySelector: 1! = core.LocalObjectReference; 2! key s; 3? optional b
        core.SecretKeySelector: 1! = core.LocalObjectReference; 2! key s; 3? optional b
        core.FileKeySelector: 1! volumeName s; 2! path s; 3! key s; 4? optional b
        core.ExecAction: 1* command s
        core.HTTPGetAction: 1 path s; 2! port I; 3 host s; 4 scheme s; 5* httpHeaders core.HTTPHeader; 6?
          protocol s
        core.TCPSocketAction: 1! port I; 2 host s
        core.GRPCAction: 1! port i; 2? service s; 3? mode s
        core.SleepAction: 1! seconds i
        core.NodeSelectorTerm: 1* matchExpressions core.NodeSelectorRequirement; 2* matchFields
          core.NodeSelectorRequirement
        core.ImageVolumeStatus: 1 imageRef s
        core.SecretProjection: 1! = core.LocalObjectReference; 2* items core.KeyToPath; 4? optional b
        core.DownwardAPIProjection: 1* items core.DownwardAPIVolumeFile
        core.ConfigMapProjection: 1! = core.LocalObjectReference; 2* items core.KeyToPath; 4? optional b
        core.ServiceAccountTokenProjection: 1 audience s; 2? expirationSeconds i; 3! path s; 4? user i
        core.ClusterTrustBundleProjection: 1? name s; 2? signerName s; 3? labelSelector meta.LabelSelector; 5?
          optional b; 4! path s; 6? user i
        core.PodCertificateProjection: 1 signerName s; 2 keyType s; 3? maxExpirationSeconds i; 4
          credentialBundlePath s; 5 keyPath s; 6 certificateChainPath s; 7 userAnnotations {s; 8? user i
        core.HTTPHeader: 1! name s; 2! value s
        core.NodeSelectorRequirement: 1! key s; 2! operator s; 3* values s
        """
}
