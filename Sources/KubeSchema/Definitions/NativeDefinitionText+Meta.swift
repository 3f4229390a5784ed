extension NativeDefinitionText {
    static let meta = #"""
        package io.k8s.apimachinery.pkg.apis.meta.v1 meta
        APIGroup
          apiVersion string; kind string; name! string; preferredVersion GroupVersionForDiscovery
          serverAddressByClientCIDRs [ServerAddressByClientCIDR]; versions! [GroupVersionForDiscovery]
        APIGroupList
          apiVersion string; groups! [APIGroup]; kind string
        APIResource
          categories [string]; group string; kind! string; name! string; namespaced! bool; shortNames [string]
          singularName! string; storageVersionHash string; verbs! [string]; version string
        APIResourceList
          apiVersion string; groupVersion! string; kind string; resources! [APIResource]
        Condition
          lastTransitionTime! time; message! string
          observedGeneration int64  # The generation of the spec that the status describes.
          reason! string; status! string; type! string
        DeleteOptions
          apiVersion string; dryRun [string]; gracePeriodSeconds int64
          ignoreStoreReadErrorWithClusterBreakingPotential bool; kind string; orphanDependents bool
          preconditions Preconditions; propagationPolicy string
        FieldSelectorRequirement
          key! string; operator! string; values [string]
        GroupVersionForDiscovery
          groupVersion! string; version! string
        LabelSelector atomic  # Selects objects by their labels; all requirements must hold.
          matchExpressions [LabelSelectorRequirement]  # Requirements on labels.
          matchLabels {string}  # Labels that must have exactly these values.
        LabelSelectorRequirement
          key! string; operator! string; values [string]
        ListMeta
          continue string; remainingItemCount int64; resourceVersion string; selfLink string
        ManagedFieldsEntry
          apiVersion string; fieldsType string; fieldsV1 fields; manager string; operation string
          subresource string; time time
        ObjectMeta  # What every stored object carries: its names, labels, owners and versions.
          annotations {string}  # Keys and values for tools; not matched by selectors.
          creationTimestamp time  # When the server created the object.
          deletionGracePeriodSeconds int64
          deletionTimestamp time  # When the object will be gone, set once deletion was asked for.
          finalizers [string] set merge  # Must be empty before the object is removed from storage.
          generateName string  # A prefix from which the server makes a unique name when no name is given.
          generation int64  # Grows by one with every change of the wanted state.
          labels {string}  # Keys and values that selectors match.
          managedFields [ManagedFieldsEntry]  # Which manager set which field.
          name string  # Unique within its namespace and kind; cannot change.
          namespace string  # The namespace the object lives in; cannot change.
          ownerReferences [OwnerReference] key:uid  # Objects this one depends on; it goes when all of them are gone.
          resourceVersion string  # The version of the stored object, opaque; for optimistic concurrency and watches.
          selfLink string
          uid string  # Tells this object from all others, past and future.
        OwnerReference atomic
          apiVersion! string; blockOwnerDeletion bool; controller bool; kind! string; name! string
          uid! string
        Preconditions
          resourceVersion string; uid string
        ServerAddressByClientCIDR
          clientCIDR! string; serverAddress! string
        Status
          apiVersion string; code int32; details StatusDetails; kind string; message string; metadata ListMeta
          reason string
          status string  # The state observed; written by controllers.
        StatusCause
          field string; message string; reason string
        StatusDetails
          causes [StatusCause]; group string; kind string; name string; retryAfterSeconds int32; uid string
        """#
}
