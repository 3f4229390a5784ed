/// A stack from whose top whole arrays are taken, so that each array is allocated once and at its exact size.
///
/// Safe to use: it owns its storage, elements below ``count`` are initialised and all others are not.
@safe
struct ScratchStack<Element>: ~Copyable {
    private var storage: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        unsafe self.storage = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe storage.deinitialize(count: count)
        unsafe storage.deallocate()
    }

    /// Puts an element on top.
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        unsafe (storage + count).initialize(to: element)
        count += 1
    }

    /// Reads or changes the element at `position`, which the caller knows to be below ``count``.
    subscript(position: Int) -> Element {
        get { unsafe storage[position] }
        set { unsafe storage[position] = newValue }
    }

    /// Takes all elements from `mark` on, in the order in which they were pushed.
    mutating func take(from mark: Int) -> [Element] {
        let taken = count - mark
        guard taken > 0 else { return [] }
        let source = unsafe storage + mark
        count = mark
        return unsafe Array(unsafeUninitializedCapacity: taken) { buffer, initialized in
            unsafe buffer.baseAddress?.moveInitialize(from: source, count: taken)
            initialized = taken
        }
    }

    /// Drops all elements from `mark` on.
    mutating func drop(to mark: Int) {
        unsafe (storage + mark).deinitialize(count: count - mark)
        count = mark
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: storage, count: count)
        unsafe storage.deallocate()
        unsafe storage = unsafe larger
        capacity *= 2
    }
}
