extension NativeDefinitionText {
    static let cluster = #"""
        package io.k8s.api.coordination.v1 coordination
        Lease  # A lock or a heartbeat with a holder and a time.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec LeaseSpec  # The state wanted.
        LeaseSpec
          acquireTime microTime; holderIdentity string; leaseDurationSeconds int32; leaseTransitions int32
          preferredHolder string; renewTime microTime; strategy string
        package io.k8s.api.events.v1 events
        Event  # A report of something that happened to an object.
          action string; apiVersion string; deprecatedCount int32; deprecatedFirstTimestamp time
          deprecatedLastTimestamp time; deprecatedSource core.EventSource; eventTime! microTime; kind string
          metadata meta.ObjectMeta; note string; reason string; regarding core.ObjectReference
          related core.ObjectReference; reportingController string; reportingInstance string
          series EventSeries; type string
        EventSeries
          count! int32; lastObservedTime! microTime
        package io.k8s.api.scheduling.v1 scheduling
        PriorityClass  # A name for a pod priority.
          apiVersion string; description string; globalDefault bool; kind string; metadata meta.ObjectMeta
          preemptionPolicy string; value! int32
        package io.k8s.api.storage.v1 storage
        StorageClass  # A kind of storage that claims can ask for.
          allowVolumeExpansion bool; allowedTopologies [core.TopologySelectorTerm]; apiVersion string
          kind string; metadata meta.ObjectMeta; mountOptions [string]; parameters {string}
          provisioner! string; reclaimPolicy string; volumeBindingMode string
        package io.k8s.api.node.v1 node
        Overhead
          podFixed {quantity}
        RuntimeClass  # A container runtime that pods can ask for.
          apiVersion string; handler! string; kind string; metadata meta.ObjectMeta; overhead Overhead
          scheduling Scheduling
        Scheduling
          nodeSelector {string} atomic; tolerations [core.Toleration]
        """#
}
