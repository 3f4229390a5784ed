internal import DataTree
package import FieldOwnership
package import KubeAPI

/// A field that we set at first and that others may take over for good.
package enum SharedField {
    /// Whether the field at `place` of a kind belongs to whoever wrote it last.
    ///
    /// istiod writes `caBundle` into webhooks once it has a certificate authority, and turns the `failurePolicy` of the
    /// validating webhook to `Fail` once it can serve; conversion webhooks get their `caBundle` the same way.
    package static func isShared(_ place: FieldPlace, of kind: GroupVersionKind) -> Bool {
        let names = place.fieldNames
        switch kind.kind {
        case "MutatingWebhookConfiguration":
            return names.first == "webhooks" && names.last == "caBundle"
        case "ValidatingWebhookConfiguration":
            return names.first == "webhooks" && (names.last == "caBundle" || names == ["webhooks", "failurePolicy"])
        case "CustomResourceDefinition":
            return names.starts(with: ["spec", "conversion"]) && names.last == "caBundle"
        default:
            return false
        }
    }
}
