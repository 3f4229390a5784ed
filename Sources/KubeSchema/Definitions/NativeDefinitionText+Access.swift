extension NativeDefinitionText {
    static let access = #"""
        package io.k8s.api.rbac.v1 rbac
        AggregationRule
          clusterRoleSelectors [meta.LabelSelector]
        ClusterRole  # Permissions for the whole cluster, or for use by bindings in namespaces.
          aggregationRule AggregationRule; apiVersion string; kind string; metadata meta.ObjectMeta
          rules [PolicyRule]
        ClusterRoleBinding  # Grants a cluster role to subjects in the whole cluster.
          apiVersion string; kind string; metadata meta.ObjectMeta; roleRef! RoleRef; subjects [Subject]
        PolicyRule
          apiGroups [string]  # API groups of the resources; empty string for core.
          nonResourceURLs [string]; resourceNames [string]
          resources [string]  # Resources the rule covers; * stands for all.
          verbs! [string]  # Verbs allowed; * stands for all.
        Role  # Permissions within one namespace.
          apiVersion string; kind string; metadata meta.ObjectMeta; rules [PolicyRule]
        RoleBinding  # Grants a role to subjects within one namespace.
          apiVersion string; kind string; metadata meta.ObjectMeta; roleRef! RoleRef; subjects [Subject]
        RoleRef atomic
          apiGroup! string; kind! string; name! string
        Subject atomic
          apiGroup string; kind! string; name! string; namespace string
        package io.k8s.api.authentication.v1 authentication
        BoundObjectReference
          apiVersion string; kind string; name string; uid string
        SelfSubjectReview  # Asks who the caller is.
          apiVersion string; kind string; metadata meta.ObjectMeta
          status SelfSubjectReviewStatus  # The state observed; written by controllers.
        SelfSubjectReviewStatus
          userInfo UserInfo
        TokenRequest  # Asks for a token of a service account.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! TokenRequestSpec  # The state wanted.
          status TokenRequestStatus  # The state observed; written by controllers.
        TokenRequestSpec
          audiences! [string]; boundObjectRef BoundObjectReference; expirationSeconds int64
        TokenRequestStatus
          expirationTimestamp! time; token! string
        TokenReview  # Asks who a token belongs to.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! TokenReviewSpec  # The state wanted.
          status TokenReviewStatus  # The state observed; written by controllers.
        TokenReviewSpec
          audiences [string]; token string
        TokenReviewStatus
          audiences [string]; authenticated bool; error string; user UserInfo
        UserInfo
          extra {[string]}; groups [string]; uid string; username string
        package io.k8s.api.authorization.v1 authorization
        FieldSelectorAttributes
          rawSelector string; requirements [meta.FieldSelectorRequirement]
        LabelSelectorAttributes
          rawSelector string; requirements [meta.LabelSelectorRequirement]
        LocalSubjectAccessReview  # Asks whether a user may do something in one namespace.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! SubjectAccessReviewSpec  # The state wanted.
          status SubjectAccessReviewStatus  # The state observed; written by controllers.
        NonResourceAttributes
          path string; verb string
        NonResourceRule
          nonResourceURLs [string]; verbs! [string]
        ResourceAttributes
          fieldSelector FieldSelectorAttributes; group string; labelSelector LabelSelectorAttributes
          name string; namespace string; resource string; subresource string; verb string; version string
        ResourceRule
          apiGroups [string]; resourceNames [string]; resources [string]; verbs! [string]
        SelfSubjectAccessReview  # Asks whether the caller may do something.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! SelfSubjectAccessReviewSpec  # The state wanted.
          status SubjectAccessReviewStatus  # The state observed; written by controllers.
        SelfSubjectAccessReviewSpec
          nonResourceAttributes NonResourceAttributes; resourceAttributes ResourceAttributes
        SelfSubjectRulesReview  # Asks what the caller may do in one namespace.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! SelfSubjectRulesReviewSpec  # The state wanted.
          status SubjectRulesReviewStatus  # The state observed; written by controllers.
        SelfSubjectRulesReviewSpec
          namespace string
        SubjectAccessReview  # Asks whether a user may do something.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! SubjectAccessReviewSpec  # The state wanted.
          status SubjectAccessReviewStatus  # The state observed; written by controllers.
        SubjectAccessReviewSpec
          extra {[string]}; groups [string]; nonResourceAttributes NonResourceAttributes
          resourceAttributes ResourceAttributes; uid string; user string
        SubjectAccessReviewStatus
          allowed! bool; denied bool; evaluationError string; reason string
        SubjectRulesReviewStatus
          evaluationError string; incomplete! bool; nonResourceRules! [NonResourceRule]
          resourceRules! [ResourceRule]
        package io.k8s.api.certificates.v1 certificates
        CertificateSigningRequest  # Asks for a certificate to be signed.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! CertificateSigningRequestSpec  # The state wanted.
          status CertificateSigningRequestStatus  # The state observed; written by controllers.
        CertificateSigningRequestCondition
          lastTransitionTime time; lastUpdateTime time; message string; reason string; status! string
          type! string
        CertificateSigningRequestSpec
          expirationSeconds int32; extra {[string]}; groups [string]; request! bytes; signerName! string
          uid string; usages [string]; username string
        CertificateSigningRequestStatus
          certificate bytes; conditions [CertificateSigningRequestCondition] map:type
        """#
}
