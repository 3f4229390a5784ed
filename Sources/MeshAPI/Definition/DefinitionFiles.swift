internal import KubeAPI
internal import MeshBase

/// The files of a folder with CustomResourceDefinitions, as far as it has to be known which they are.
package enum DefinitionFiles {
    /// What tells the files of a folder from others: of their names and bytes, in order.
    ///
    /// - Parameter files: the name of each file in the folder and what it holds, by name.
    /// - Returns: 16 hexadecimal digits, equal for equal files.
    package static func fingerprint(_ files: [(name: String, content: [UInt8])]) -> String {
        var fingerprint = Fingerprint()
        for file in files {
            fingerprint.combine(Array(file.name.utf8))
            fingerprint.combine([0])
            fingerprint.combine(file.content)
            fingerprint.combine([0])
        }
        return fingerprint.hexadecimal
    }

    /// The names of the definitions in the folder `CRDs` of this version: those of the operator's own kinds, in order.
    package static let shippedNames = [MeshNames.resource.qualifiedName, RolloutNames.resource.qualifiedName]

    /// Where the Swift source goes that carries the fingerprint of `CRDs`, below the project's folder.
    package static let sourcePath = "Sources/MeshAPI/Definition/DefinitionFiles+Shipped.swift"

    /// The Swift source that carries the fingerprint of `files`.
    package static func source(of files: [(name: String, content: [UInt8])]) -> String {
        """
        // Made by hack/generate from CRDs/. Do not edit.

        extension DefinitionFiles {
            /// The fingerprint of the files in the folder `CRDs` of this version.
            package static let shipped = "\(fingerprint(files))"
        }

        """
    }
}
