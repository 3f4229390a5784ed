// Made by hack/generate from CRDs/. Do not edit.

extension DefinitionFiles {
    /// The fingerprint of the files in the folder `CRDs` of this version.
    package static let shipped = "febe9ac05a89ea7d"
}
