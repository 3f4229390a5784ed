internal import DataTree

/// A pod template that a copy of another one takes the place of, kept until the copy serves, so that it can be put back.
struct ReplacedTemplate: Sendable, Hashable {
    /// The template as it was.
    let template: Tree
    /// What took its place, as a digest: whatever else is found there is somebody else's, and stays.
    let copy: String

    /// Keeps what `copy` takes the place of.
    init(_ template: Tree, by copy: Tree) {
        self.template = template
        self.copy = TextDigest.of(SideState.plain(copy))
    }

    /// Reads what ``tree`` gives; nil where there is nothing that can be read.
    init?(_ tree: Tree?) {
        guard let template = tree?["template"], template.object != nil, let copy = tree?["copy"]?.string else {
            return nil
        }
        self.template = template
        self.copy = copy
    }

    /// As an annotation keeps it.
    var tree: Tree { ["template": template, "copy": .string(copy)] }

    /// The template to put in the place of `present`: the one it was, with the labels of the mesh as they are by now; nil where the copy
    /// is not there any more, or where the two are the same but for the labels of versions and meshes, so that nothing is to be put back.
    func restored(over present: Tree) -> Tree? {
        guard TextDigest.of(SideState.plain(present)) == copy else { return nil }
        guard TextDigest.of(SideState.plain(template)) != copy else { return nil }
        return SideState.keepingMesh(of: present, in: template)
    }
}
