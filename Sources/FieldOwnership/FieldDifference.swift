package import DataTree

/// One field that is not as desired.
package struct FieldDifference: Sendable, Hashable, CustomStringConvertible {
    /// In which way.
    package enum Kind: String, Sendable, Hashable {
        /// The field is not there.
        case missing
        /// The field holds another value.
        case changed
        /// The value is right, but the field is not recorded as ours.
        case unclaimed
        /// We still own a field that is no longer desired.
        case surplus
    }

    /// Where.
    package let place: FieldPlace
    /// In which way.
    package let kind: Kind
    /// What it should hold.
    package let desired: Tree?
    /// What it holds.
    package let live: Tree?

    /// Makes a difference.
    package init(place: FieldPlace, kind: Kind, desired: Tree? = nil, live: Tree? = nil) {
        self.place = place
        self.kind = kind
        self.desired = desired
        self.live = live
    }

    /// `changed spec.replicas`.
    package var description: String { "\(kind.rawValue) \(place)" }
}
