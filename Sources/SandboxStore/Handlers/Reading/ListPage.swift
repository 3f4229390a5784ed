internal import DataTree

/// A page of a list.
struct ListPage: Sendable {
    var revision: UInt64
    var items: [Tree] = []
    /// Continues the list; nil on the last page.
    var token: String?
    /// How many objects come after the page, where that is known.
    var remaining: Int?
    /// The path of the last object taken.
    var last: String?
}
