/// Finds slot numbers by the hash of their keys, eight bytes an entry; the keys themselves stay with the objects.
///
/// Open addressing with linear probing; removal closes the gap, so that nothing degrades over time.
struct SlotIndex {
    /// Upper half: hash; lower half: slot + 1; zero where empty.
    private var entries: [UInt64] = []
    private(set) var count = 0

    /// The slot with that hash for which `matches` holds.
    func find(_ hash: UInt32, where matches: (UInt32) -> Bool) -> UInt32? {
        guard !entries.isEmpty else { return nil }
        let mask = entries.count - 1
        var place = Int(hash) & mask
        while entries[place] != 0 {
            if UInt32(truncatingIfNeeded: entries[place] >> 32) == hash {
                let slot = UInt32(truncatingIfNeeded: entries[place]) - 1
                if matches(slot) { return slot }
            }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Adds a slot that is not in yet.
    mutating func insert(_ slot: UInt32, hash: UInt32) {
        if (count + 1) * 4 > entries.count * 3 { grow() }
        place(UInt64(hash) << 32 | UInt64(slot) + 1)
        count += 1
    }

    /// Takes a slot out; nothing happens when it is not in.
    mutating func remove(_ slot: UInt32, hash: UInt32) {
        guard !entries.isEmpty else { return }
        let mask = entries.count - 1
        let wanted = UInt64(hash) << 32 | UInt64(slot) + 1
        var place = Int(hash) & mask
        while entries[place] != wanted {
            if entries[place] == 0 { return }
            place = (place + 1) & mask
        }
        entries[place] = 0
        count -= 1
        closeGap(at: place)
    }

    /// Moves later entries of the same run forward, so that probing never stops short of one.
    private mutating func closeGap(at gap: Int) {
        let mask = entries.count - 1
        var gap = gap
        var place = (gap + 1) & mask
        while entries[place] != 0 {
            let home = Int(entries[place] >> 32) & mask
            if (place - home) & mask >= (place - gap) & mask {
                entries[gap] = entries[place]
                entries[place] = 0
                gap = place
            }
            place = (place + 1) & mask
        }
    }

    private mutating func place(_ entry: UInt64) {
        let mask = entries.count - 1
        var place = Int(entry >> 32) & mask
        while entries[place] != 0 { place = (place + 1) & mask }
        entries[place] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = Array(repeating: 0, count: max(16, old.count * 2))
        for entry in old where entry != 0 { place(entry) }
    }
}
