// Made by hack/generate from CRDs/. Do not edit.

extension DefinitionFiles {
    /// The fingerprint of the files in the folder `CRDs` of this version.
    package static let shipped = "fabf3299cbc1fb7f"
}
