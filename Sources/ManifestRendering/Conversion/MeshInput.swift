internal import DataTree
package import KubeAPI
package import MeshAPI

/// A mesh as a user's file describes it, whichever of the two kinds the file holds.
package struct MeshInput: Sendable {
    /// The MeshOperator, converted where needed.
    package var resource: MeshOperatorResource
    /// Whether the file held an IstioOperator.
    package var isConverted: Bool
    /// What conversion could not carry over.
    package var warnings: [String]

    /// Reads an object with settings from a command line over it.
    ///
    /// Throws ``SpecError`` for what is wrong with the object, ``RenderError`` for what is wrong with a setting.
    package init(_ object: KubeObject, settings: [SettingFlag] = [], catalogue: VersionCatalogue) throws {
        var tree = object.tree
        if tree["spec"]?.isNull ?? true { tree["spec"] = .object(TreeObject()) }
        for setting in settings { tree = try setting.apply(to: tree) }
        let changed = KubeObject(tree)
        let isBare = tree["kind"] == nil && tree["apiVersion"] == nil
        guard object.kind == IstioOperatorConversion.kind || isBare else {
            resource = try Self.read(changed)
            isConverted = false
            warnings = []
            return
        }
        let conversion = try IstioOperatorConversion(changed, catalogue: catalogue)
        resource = try Self.read(conversion.object)
        isConverted = true
        warnings = conversion.warnings
    }

    /// Reads a MeshOperator, amounts in its untyped parts included.
    private static func read(_ object: KubeObject) throws -> MeshOperatorResource {
        let resource = try MeshOperatorResource(decoding: object)
        let issues = QuantityCheck.issues(in: object.tree["spec"] ?? .null)
        guard issues.isEmpty else { throw SpecError(issues: issues) }
        return resource
    }
}
