// Field numbers and types as the `generated.proto` files and Go types of Kubernetes 1.36 define them.
extension ProtobufTable {
    /// The messages of the other groups.
    static let groupsText = """
        apps.Deployment: 1 metadata meta.ObjectMeta; 2 spec apps.DeploymentSpec; 3 status apps.DeploymentStatus
        apps.ReplicaSet: 1 metadata meta.ObjectMeta; 2 spec apps.ReplicaSetSpec; 3 status apps.ReplicaSetStatus
        apps.StatefulSet: 1 metadata meta.ObjectMeta; 2 spec apps.StatefulSetSpec; 3 status
          apps.StatefulSetStatus
        apps.DaemonSet: 1 metadata meta.ObjectMeta; 2 spec apps.DaemonSetSpec; 3 status apps.DaemonSetStatus
        apps.ControllerRevision: 1 metadata meta.ObjectMeta; 2! data R; 3! revision i
        batch.Job: 1 metadata meta.ObjectMeta; 2 spec batch.JobSpec; 3 status batch.JobStatus
        batch.CronJob: 1 metadata meta.ObjectMeta; 2 spec batch.CronJobSpec; 3 status batch.CronJobStatus
        rbac.Role: 1 metadata meta.ObjectMeta; 2*! rules rbac.PolicyRule
        rbac.RoleBinding: 1 metadata meta.ObjectMeta; 2* subjects rbac.Subject; 3! roleRef rbac.RoleRef
        rbac.ClusterRole: 1 metadata meta.ObjectMeta; 2*! rules rbac.PolicyRule; 3? aggregationRule
          rbac.AggregationRule
        rbac.ClusterRoleBinding: 1 metadata meta.ObjectMeta; 2* subjects rbac.Subject; 3! roleRef rbac.RoleRef
        policy.Eviction: 1 metadata meta.ObjectMeta; 2? deleteOptions meta.DeleteOptions
        policy.PodDisruptionBudget: 1 metadata meta.ObjectMeta; 2 spec policy.PodDisruptionBudgetSpec; 3 status
          policy.PodDisruptionBudgetStatus
        net.Ingress: 1 metadata meta.ObjectMeta; 2 spec net.IngressSpec; 3 status net.IngressStatus
        net.NetworkPolicy: 1 metadata meta.ObjectMeta; 2 spec net.NetworkPolicySpec
        net.IngressClass: 1 metadata meta.ObjectMeta; 2 spec net.IngressClassSpec
        authn.TokenRequest: 1 metadata meta.ObjectMeta; 2! spec authn.TokenRequestSpec; 3 status
          authn.TokenRequestStatus
        authn.TokenReview: 1 metadata meta.ObjectMeta; 2! spec authn.TokenReviewSpec; 3 status
          authn.TokenReviewStatus
        authn.SelfSubjectReview: 1 metadata meta.ObjectMeta; 2 status authn.SelfSubjectReviewStatus
        authz.SubjectAccessReview: 1 metadata meta.ObjectMeta; 2! spec authz.SubjectAccessReviewSpec; 3 status
          authz.SubjectAccessReviewStatus
        authz.LocalSubjectAccessReview: 1 metadata meta.ObjectMeta; 2! spec authz.SubjectAccessReviewSpec; 3
          status authz.SubjectAccessReviewStatus
        authz.SelfSubjectAccessReview: 1 metadata meta.ObjectMeta; 2! spec authz.SelfSubjectAccessReviewSpec; 3
          status authz.SubjectAccessReviewStatus
        authz.SelfSubjectRulesReview: 1 metadata meta.ObjectMeta; 2! spec authz.SelfSubjectRulesReviewSpec; 3
          status authz.SubjectRulesReviewStatus
        as1.Scale: 1 metadata meta.ObjectMeta; 2 spec as1.ScaleSpec; 3 status as1.ScaleStatus
        as1.HorizontalPodAutoscaler: 1 metadata meta.ObjectMeta; 2 spec as1.HorizontalPodAutoscalerSpec; 3
          status as1.HorizontalPodAutoscalerStatus
        as2.HorizontalPodAutoscaler: 1 metadata meta.ObjectMeta; 2 spec as2.HorizontalPodAutoscalerSpec; 3
          status as2.HorizontalPodAutoscalerStatus
        coord.Lease: 1 metadata meta.ObjectMeta; 2 spec coord.LeaseSpec
        sched.PriorityClass: 1 metadata meta.ObjectMeta; 2! value i; 3 globalDefault b; 4 description s; 5?
          preemptionPolicy s
        events.Event: 1! metadata meta.ObjectMeta; 2! eventTime U; 3? series events.EventSeries; 4
          reportingController s; 5 reportingInstance s; 6 action s; 7 reason s; 8 regarding
          core.ObjectReference; 9? related core.ObjectReference; 10 note s; 11 type s; 12 deprecatedSource
          core.EventSource; 13 deprecatedFirstTimestamp T; 14 deprecatedLastTimestamp T; 15 deprecatedCount i
        disc.EndpointSlice: 1 metadata meta.ObjectMeta; 4! addressType s; 2*! endpoints disc.Endpoint; 3*! ports
          disc.EndpointPort
        adm.MutatingWebhookConfiguration: 1 metadata meta.ObjectMeta; 2* webhooks adm.MutatingWebhook
        adm.ValidatingWebhookConfiguration: 1 metadata meta.ObjectMeta; 2* webhooks adm.ValidatingWebhook
        apps.DeploymentSpec: 1? replicas i; 2? selector meta.LabelSelector; 3! template core.PodTemplateSpec; 4
          strategy apps.DeploymentStrategy; 5 minReadySeconds i; 6? revisionHistoryLimit i; 7 paused b; 9?
          progressDeadlineSeconds i
        apps.DeploymentStatus: 1 observedGeneration i; 2 replicas i; 3 updatedReplicas i; 7 readyReplicas i; 4
          availableReplicas i; 5 unavailableReplicas i; 9? terminatingReplicas i; 6* conditions
          apps.DeploymentCondition; 8? collisionCount i
        apps.ReplicaSetSpec: 1? replicas i; 4 minReadySeconds i; 2? selector meta.LabelSelector; 3 template
          core.PodTemplateSpec
        apps.ReplicaSetStatus: 1! replicas i; 2 fullyLabeledReplicas i; 4 readyReplicas i; 5 availableReplicas
          i; 7? terminatingReplicas i; 3 observedGeneration i; 6* conditions apps.ReplicaSetCondition
        apps.StatefulSetSpec: 1? replicas i; 2? selector meta.LabelSelector; 3! template core.PodTemplateSpec;
          4* volumeClaimTemplates core.PersistentVolumeClaim; 5! serviceName s; 6 podManagementPolicy s; 7
          updateStrategy apps.StatefulSetUpdateStrategy; 8? revisionHistoryLimit i; 9 minReadySeconds i; 10?
          persistentVolumeClaimRetentionPolicy apps.StatefulSetPersistentVolumeClaimRetentionPolicy; 11?
          ordinals apps.StatefulSetOrdinals
        apps.StatefulSetStatus: 1 observedGeneration i; 2! replicas i; 3 readyReplicas i; 4 currentReplicas i; 5
          updatedReplicas i; 6 currentRevision s; 7 updateRevision s; 9? collisionCount i; 10* conditions
          apps.StatefulSetCondition; 11! availableReplicas i
        apps.DaemonSetSpec: 1? selector meta.LabelSelector; 2! template core.PodTemplateSpec; 3 updateStrategy
          apps.DaemonSetUpdateStrategy; 4 minReadySeconds i; 6? revisionHistoryLimit i
        apps.DaemonSetStatus: 1! currentNumberScheduled i; 2! numberMisscheduled i; 3! desiredNumberScheduled i;
          4! numberReady i; 5 observedGeneration i; 6 updatedNumberScheduled i; 7 numberAvailable i; 8
          numberUnavailable i; 9? collisionCount i; 10* conditions apps.DaemonSetCondition
        batch.JobSpec: 1? parallelism i; 2? completions i; 3? activeDeadlineSeconds i; 11? podFailurePolicy
          batch.PodFailurePolicy; 16? successPolicy batch.SuccessPolicy; 7? backoffLimit i; 12?
          backoffLimitPerIndex i; 13? maxFailedIndexes i; 4? selector meta.LabelSelector; 5? manualSelector b;
          6! template core.PodTemplateSpec; 8? ttlSecondsAfterFinished i; 9? completionMode s; 10? suspend b;
          14? podReplacementPolicy s; 15? managedBy s; 17? scheduling batch.JobSchedulingConfiguration
        batch.JobStatus: 1* conditions batch.JobCondition; 2? startTime T; 3? completionTime T; 4 active i; 5
          succeeded i; 6 failed i; 11? terminating i; 7 completedIndexes s; 10? failedIndexes s; 8?
          uncountedTerminatedPods batch.UncountedTerminatedPods; 9? ready i
        batch.CronJobSpec: 1! schedule s; 8? timeZone s; 2? startingDeadlineSeconds i; 3 concurrencyPolicy s; 4?
          suspend b; 5! jobTemplate batch.JobTemplateSpec; 6? successfulJobsHistoryLimit i; 7?
          failedJobsHistoryLimit i
        batch.CronJobStatus: 1* active core.ObjectReference; 4? lastScheduleTime T; 5? lastSuccessfulTime T
        rbac.PolicyRule: 1*! verbs s; 2* apiGroups s; 3* resources s; 4* resourceNames s; 5* nonResourceURLs s
        rbac.Subject: 1! kind s; 2 apiGroup s; 3! name s; 4 namespace s
        rbac.RoleRef: 1! apiGroup s; 2! kind s; 3! name s
        rbac.AggregationRule: 1* clusterRoleSelectors meta.LabelSelector
        policy.PodDisruptionBudgetSpec: 1? minAvailable I; 2? selector meta.LabelSelector; 3? maxUnavailable I;
          4? unhealthyPodEvictionPolicy s
        policy.PodDisruptionBudgetStatus: 1 observedGeneration i; 2 disruptedPods {T; 3! disruptionsAllowed i;
          4! currentHealthy i; 5! desiredHealthy i; 6! expectedPods i; 7* conditions meta.Condition
        net.IngressSpec: 4? ingressClassName s; 1? defaultBackend net.IngressBackend; 2* tls net.IngressTLS; 3*
          rules net.IngressRule
        net.IngressStatus: 1 loadBalancer net.IngressLoadBalancerStatus
        net.NetworkPolicySpec: 1! podSelector meta.LabelSelector; 2* ingress net.NetworkPolicyIngressRule; 3*
          egress net.NetworkPolicyEgressRule; 4* policyTypes s
        net.IngressClassSpec: 1 controller s; 2? parameters net.IngressClassParametersReference
        authn.TokenRequestSpec: 1*! audiences s; 4? expirationSeconds i; 3? boundObjectRef
          authn.BoundObjectReference; 5 attestations {Ws
        authn.TokenRequestStatus: 1! token s; 2! expirationTimestamp T
        authn.TokenReviewSpec: 1 token s; 2* audiences s
        authn.TokenReviewStatus: 1 authenticated b; 2 user authn.UserInfo; 4* audiences s; 3 error s
        authn.SelfSubjectReviewStatus: 1 userInfo authn.UserInfo
        authz.SubjectAccessReviewSpec: 1? resourceAttributes authz.ResourceAttributes; 2? nonResourceAttributes
          authz.NonResourceAttributes; 3 user s; 4* groups s; 5 extra {Ws; 6 uid s
        authz.SubjectAccessReviewStatus: 1! allowed b; 4 denied b; 2 reason s; 3 evaluationError s
        authz.SelfSubjectAccessReviewSpec: 1? resourceAttributes authz.ResourceAttributes; 2?
          nonResourceAttributes authz.NonResourceAttributes
        authz.SelfSubjectRulesReviewSpec: 1 namespace s
        authz.SubjectRulesReviewStatus: 1*! resourceRules authz.ResourceRule; 2*! nonResourceRules
          authz.NonResourceRule; 3! incomplete b; 4 evaluationError s
        as1.ScaleSpec: 1 replicas i
        as1.ScaleStatus: 1! replicas i; 2 selector s
        as1.HorizontalPodAutoscalerSpec: 1! scaleTargetRef as1.CrossVersionObjectReference; 2? minReplicas i; 3!
          maxReplicas i; 4? targetCPUUtilizationPercentage i
        as1.HorizontalPodAutoscalerStatus: 1? observedGeneration i; 2? lastScaleTime T; 3! currentReplicas i; 4!
          desiredReplicas i; 5? currentCPUUtilizationPercentage i
        as2.HorizontalPodAutoscalerSpec: 1! scaleTargetRef as2.CrossVersionObjectReference; 2? minReplicas i; 3!
          maxReplicas i; 4* metrics as2.MetricSpec; 5? behavior as2.HorizontalPodAutoscalerBehavior
        as2.HorizontalPodAutoscalerStatus: 1? observedGeneration i; 2? lastScaleTime T; 3 currentReplicas i; 4!
          desiredReplicas i; 5*! currentMetrics as2.MetricStatus; 6* conditions
          as2.HorizontalPodAutoscalerCondition
        coord.LeaseSpec: 1? holderIdentity s; 2? leaseDurationSeconds i; 3? acquireTime U; 4? renewTime U; 5?
          leaseTransitions i; 6? strategy s; 7? preferredHolder s
        events.EventSeries: 1! count i; 2! lastObservedTime U
        disc.Endpoint: 1*! addresses s; 2 conditions disc.EndpointConditions; 3? hostname s; 4? targetRef
          core.ObjectReference; 5 deprecatedTopology {s; 6? nodeName s; 7? zone s; 8? hints disc.EndpointHints
        disc.EndpointPort: 1? name s; 2? protocol s; 3? port i; 4? appProtocol s
        adm.MutatingWebhook: 1! name s; 2! clientConfig adm.WebhookClientConfig; 3* rules
          adm.RuleWithOperations; 4? failurePolicy s; 9? matchPolicy s; 5? namespaceSelector meta.LabelSelector;
          11? objectSelector meta.LabelSelector; 6? sideEffects s; 7? timeoutSeconds i; 8*!
          admissionReviewVersions s; 10? reinvocationPolicy s; 12* matchConditions adm.MatchCondition
        adm.ValidatingWebhook: 1! name s; 2! clientConfig adm.WebhookClientConfig; 3* rules
          adm.RuleWithOperations; 4? failurePolicy s; 9? matchPolicy s; 5? namespaceSelector meta.LabelSelector;
          10? objectSelector meta.LabelSelector; 6? sideEffects s; 7? timeoutSeconds i; 8*!
          admissionReviewVersions s; 11* matchConditions adm.MatchCondition
        apps.DeploymentStrategy: 1 type s; 2? rollingUpdate apps.RollingUpdateDeployment
        apps.DeploymentCondition: 1! type s; 2! status s; 6 lastUpdateTime T; 7 lastTransitionTime T; 4 reason
          s; 5 message s
        apps.ReplicaSetCondition: 1! type s; 2! status s; 3 lastTransitionTime T; 4 reason s; 5 message s
        apps.StatefulSetUpdateStrategy: 1 type s; 2? rollingUpdate apps.RollingUpdateStatefulSetStrategy
        apps.StatefulSetPersistentVolumeClaimRetentionPolicy: 1 whenDeleted s; 2 whenScaled s
        apps.StatefulSetOrdinals: 1! start i
        apps.StatefulSetCondition: 1! type s; 2! status s; 3 lastTransitionTime T; 4 reason s; 5 message s
        apps.DaemonSetUpdateStrategy: 1 type s; 2? rollingUpdate apps.RollingUpdateDaemonSet
        apps.DaemonSetCondition: 1! type s; 2! status s; 3 lastTransitionTime T; 4 reason s; 5 message s
        batch.PodFailurePolicy: 1*! rules batch.PodFailurePolicyRule
        batch.SuccessPolicy: 1*! rules batch.SuccessPolicyRule
        batch.JobSchedulingConfiguration:
        batch.JobCondition: 1! type s; 2! status s; 3 lastProbeTime T; 4 lastTransitionTime T; 5 reason s; 6
          message s
        batch.UncountedTerminatedPods: 1* succeeded s; 2* failed s
        batch.JobTemplateSpec: 1 metadata meta.ObjectMeta; 2 spec batch.JobSpec
        net.IngressBackend: 4? service net.IngressServiceBackend; 3? resource core.TypedLocalObjectReference
        net.IngressTLS: 1* hosts s; 2 secretName s
        net.IngressRule: 1 host s; 2! = net.IngressRuleValue
        net.IngressLoadBalancerStatus: 1* ingress net.IngressLoadBalancerIngress
        net.NetworkPolicyIngressRule: 1* ports net.NetworkPolicyPort; 2* from net.NetworkPolicyPeer
        net.NetworkPolicyEgressRule: 1* ports net.NetworkPolicyPort; 2* to net.NetworkPolicyPeer
        net.IngressClassParametersReference: 1? apiGroup s; 2! kind s; 3! name s; 4? scope s; 5? namespace s
        authn.BoundObjectReference: 1 kind s; 2 apiVersion s; 3 name s; 4 uid s
        authn.UserInfo: 1 username s; 2 uid s; 3* groups s; 4 extra {Ws
        authz.ResourceAttributes: 1 namespace s; 2 verb s; 3 group s; 4 version s; 5 resource s; 6 subresource
          s; 7 name s; 8? fieldSelector authz.FieldSelectorAttributes; 9? labelSelector
          authz.LabelSelectorAttributes
        authz.NonResourceAttributes: 1 path s; 2 verb s
        authz.ResourceRule: 1*! verbs s; 2* apiGroups s; 3* resources s; 4* resourceNames s
        authz.NonResourceRule: 1*! verbs s; 2* nonResourceURLs s
        as1.CrossVersionObjectReference: 1! kind s; 2! name s; 3 apiVersion s
        as2.CrossVersionObjectReference: 1! kind s; 2! name s; 3 apiVersion s
        as2.MetricSpec: 1! type s; 2? object as2.ObjectMetricSource; 3? pods as2.PodsMetricSource; 4? resource
          as2.ResourceMetricSource; 7? containerResource as2.ContainerResourceMetricSource; 5? external
          as2.ExternalMetricSource
        as2.HorizontalPodAutoscalerBehavior: 1? scaleUp as2.HPAScalingRules; 2? scaleDown as2.HPAScalingRules
        as2.MetricStatus: 1! type s; 2? object as2.ObjectMetricStatus; 3? pods as2.PodsMetricStatus; 4? resource
          as2.ResourceMetricStatus; 7? containerResource as2.ContainerResourceMetricStatus; 5? external
          as2.ExternalMetricStatus
        as2.HorizontalPodAutoscalerCondition: 1! type s; 2! status s; 3 lastTransitionTime T; 4 reason s; 5
          message s; 6? observedGeneration i
        disc.EndpointConditions: 1? ready b; 2? serving b; 3? terminating b
        disc.EndpointHints: 1* forZones disc.ForZone; 2* forNodes disc.ForNode
        adm.WebhookClientConfig: 3? url s; 1? service adm.ServiceReference; 2 caBundle y
        adm.RuleWithOperations: 1* operations s; 2! = adm.Rule
        adm.MatchCondition: 1! name s; 2! expression s
        apps.RollingUpdateDeployment: 1? maxUnavailable I; 2? maxSurge I
        apps.RollingUpdateStatefulSetStrategy: 1? partition i; 2? maxUnavailable I
        apps.RollingUpdateDaemonSet: 1? maxUnavailable I; 2? maxSurge I
        batch.PodFailurePolicyRule: 1! action s; 2? onExitCodes batch.PodFailurePolicyOnExitCodesRequirement; 3*
          onPodConditions batch.PodFailurePolicyOnPodConditionsPattern
        batch.SuccessPolicyRule: 1? succeededIndexes s; 2? succeededCount i
        net.IngressServiceBackend: 1! name s; 2 port net.ServiceBackendPort
        net.IngressRuleValue: 1? http net.HTTPIngressRuleValue
        net.IngressLoadBalancerIngress: 1 ip s; 2 hostname s; 4* ports net.IngressPortStatus
        net.NetworkPolicyPort: 1? protocol s; 2? port I; 3? endPort i
        net.NetworkPolicyPeer: 1? podSelector meta.LabelSelector; 2? namespaceSelector meta.LabelSelector; 3?
          ipBlock net.IPBlock
        authz.FieldSelectorAttributes: 1 rawSelector s; 2* requirements meta.FieldSelectorRequirement
        authz.LabelSelectorAttributes: 1 rawSelector s; 2* requirements meta.LabelSelectorRequirement
        as2.ObjectMetricSource: 1! describedObject as2.CrossVersionObjectReference; 2! target as2.MetricTarget;
          3! metric as2.MetricIdentifier
        as2.PodsMetricSource: 1! metric as2.MetricIdentifier; 2! target as2.MetricTarget
        as2.ResourceMetricSource: 1! name s; 2! target as2.MetricTarget
        as2.ContainerResourceMetricSource: 1! name s; 2! target as2.MetricTarget; 3! container s
        as2.ExternalMetricSource: 1! metric as2.MetricIdentifier; 2! target as2.MetricTarget
        as2.HPAScalingRules: 3? stabilizationWindowSeconds i; 1? selectPolicy s; 2* policies
          as2.HPAScalingPolicy; 4? tolerance Q
        as2.ObjectMetricStatus: 1! metric as2.MetricIdentifier; 2! current as2.MetricValueStatus; 3!
          describedObject as2.CrossVersionObjectReference
        as2.PodsMetricStatus: 1! metric as2.MetricIdentifier; 2! current as2.MetricValueStatus
        as2.ResourceMetricStatus: 1! name s; 2! current as2.MetricValueStatus
        as2.ContainerResourceMetricStatus: 1! name s; 2! current as2.MetricValueStatus; 3! container s
        as2.ExternalMetricStatus: 1! metric as2.MetricIdentifier; 2! current as2.MetricValueStatus
        disc.ForZone: 1! name s
        disc.ForNode: 1! name s
        adm.ServiceReference: 1! namespace s; 2! name s; 3? path s; 4? port i
        adm.Rule: 1* apiGroups s; 2* apiVersions s; 3* resources s; 4? scope s
        batch.PodFailurePolicyOnExitCodesRequirement: 1? containerName s; 2! operator s; 3*! values i
        batch.PodFailurePolicyOnPodConditionsPattern: 1! type s; 2! status s
        net.ServiceBackendPort: 1 name s; 2 number i
        net.HTTPIngressRuleValue: 1*! paths net.HTTPIngressPath
        net.IngressPortStatus: 1! port i; 2! protocol s; 3? error s
        net.IPBlock: 1! cidr s; 2* except s
        as2.MetricTarget: 1! type s; 2? value Q; 3? averageValue Q; 4? averageUtilization i
        as2.MetricIdentifier: 1! name s; 2? selector meta.LabelSelector
        as2.HPAScalingPolicy: 1! type s; 2! value i; 3! periodSeconds i
        as2.MetricValueStatus: 1? value Q; 2? averageValue Q; 3? averageUtilization i
        net.HTTPIngressPath: 1 path s; 3? pathType s; 2! backend net.IngressBackend
        """
}
