extension NativeDefinitionText {
    static let workloads = #"""
        package io.k8s.api.apps.v1 apps
        ControllerRevision  # A stored state of a DaemonSet or StatefulSet.
          apiVersion string; data raw; kind string; metadata meta.ObjectMeta; revision! int64
        DaemonSet  # Runs one pod on every matching node.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec DaemonSetSpec  # The state wanted.
          status DaemonSetStatus  # The state observed; written by controllers.
        DaemonSetCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        DaemonSetSpec
          minReadySeconds int32; revisionHistoryLimit int32; selector! meta.LabelSelector
          template! core.PodTemplateSpec  # The pods to run.
          updateStrategy DaemonSetUpdateStrategy
        DaemonSetStatus
          collisionCount int32; conditions [DaemonSetCondition] key:type; currentNumberScheduled! int32
          desiredNumberScheduled! int32; numberAvailable int32; numberMisscheduled! int32; numberReady! int32
          numberUnavailable int32
          observedGeneration int64  # The generation of the spec that the status describes.
          updatedNumberScheduled int32
        DaemonSetUpdateStrategy
          rollingUpdate RollingUpdateDaemonSet; type string enum:OnDelete|RollingUpdate
        Deployment  # Keeps pods of one template running and replaces them gradually when the template changes.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec DeploymentSpec  # The state wanted.
          status DeploymentStatus  # The state observed; written by controllers.
        DeploymentCondition
          lastTransitionTime time; lastUpdateTime time; message string; reason string; status! string
          type! string
        DeploymentSpec  # The behaviour wanted of a Deployment.
          minReadySeconds int32  # Seconds a new pod must be ready before it counts as available.
          paused bool  # Do not roll out changes.
          progressDeadlineSeconds int32  # Seconds without progress until a rollout has failed. Defaults to 600.
          replicas int32  # The number of pods. Defaults to 1.
          revisionHistoryLimit int32  # Old ReplicaSets to keep. Defaults to 10.
          selector! meta.LabelSelector  # Labels of the pods that belong to the Deployment; cannot change.
          strategy DeploymentStrategy retainKeys  # How pods are replaced.
          template! core.PodTemplateSpec  # The pods to run.
        DeploymentStatus
          availableReplicas int32; collisionCount int32; conditions [DeploymentCondition] key:type
          observedGeneration int64  # The generation of the spec that the status describes.
          readyReplicas int32; replicas int32; terminatingReplicas int32; unavailableReplicas int32
          updatedReplicas int32
        DeploymentStrategy
          rollingUpdate RollingUpdateDeployment; type string enum:Recreate|RollingUpdate
        ReplicaSet  # Keeps a number of equal pods running.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ReplicaSetSpec  # The state wanted.
          status ReplicaSetStatus  # The state observed; written by controllers.
        ReplicaSetCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        ReplicaSetSpec
          minReadySeconds int32; replicas int32; selector! meta.LabelSelector; template core.PodTemplateSpec
        ReplicaSetStatus
          availableReplicas int32; conditions [ReplicaSetCondition] key:type; fullyLabeledReplicas int32
          observedGeneration int64  # The generation of the spec that the status describes.
          readyReplicas int32; replicas! int32; terminatingReplicas int32
        RollingUpdateDaemonSet
          maxSurge intOrString; maxUnavailable intOrString
        RollingUpdateDeployment
          maxSurge intOrString  # Pods above the wanted number during a rollout. Defaults to 25%.
          maxUnavailable intOrString  # Pods below the wanted number during a rollout. Defaults to 25%.
        RollingUpdateStatefulSetStrategy
          maxUnavailable intOrString; partition int32
        StatefulSet  # Runs pods with stable names, order and storage.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec StatefulSetSpec  # The state wanted.
          status StatefulSetStatus  # The state observed; written by controllers.
        StatefulSetCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        StatefulSetOrdinals
          start int32
        StatefulSetPersistentVolumeClaimRetentionPolicy
          whenDeleted string; whenScaled string
        StatefulSetSpec
          minReadySeconds int32; ordinals StatefulSetOrdinals
          persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy
          podManagementPolicy string enum:OrderedReady|Parallel; replicas int32; revisionHistoryLimit int32
          selector! meta.LabelSelector
          serviceName string  # The headless service that names the pods.
          template! core.PodTemplateSpec; updateStrategy StatefulSetUpdateStrategy
          volumeClaimTemplates [core.PersistentVolumeClaim]
        StatefulSetStatus
          availableReplicas int32; collisionCount int32; conditions [StatefulSetCondition] key:type
          currentReplicas int32; currentRevision string
          observedGeneration int64  # The generation of the spec that the status describes.
          readyReplicas int32; replicas! int32; updateRevision string; updatedReplicas int32
        StatefulSetUpdateStrategy
          rollingUpdate RollingUpdateStatefulSetStrategy; type string enum:OnDelete|RollingUpdate
        package io.k8s.api.batch.v1 batch
        CronJob  # Creates Jobs on a schedule.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec CronJobSpec  # The state wanted.
          status CronJobStatus  # The state observed; written by controllers.
        CronJobSpec
          concurrencyPolicy string enum:Allow|Forbid|Replace; failedJobsHistoryLimit int32
          jobTemplate! JobTemplateSpec
          schedule! string  # When to run, in cron format.
          startingDeadlineSeconds int64; successfulJobsHistoryLimit int32; suspend bool; timeZone string
        CronJobStatus
          active [core.ObjectReference]; lastScheduleTime time; lastSuccessfulTime time
        Job  # Runs pods until enough of them have succeeded.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec JobSpec  # The state wanted.
          status JobStatus  # The state observed; written by controllers.
        JobCondition
          lastProbeTime time; lastTransitionTime time; message string; reason string; status! string
          type! string
        JobSpec
          activeDeadlineSeconds int64
          backoffLimit int32  # Failures before the Job counts as failed. Defaults to 6.
          backoffLimitPerIndex int32; completionMode string enum:Indexed|NonIndexed
          completions int32  # Successful pods needed.
          managedBy string; manualSelector bool; maxFailedIndexes int32
          parallelism int32  # Most pods at a time.
          podFailurePolicy PodFailurePolicy; podReplacementPolicy string; selector meta.LabelSelector
          successPolicy SuccessPolicy; suspend bool; template! core.PodTemplateSpec
          ttlSecondsAfterFinished int32
        JobStatus
          active int32; completedIndexes string; completionTime time; conditions [JobCondition] merge:type
          failed int32; failedIndexes string; ready int32; startTime time; succeeded int32; terminating int32
          uncountedTerminatedPods UncountedTerminatedPods
        JobTemplateSpec
          metadata meta.ObjectMeta; spec JobSpec
        PodFailurePolicy
          rules! [PodFailurePolicyRule]
        PodFailurePolicyOnExitCodesRequirement
          containerName string; operator! string; values! [int32] set
        PodFailurePolicyOnPodConditionsPattern
          status! string; type! string
        PodFailurePolicyRule
          action! string; onExitCodes PodFailurePolicyOnExitCodesRequirement
          onPodConditions [PodFailurePolicyOnPodConditionsPattern]
        SuccessPolicy
          rules! [SuccessPolicyRule]
        SuccessPolicyRule
          succeededCount int32; succeededIndexes string
        UncountedTerminatedPods
          failed [string] set; succeeded [string] set
        package io.k8s.api.autoscaling.v2 autoscaling
        ContainerResourceMetricSource
          container! string; name! string; target! MetricTarget
        ContainerResourceMetricStatus
          container! string; current! MetricValueStatus; name! string
        CrossVersionObjectReference
          apiVersion string; kind! string; name! string
        ExternalMetricSource
          metric! MetricIdentifier; target! MetricTarget
        ExternalMetricStatus
          current! MetricValueStatus; metric! MetricIdentifier
        HPAScalingPolicy
          periodSeconds! int32; type! string enum:Percent|Pods; value! int32
        HPAScalingRules
          policies [HPAScalingPolicy]; selectPolicy string enum:Disabled|Max|Min
          stabilizationWindowSeconds int32; tolerance quantity
        HorizontalPodAutoscaler  # Sets the number of replicas of a workload from metrics.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec HorizontalPodAutoscalerSpec  # The state wanted.
          status HorizontalPodAutoscalerStatus  # The state observed; written by controllers.
        HorizontalPodAutoscalerBehavior
          scaleDown HPAScalingRules; scaleUp HPAScalingRules
        HorizontalPodAutoscalerCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        HorizontalPodAutoscalerSpec
          behavior HorizontalPodAutoscalerBehavior
          maxReplicas! int32  # Most replicas.
          metrics [MetricSpec]  # What to scale on. Defaults to 80% of the CPU requested.
          minReplicas int32  # Fewest replicas. Defaults to 1.
          scaleTargetRef! CrossVersionObjectReference  # The workload to scale.
        HorizontalPodAutoscalerStatus
          conditions [HorizontalPodAutoscalerCondition] key:type; currentMetrics [MetricStatus]
          currentReplicas int32; desiredReplicas! int32; lastScaleTime time
          observedGeneration int64  # The generation of the spec that the status describes.
        MetricIdentifier
          name! string; selector meta.LabelSelector
        MetricSpec
          containerResource ContainerResourceMetricSource; external ExternalMetricSource
          object ObjectMetricSource; pods PodsMetricSource; resource ResourceMetricSource
          type! string enum:ContainerResource|External|Object|Pods|Resource
        MetricStatus
          containerResource ContainerResourceMetricStatus; external ExternalMetricStatus
          object ObjectMetricStatus; pods PodsMetricStatus; resource ResourceMetricStatus; type! string
        MetricTarget
          averageUtilization int32; averageValue quantity; type! string; value quantity
        MetricValueStatus
          averageUtilization int32; averageValue quantity; value quantity
        ObjectMetricSource
          describedObject! CrossVersionObjectReference; metric! MetricIdentifier; target! MetricTarget
        ObjectMetricStatus
          current! MetricValueStatus; describedObject! CrossVersionObjectReference; metric! MetricIdentifier
        PodsMetricSource
          metric! MetricIdentifier; target! MetricTarget
        PodsMetricStatus
          current! MetricValueStatus; metric! MetricIdentifier
        ResourceMetricSource
          name! string; target! MetricTarget
        ResourceMetricStatus
          current! MetricValueStatus; name! string
        package io.k8s.api.autoscaling.v1 autoscaling1
        CrossVersionObjectReference atomic
          apiVersion string; kind! string; name! string
        HorizontalPodAutoscaler  # Sets the number of replicas of a workload from its CPU use.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec HorizontalPodAutoscalerSpec  # The state wanted.
          status HorizontalPodAutoscalerStatus  # The state observed; written by controllers.
        HorizontalPodAutoscalerSpec
          maxReplicas! int32; minReplicas int32; scaleTargetRef! CrossVersionObjectReference
          targetCPUUtilizationPercentage int32
        HorizontalPodAutoscalerStatus
          currentCPUUtilizationPercentage int32; currentReplicas! int32; desiredReplicas! int32
          lastScaleTime time
          observedGeneration int64  # The generation of the spec that the status describes.
        Scale  # The number of replicas of a workload.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ScaleSpec  # The state wanted.
          status ScaleStatus  # The state observed; written by controllers.
        ScaleSpec
          replicas int32
        ScaleStatus
          replicas! int32; selector string
        package io.k8s.api.policy.v1 policy
        Eviction  # Asks for a pod to be removed within its disruption budgets.
          apiVersion string; deleteOptions meta.DeleteOptions; kind string; metadata meta.ObjectMeta
        PodDisruptionBudget  # How many pods of a set may be down at once by voluntary disruption.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec PodDisruptionBudgetSpec  # The state wanted.
          status PodDisruptionBudgetStatus  # The state observed; written by controllers.
        PodDisruptionBudgetSpec
          maxUnavailable intOrString  # Pods that may be unavailable, a number or a share.
          minAvailable intOrString  # Pods that must stay available, a number or a share.
          selector meta.LabelSelector replace
          unhealthyPodEvictionPolicy string enum:AlwaysAllow|IfHealthyBudget
        PodDisruptionBudgetStatus
          conditions [meta.Condition] key:type; currentHealthy! int32; desiredHealthy! int32
          disruptedPods {time}; disruptionsAllowed! int32; expectedPods! int32
          observedGeneration int64  # The generation of the spec that the status describes.
        """#
}
