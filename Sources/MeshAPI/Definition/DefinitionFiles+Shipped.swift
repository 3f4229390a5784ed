// Made by hack/generate from CRDs/. Do not edit.

extension DefinitionFiles {
    /// The fingerprint of the files in the folder `CRDs` of this version.
    package static let shipped = "38f851a6e0f9e3a6"
}
