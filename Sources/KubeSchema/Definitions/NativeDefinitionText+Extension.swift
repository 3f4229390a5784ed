extension NativeDefinitionText {
    static let extensions = #"""
        package io.k8s.api.admissionregistration.v1 admission
        AuditAnnotation
          key! string; valueExpression! string
        ExpressionWarning
          fieldRef! string; warning! string
        MatchCondition
          expression! string; name! string
        MatchResources atomic
          excludeResourceRules [NamedRuleWithOperations]; matchPolicy string
          namespaceSelector meta.LabelSelector; objectSelector meta.LabelSelector
          resourceRules [NamedRuleWithOperations]
        MutatingWebhook
          admissionReviewVersions! [string]; clientConfig! WebhookClientConfig
          failurePolicy string enum:Fail|Ignore  # What to do when the webhook cannot be asked. Defaults to Fail.
          matchConditions [MatchCondition] key:name; matchPolicy string enum:Equivalent|Exact; name! string
          namespaceSelector meta.LabelSelector  # Labels of the namespaces whose objects are sent.
          objectSelector meta.LabelSelector  # Labels of the objects that are sent.
          reinvocationPolicy string enum:IfNeeded|Never
          rules [RuleWithOperations]  # The operations and resources that are sent.
          sideEffects! string enum:None|NoneOnDryRun|Some|Unknown; timeoutSeconds int32
        MutatingWebhookConfiguration  # Webhooks that may change objects before they are stored.
          apiVersion string; kind string; metadata meta.ObjectMeta; webhooks [MutatingWebhook] key:name
        NamedRuleWithOperations atomic
          apiGroups [string]; apiVersions [string]; operations [string]; resourceNames [string]
          resources [string]; scope string
        ParamKind atomic
          apiVersion string; kind string
        ParamRef atomic
          name string; namespace string; parameterNotFoundAction string; selector meta.LabelSelector
        RuleWithOperations
          apiGroups [string]; apiVersions [string]; operations [string]; resources [string]; scope string
        ServiceReference
          name! string; namespace! string; path string; port int32
        TypeChecking
          expressionWarnings [ExpressionWarning]
        ValidatingAdmissionPolicy  # CEL expressions that may refuse objects before they are stored.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ValidatingAdmissionPolicySpec  # The state wanted.
          status ValidatingAdmissionPolicyStatus  # The state observed; written by controllers.
        ValidatingAdmissionPolicyBinding  # Puts a ValidatingAdmissionPolicy into force.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec ValidatingAdmissionPolicyBindingSpec  # The state wanted.
        ValidatingAdmissionPolicyBindingSpec
          matchResources MatchResources; paramRef ParamRef; policyName string; validationActions [string] set
        ValidatingAdmissionPolicySpec
          auditAnnotations [AuditAnnotation]; failurePolicy string enum:Fail|Ignore
          matchConditions [MatchCondition] key:name; matchConstraints MatchResources; paramKind ParamKind
          validations [Validation]; variables [Variable] key:name
        ValidatingAdmissionPolicyStatus
          conditions [meta.Condition] map:type
          observedGeneration int64  # The generation of the spec that the status describes.
          typeChecking TypeChecking
        ValidatingWebhook
          admissionReviewVersions! [string]; clientConfig! WebhookClientConfig
          failurePolicy string enum:Fail|Ignore; matchConditions [MatchCondition] key:name
          matchPolicy string enum:Equivalent|Exact; name! string; namespaceSelector meta.LabelSelector
          objectSelector meta.LabelSelector; rules [RuleWithOperations]
          sideEffects! string enum:None|NoneOnDryRun|Some|Unknown; timeoutSeconds int32
        ValidatingWebhookConfiguration  # Webhooks that may refuse objects before they are stored.
          apiVersion string; kind string; metadata meta.ObjectMeta; webhooks [ValidatingWebhook] key:name
        Validation
          expression! string; message string; messageExpression string; reason string
        Variable atomic
          expression! string; name! string
        WebhookClientConfig
          caBundle bytes  # PEM certificates that verify the webhook's server certificate.
          service ServiceReference; url string
        package io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1 apiextensions
        CustomResourceColumnDefinition
          description string; format string; jsonPath! string; name! string; priority int32; type! string
        CustomResourceConversion
          strategy! string enum:None|Webhook; webhook WebhookConversion
        CustomResourceDefinition  # Adds a kind of resource to the API.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec! CustomResourceDefinitionSpec  # The state wanted.
          status CustomResourceDefinitionStatus  # The state observed; written by controllers.
        CustomResourceDefinitionCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        CustomResourceDefinitionNames
          categories [string]; kind! string; listKind string; plural! string; shortNames [string]
          singular string
        CustomResourceDefinitionSpec
          conversion CustomResourceConversion; group! string; names! CustomResourceDefinitionNames
          preserveUnknownFields bool; scope! string enum:Cluster|Namespaced
          versions! [CustomResourceDefinitionVersion]
        CustomResourceDefinitionStatus
          acceptedNames CustomResourceDefinitionNames; conditions [CustomResourceDefinitionCondition] map:type
          storedVersions [string]
        CustomResourceDefinitionVersion
          additionalPrinterColumns [CustomResourceColumnDefinition]; deprecated bool
          deprecationWarning string; name! string; schema CustomResourceValidation
          selectableFields [SelectableField]; served! bool; storage! bool
          subresources CustomResourceSubresources
        CustomResourceSubresourceScale
          labelSelectorPath string; specReplicasPath! string; statusReplicasPath! string
        CustomResourceSubresourceStatus
        CustomResourceSubresources
          scale CustomResourceSubresourceScale; status CustomResourceSubresourceStatus
        CustomResourceValidation
          openAPIV3Schema JSONSchemaProps
        ExternalDocumentation
          description string; url string
        JSONSchemaProps
          $ref string; $schema string; additionalItems json; additionalProperties json
          allOf [JSONSchemaProps]; anyOf [JSONSchemaProps]; default json; definitions {JSONSchemaProps}
          dependencies {json}; description string; enum [json]; example json; exclusiveMaximum bool
          exclusiveMinimum bool; externalDocs ExternalDocumentation; format string; id string; items json
          maxItems int64; maxLength int64; maxProperties int64; maximum double; minItems int64
          minLength int64; minProperties int64; minimum double; multipleOf double; not JSONSchemaProps
          nullable bool; oneOf [JSONSchemaProps]; pattern string; patternProperties {JSONSchemaProps}
          properties {JSONSchemaProps}; required [string]; title string; type string; uniqueItems bool
          x-kubernetes-embedded-resource bool; x-kubernetes-int-or-string bool
          x-kubernetes-list-map-keys [string]; x-kubernetes-list-type string; x-kubernetes-map-type string
          x-kubernetes-preserve-unknown-fields bool; x-kubernetes-validations [ValidationRule] key:rule
        SelectableField
          jsonPath! string
        ServiceReference
          name! string; namespace! string; path string; port int32
        ValidationRule
          fieldPath string; message string; messageExpression string; optionalOldSelf bool; reason string
          rule! string
        WebhookClientConfig
          caBundle bytes; service ServiceReference; url string
        WebhookConversion
          clientConfig WebhookClientConfig; conversionReviewVersions! [string]
        package io.k8s.kube-aggregator.pkg.apis.apiregistration.v1 apiregistration
        APIService  # A group and version of the API and who serves it.
          apiVersion string; kind string; metadata meta.ObjectMeta
          spec APIServiceSpec  # The state wanted.
          status APIServiceStatus  # The state observed; written by controllers.
        APIServiceCondition
          lastTransitionTime time; message string; reason string; status! string; type! string
        APIServiceSpec
          caBundle bytes; group string; groupPriorityMinimum! int32; insecureSkipTLSVerify bool
          service ServiceReference; version string; versionPriority! int32
        APIServiceStatus
          conditions [APIServiceCondition] key:type
        ServiceReference
          name string; namespace string; port int32
        """#
}
