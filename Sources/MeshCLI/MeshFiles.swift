internal import DataTree
internal import Foundation
package import KubeAPI
package import ManifestRendering
internal import MeshAPI

/// Files with resources, read through a function so that nothing here touches the disk.
package struct MeshFiles: Sendable {
    /// Gives the text of a file; `-` is standard input.
    package typealias Reader = @Sendable (String) throws -> String

    private let read: Reader

    /// Makes files of a reader.
    package init(read: @escaping Reader) {
        self.read = read
    }

    /// All objects of a file; the items of a `List` count one by one.
    ///
    /// Throws ``CommandError`` naming the file that cannot be read, and the line and column of what is not YAML.
    package func objects(_ path: String) throws(CommandError) -> [KubeObject] {
        let text: String
        do {
            text = try read(path)
        } catch {
            throw CommandError(.badFile, Self.unreadable(path, error), cause: error)
        }
        let documents: [Tree]
        do {
            documents = try YAML.documents(text)
        } catch {
            throw CommandError(.badFile, "\(path): cannot be read as YAML: \(error)", cause: error)
        }
        var result: [KubeObject] = []
        for (number, document) in documents.enumerated() where !document.isNull {
            guard document.object != nil else {
                throw CommandError(
                    .badFile,
                    "\(path): document \(number + 1) is no object; write a Kubernetes resource"
                )
            }
            if document["kind"]?.string == "List", let items = document["items"]?.array {
                result += items.map { KubeObject($0) }
            } else {
                result.append(KubeObject(document))
            }
        }
        return result
    }

    /// What is wrong with a file that cannot be read, and the remedy, in words that do not depend on the platform's error.
    private static func unreadable(_ path: String, _ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?: "-f \(path): no such file; give the path of a YAML file, or - for standard input"
        case .fileReadNoPermission?: "-f \(path): may not be read; change its permissions or run as its owner"
        default: "-f \(path): cannot be read; give the path of a YAML file (no directory), or - for standard input"
        }
    }

    /// Whether an object describes a mesh: a MeshOperator, an IstioOperator, or the fields of one without a kind.
    package static func isMesh(_ object: KubeObject) -> Bool {
        object.kind == MeshNames.kind || object.kind == IstioOperatorConversion.kind || isBare(object)
    }

    private static func isBare(_ object: KubeObject) -> Bool {
        object.tree["kind"] == nil && object.tree["apiVersion"] == nil
    }

    /// The mesh that files describe, later files over earlier ones, settings over both.
    ///
    /// Without files it is the default profile. Each file holds one mesh, all of them of the same kind.
    package func mesh(
        _ paths: [String],
        settings: [SettingFlag],
        catalogue: VersionCatalogue
    ) throws -> MeshInput {
        var merged: KubeObject?
        for path in paths {
            let found = try objects(path).filter(Self.isMesh)
            guard let object = found.first, found.count == 1 else {
                throw CommandError(
                    .badFile,
                    "\(path): holds \(found.count) MeshOperator or IstioOperator resources; give files with one each"
                )
            }
            merged = try merged.map { try Self.merge(object, over: $0, path) } ?? object
        }
        let start = merged ?? KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "mesh"))
        return try MeshInput(start, settings: settings, catalogue: catalogue)
    }

    private static func merge(_ top: KubeObject, over base: KubeObject, _ path: String) throws(CommandError)
        -> KubeObject
    {
        guard top.kind == base.kind || isBare(top) || isBare(base) else {
            throw CommandError(
                .badFile,
                "\(path): is a \(top.kind.kind), the file before a \(base.kind.kind); use one kind"
            )
        }
        return KubeObject(base.tree.overlaid(with: top.tree))
    }
}
