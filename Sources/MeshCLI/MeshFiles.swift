package import DataTree
internal import Foundation
package import KubeAPI
package import ManifestRendering
internal import MeshAPI

/// Files with resources, read through a function so that nothing here touches the disk.
package struct MeshFiles: Sendable {
    /// Gives the text of a file; `-` is standard input.
    package typealias Reader = @Sendable (String) throws -> String
    /// Gives the paths of the files of a folder with resources, in order; nil for what is no folder.
    package typealias Lister = @Sendable (String) throws -> [String]?

    /// A resource of a file, and where it stands there.
    package struct Entry: Sendable, Hashable {
        /// The resource.
        package var object: KubeObject
        /// The path from the root of its document: `items[2]` within a `List`, else the root.
        package var path: TreePath
        /// Where the values of the document stand; nil where that is not known.
        package var places: YAML.Places?

        /// Where a value of the resource is written, or the nearest one around it.
        package func place(of path: TreePath) -> YAML.Places.Place? {
            places?.nearest(to: TreePath(self.path.steps + path.steps))
        }
    }

    private var read: Reader
    private let list: Lister
    /// How the command line names the files, for messages: an option, an argument, or nothing where the message names the file anyway.
    private var word = "-f"

    /// Makes files of a reader, and of a lister where folders are known.
    package init(read: @escaping Reader, list: @escaping Lister = { _ in nil }) {
        self.read = read
        self.list = list
    }

    /// The same files, of which messages say that they were given as an option or argument, for example `--crds`.
    package func given(as word: String) -> MeshFiles {
        var files = self
        files.word = word
        return files
    }

    /// The same files, one of them read now and for all: standard input and pipes can be read only once.
    package func keeping(_ path: String) throws(CommandError) -> MeshFiles {
        let text = try text(path)
        var files = self
        files.read = { [read] in $0 == path ? text : try read($0) }
        return files
    }

    /// All objects of a file; the items of a `List` count one by one.
    ///
    /// Throws ``CommandError`` naming the file that cannot be read, and the line and column of what is not YAML.
    package func objects(_ path: String) throws(CommandError) -> [KubeObject] {
        try documents(text(path), path).flatMap { Self.entries(of: $0, places: nil) }.map(\.object)
    }

    /// The objects of a dump of a cluster, without what nobody asks of its pods and templates: most of the text.
    ///
    /// Throws as ``objects(_:)`` does.
    package func dump(_ path: String) throws(CommandError) -> [KubeObject] {
        try documents(text(path), path, leavingOut: Self.unasked).flatMap { Self.entries(of: $0, places: nil) }
            .map(\.object)
    }

    private static let unasked: TreeProjection = {
        let details = [
            "args", "command", "env", "envFrom", "lifecycle", "livenessProbe", "readinessProbe", "resources",
            "securityContext", "startupProbe", "volumeMounts",
        ]
        var places = [["metadata", "managedFields"]]
        for spec in [["spec"], ["spec", "template", "spec"]] {
            places += ["volumes", "tolerations"].map { name in spec + [name] }
            for list in ["containers", "initContainers"] {
                places += details.map { detail in spec + [list, "*", detail] }
            }
        }
        let inLists = places.map { place in ["items", "*"] + place }
        return TreeProjection(dropping: places + inLists)
    }()

    /// All resources of a file with their places; throws as ``objects(_:)`` does.
    package func entries(_ path: String) throws(CommandError) -> [Entry] {
        let text = try text(path)
        let documents = try documents(text, path)
        // Places are for messages: a text too odd or too large to have them is checked without.
        let places = text.utf8.count <= 8 << 20 ? (try? YAML.places(text)) ?? [] : []
        guard places.count == documents.count else {
            return documents.flatMap { Self.entries(of: $0, places: nil) }
        }
        return zip(documents, places).flatMap { Self.entries(of: $0, places: $1) }
    }

    /// The files a path stands for: those of a folder that hold YAML or JSON by their names, else the path itself.
    package func expand(_ path: String) throws(CommandError) -> [String] {
        guard path != "-" else { return [path] }
        do {
            return try list(path) ?? [path]
        } catch {
            throw CommandError(.badFile, unreadable(path, error), cause: error)
        }
    }

    private func text(_ path: String) throws(CommandError) -> String {
        do {
            return try read(path)
        } catch {
            throw CommandError(.badFile, unreadable(path, error), cause: error)
        }
    }

    private func documents(
        _ text: String,
        _ path: String,
        leavingOut projection: TreeProjection? = nil
    ) throws(CommandError) -> [Tree] {
        let documents: [Tree]
        do {
            // Dumps of clusters come as JSON, which reads many times faster as such; what is no JSON may still be YAML.
            let isJSON = text.utf8.first == UInt8(ascii: "{")
            let json = isJSON ? try? JSONParser.parse(text, options: .init(projection: projection)) : nil
            documents = try json.map { [$0] } ?? YAML.documents(text)
        } catch {
            throw CommandError(.badFile, "\(path): cannot be read as YAML: \(error)", cause: error)
        }
        for (number, document) in documents.enumerated() where document.object == nil && !document.isNull {
            throw CommandError(
                .badFile,
                "\(path): document \(number + 1) is no object; write a Kubernetes resource"
            )
        }
        return documents
    }

    private static func entries(of document: Tree, places: YAML.Places?) -> [Entry] {
        guard !document.isNull else { return [] }
        guard document["kind"]?.string == "List", let items = document["items"]?.array else {
            return [Entry(object: KubeObject(document), path: .root, places: places)]
        }
        return items.enumerated().map { index, item in
            let path = TreePath(keys: "items").appending(index: index)
            return Entry(object: KubeObject(item), path: path, places: places)
        }
    }

    /// What is wrong with a file that cannot be read, and the remedy, in words that do not depend on the platform's error.
    private func unreadable(_ path: String, _ error: any Error) -> String {
        let name = word.isEmpty ? path : "\(word) \(path)"
        return switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?: "\(name): no such file; give the path of a YAML file, or - for standard input"
        case .fileReadNoPermission?: "\(name): may not be read; change its permissions or run as its owner"
        default: "\(name): cannot be read; give the path of a YAML file (no directory), or - for standard input"
        }
    }

    /// Whether an object describes a mesh: a MeshOperator, an IstioOperator, or the fields of one without a kind.
    package static func isMesh(_ object: KubeObject) -> Bool {
        object.kind == MeshNames.kind || object.kind == IstioOperatorConversion.kind || isBare(object)
    }

    /// Whether an object says of itself that it describes a mesh.
    package static func isNamedMesh(_ object: KubeObject) -> Bool { isMesh(object) && !isBare(object) }

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
            let all = try objects(path)
            let found = all.filter(Self.isMesh)
            guard let object = found.first, found.count == 1 else {
                let what = "\(found.count) MeshOperator or IstioOperator resources"
                throw CommandError(
                    .badFile,
                    all.isEmpty
                        ? "\(path): is empty; give a file with a MeshOperator or an IstioOperator"
                        : "\(path): holds \(what); give files with one each"
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
