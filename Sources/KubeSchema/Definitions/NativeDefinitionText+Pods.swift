extension NativeDefinitionText {
    static let pods = #"""
        package io.k8s.api.core.v1 core
        Affinity
          nodeAffinity NodeAffinity; podAffinity PodAffinity; podAntiAffinity PodAntiAffinity
        AppArmorProfile
          localhostProfile string; type! string
        Capabilities
          add [string]; drop [string]
        ConfigMapEnvSource
          name string; optional bool
        ConfigMapKeySelector atomic
          key! string; name string; optional bool
        Container  # One container of a pod.
          args [string]  # Arguments of the command.
          command [string]  # Replaces the image's entry point.
          env [EnvVar] key:name  # Environment variables.
          envFrom [EnvFromSource]  # Sources of many environment variables.
          image string  # The image to run.
          imagePullPolicy string enum:Always|IfNotPresent|Never  # Always for tag latest, else IfNotPresent.
          lifecycle Lifecycle  # Actions after start and before stop.
          livenessProbe Probe  # Restarts the container when it fails.
          name! string  # Unique within the pod.
          ports [ContainerPort] key:containerPort,protocol  # Ports the container listens on.
          readinessProbe Probe  # Takes the pod out of service while it fails.
          resizePolicy [ContainerResizePolicy]
          resources ResourceRequirements  # Compute resources wanted and allowed.
          restartPolicy string; restartPolicyRules [ContainerRestartRule]
          securityContext SecurityContext  # Security settings of this container.
          startupProbe Probe  # Holds back the other probes until it succeeds.
          stdin bool; stdinOnce bool; terminationMessagePath string
          terminationMessagePolicy string enum:FallbackToLogsOnError|File; tty bool
          volumeDevices [VolumeDevice] key:devicePath
          volumeMounts [VolumeMount] key:mountPath  # Where volumes appear in the file system.
          workingDir string
        ContainerExtendedResourceRequest
          containerName! string; requestName! string; resourceName! string
        ContainerPort
          containerPort! int32; hostIP string; hostPort int32; name string
          protocol string =TCP enum:SCTP|TCP|UDP
        ContainerResizePolicy
          resourceName! string; restartPolicy! string
        ContainerRestartRule
          action! string; exitCodes ContainerRestartRuleOnExitCodes
        ContainerRestartRuleOnExitCodes
          operator! string; values [int32] set
        ContainerState
          running ContainerStateRunning; terminated ContainerStateTerminated; waiting ContainerStateWaiting
        ContainerStateRunning
          startedAt time
        ContainerStateTerminated
          containerID string; exitCode! int32; finishedAt time; message string; reason string; signal int32
          startedAt time
        ContainerStateWaiting
          message string; reason string
        ContainerStatus
          allocatedResources {quantity}; allocatedResourcesStatus [ResourceStatus] key:name
          containerID string; image! string; imageID! string; lastState ContainerState; name! string
          ready! bool; resources ResourceRequirements; restartCount! int32; started bool; state ContainerState
          stopSignal string; user ContainerUser; volumeMounts [VolumeMountStatus] key:mountPath
        ContainerUser
          linux LinuxContainerUser
        EnvFromSource
          configMapRef ConfigMapEnvSource; prefix string; secretRef SecretEnvSource
        EnvVar
          name! string; value string; valueFrom EnvVarSource
        EnvVarSource
          configMapKeyRef ConfigMapKeySelector; fieldRef ObjectFieldSelector; fileKeyRef FileKeySelector
          resourceFieldRef ResourceFieldSelector; secretKeyRef SecretKeySelector
        EphemeralContainer
          args [string]; command [string]; env [EnvVar] key:name; envFrom [EnvFromSource]; image string
          imagePullPolicy string; lifecycle Lifecycle; livenessProbe Probe; name! string
          ports [ContainerPort] key:containerPort,protocol; readinessProbe Probe
          resizePolicy [ContainerResizePolicy]; resources ResourceRequirements; restartPolicy string
          restartPolicyRules [ContainerRestartRule]; securityContext SecurityContext; startupProbe Probe
          stdin bool; stdinOnce bool; targetContainerName string; terminationMessagePath string
          terminationMessagePolicy string; tty bool; volumeDevices [VolumeDevice] key:devicePath
          volumeMounts [VolumeMount] key:mountPath; workingDir string
        ExecAction
          command [string]
        FileKeySelector atomic
          key! string; optional bool; path! string; volumeName! string
        GRPCAction
          port! int32; service string
        HTTPGetAction
          host string; httpHeaders [HTTPHeader]; path string; port! intOrString; scheme string enum:HTTP|HTTPS
        HTTPHeader
          name! string; value! string
        HostAlias
          hostnames [string]; ip! string
        HostIP
          ip! string
        Lifecycle
          postStart LifecycleHandler; preStop LifecycleHandler; stopSignal string
        LifecycleHandler
          exec ExecAction; httpGet HTTPGetAction; sleep SleepAction; tcpSocket TCPSocketAction
        LinuxContainerUser
          gid! int64; supplementalGroups [int64]; uid! int64
        LocalObjectReference atomic
          name string
        NodeAffinity
          preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
          requiredDuringSchedulingIgnoredDuringExecution NodeSelector
        Pod  # One or more containers that run together on one node.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec PodSpec  # The state wanted.
          status PodStatus  # The state observed; written by controllers.
        PodAffinity
          preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
          requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
        PodAffinityTerm
          labelSelector meta.LabelSelector; matchLabelKeys [string]; mismatchLabelKeys [string]
          namespaceSelector meta.LabelSelector; namespaces [string]; topologyKey! string
        PodAntiAffinity
          preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
          requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
        PodCondition
          lastProbeTime time; lastTransitionTime time; message string
          observedGeneration int64  # The generation of the spec that the status describes.
          reason string; status! string; type! string
        PodDNSConfig
          nameservers [string]; options [PodDNSConfigOption]; searches [string]
        PodDNSConfigOption
          name string; value string
        PodExtendedResourceClaimStatus
          requestMappings! [ContainerExtendedResourceRequest]; resourceClaimName! string
        PodIP
          ip! string
        PodOS
          name! string
        PodReadinessGate
          conditionType! string
        PodResourceClaim
          name! string; resourceClaimName string; resourceClaimTemplateName string
        PodResourceClaimStatus
          name! string; resourceClaimName string
        PodSchedulingGate
          name! string
        PodSecurityContext
          appArmorProfile AppArmorProfile; fsGroup int64
          fsGroupChangePolicy string enum:Always|OnRootMismatch; runAsGroup int64; runAsNonRoot bool
          runAsUser int64; seLinuxChangePolicy string; seLinuxOptions SELinuxOptions
          seccompProfile SeccompProfile; supplementalGroups [int64]; supplementalGroupsPolicy string
          sysctls [Sysctl]; windowsOptions WindowsSecurityContextOptions
        PodSpec  # What a pod should run, and where.
          activeDeadlineSeconds int64
          affinity Affinity  # Where the pod prefers or has to be placed.
          automountServiceAccountToken bool
          containers! [Container] key:name  # The containers of the pod; at least one.
          dnsConfig PodDNSConfig
          dnsPolicy string enum:ClusterFirst|ClusterFirstWithHostNet|Default|None  # Defaults to ClusterFirst.
          enableServiceLinks bool; ephemeralContainers [EphemeralContainer] key:name
          hostAliases [HostAlias] key:ip; hostIPC bool
          hostNetwork bool  # Use the node's network.
          hostPID bool; hostUsers bool; hostname string; hostnameOverride string
          imagePullSecrets [LocalObjectReference] key:name  # Secrets used to pull images.
          initContainers [Container] key:name  # Containers that run one after the other before the others start.
          nodeName string  # The node the pod is bound to.
          nodeSelector {string} atomic  # Labels a node must have to run the pod.
          os PodOS; overhead {quantity}; preemptionPolicy string enum:Never|PreemptLowerPriority
          priority int32
          priorityClassName string  # The PriorityClass of the pod.
          readinessGates [PodReadinessGate]; resourceClaims [PodResourceClaim] key:name retainKeys
          resources ResourceRequirements
          restartPolicy string enum:Always|Never|OnFailure  # When containers are started again. Defaults to Always.
          runtimeClassName string; schedulerName string; schedulingGates [PodSchedulingGate] key:name
          securityContext PodSecurityContext  # Security settings of the whole pod.
          serviceAccount string
          serviceAccountName string  # The ServiceAccount the pod runs as.
          setHostnameAsFQDN bool; shareProcessNamespace bool; subdomain string
          terminationGracePeriodSeconds int64  # Seconds a pod gets to stop by itself. Defaults to 30.
          tolerations [Toleration]  # Taints the pod tolerates.
          topologySpreadConstraints [TopologySpreadConstraint] key:topologyKey,whenUnsatisfiable  # Spread over zones.
          volumes [Volume] key:name retainKeys  # Volumes that containers of the pod can mount.
        PodStatus
          conditions [PodCondition] key:type; containerStatuses [ContainerStatus]
          ephemeralContainerStatuses [ContainerStatus]
          extendedResourceClaimStatus PodExtendedResourceClaimStatus; hostIP string; hostIPs [HostIP] merge:ip
          initContainerStatuses [ContainerStatus]; message string; nominatedNodeName string
          observedGeneration int64  # The generation of the spec that the status describes.
          phase string; podIP string; podIPs [PodIP] key:ip; qosClass string; reason string; resize string
          resourceClaimStatuses [PodResourceClaimStatus] key:name retainKeys; startTime time
        PodTemplate  # A stored template for pods.
          apiVersion string; kind string; metadata meta.ObjectMeta; template PodTemplateSpec
        PodTemplateSpec  # The metadata and spec that new pods get.
          metadata meta.ObjectMeta; spec PodSpec
        PreferredSchedulingTerm
          preference! NodeSelectorTerm; weight! int32
        Probe
          exec ExecAction; failureThreshold int32; grpc GRPCAction; httpGet HTTPGetAction
          initialDelaySeconds int32; periodSeconds int32; successThreshold int32; tcpSocket TCPSocketAction
          terminationGracePeriodSeconds int64; timeoutSeconds int32
        ResourceClaim
          name! string; request string
        ResourceHealth
          health string; resourceID! string
        ResourceRequirements
          claims [ResourceClaim] map:name; limits {quantity}; requests {quantity}
        ResourceStatus
          name! string; resources [ResourceHealth] map:resourceID
        SELinuxOptions
          level string; role string; type string; user string
        SeccompProfile
          localhostProfile string; type! string enum:Localhost|RuntimeDefault|Unconfined
        SecretEnvSource
          name string; optional bool
        SecretKeySelector atomic
          key! string; name string; optional bool
        SecurityContext
          allowPrivilegeEscalation bool; appArmorProfile AppArmorProfile; capabilities Capabilities
          privileged bool; procMount string; readOnlyRootFilesystem bool; runAsGroup int64; runAsNonRoot bool
          runAsUser int64; seLinuxOptions SELinuxOptions; seccompProfile SeccompProfile
          windowsOptions WindowsSecurityContextOptions
        SleepAction
          seconds! int64
        Sysctl
          name! string; value! string
        TCPSocketAction
          host string; port! intOrString
        Toleration
          effect string enum:NoExecute|NoSchedule|PreferNoSchedule; key string
          operator string enum:Equal|Exists; tolerationSeconds int64; value string
        TopologySpreadConstraint
          labelSelector meta.LabelSelector; matchLabelKeys [string]; maxSkew! int32; minDomains int32
          nodeAffinityPolicy string; nodeTaintsPolicy string; topologyKey! string
          whenUnsatisfiable! string enum:DoNotSchedule|ScheduleAnyway
        VolumeDevice
          devicePath! string; name! string
        VolumeMount
          mountPath! string; mountPropagation string; name! string; readOnly bool; recursiveReadOnly string
          subPath string; subPathExpr string
        VolumeMountStatus
          mountPath! string; name! string; readOnly bool; recursiveReadOnly string
        WeightedPodAffinityTerm
          podAffinityTerm! PodAffinityTerm; weight! int32
        WindowsSecurityContextOptions
          gmsaCredentialSpec string; gmsaCredentialSpecName string; hostProcess bool; runAsUserName string
        """#
}
