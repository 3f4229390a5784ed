/// Runs a program over a text: every alternative in step, so the time is at most text length times program size.
struct PatternMatcher {
    /// The alternatives alive at one place, in order of preference, each with the place where its match began.
    private struct Threads {
        var counters: [Int] = []
        var starts: [Int] = []
        private var stamps: [Int]
        private var generation = 1

        init(size: Int) {
            stamps = [Int](repeating: 0, count: size)
            counters.reserveCapacity(size)
            starts.reserveCapacity(size)
        }

        mutating func insert(_ counter: Int) -> Bool {
            if stamps[counter] == generation { return false }
            stamps[counter] = generation
            return true
        }

        mutating func clear() {
            generation += 1
            counters.removeAll(keepingCapacity: true)
            starts.removeAll(keepingCapacity: true)
        }
    }

    private let program: PatternProgram
    private let scalars: [UInt32]
    private var current: Threads
    private var next: Threads

    init(_ program: PatternProgram, _ scalars: [UInt32]) {
        self.program = program
        self.scalars = scalars
        self.current = Threads(size: program.instructions.count)
        self.next = Threads(size: program.instructions.count)
    }

    /// The first match at or after `start`, preferring earlier alternatives as Perl does; nil where there is none.
    ///
    /// With `anyEnd` the end of the range is where a match was first known, which is quicker.
    mutating func match(from start: Int, anyEnd: Bool = false) -> Range<Int>? {
        var found: Range<Int>?
        current.clear()
        var place = start
        while place <= scalars.count {
            if found == nil, place == start || !program.isAnchored {
                Self.follow(0, from: place, at: place, in: (program, scalars), into: &current)
            }
            if current.counters.isEmpty, found != nil || program.isAnchored { break }
            if let range = step(at: place) {
                found = range
                if anyEnd { return range }
            }
            swap(&current, &next)
            place += 1
        }
        return found
    }

    /// Advances all alternatives over the scalar at `place`, filling ``next``; the match that ends here, if any.
    private mutating func step(at place: Int) -> Range<Int>? {
        next.clear()
        for index in current.counters.indices {
            let counter = current.counters[index]
            switch program.instructions[counter] {
            case .accept:
                // Alternatives of lower preference end here.
                return current.starts[index]..<place
            case .consume(let set):
                guard place < scalars.count, program.sets[set].contains(scalars[place]) else { continue }
                Self.follow(
                    counter + 1,
                    from: current.starts[index],
                    at: place + 1,
                    in: (program, scalars),
                    into: &next
                )
            case .split, .jump, .check: continue
            }
        }
        return nil
    }

    /// Adds to `threads` every alternative reachable from `counter` without consuming.
    private static func follow(
        _ counter: Int,
        from start: Int,
        at place: Int,
        in context: (program: PatternProgram, scalars: [UInt32]),
        into threads: inout Threads
    ) {
        var stack = [counter]
        while let top = stack.popLast() {
            guard threads.insert(top) else { continue }
            switch context.program.instructions[top] {
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .check(let condition):
                if holds(condition, at: place, in: context.scalars) { stack.append(top + 1) }
            case .consume, .accept:
                threads.counters.append(top)
                threads.starts.append(start)
            }
        }
    }

    private static func holds(_ condition: PatternAssertion, at place: Int, in scalars: [UInt32]) -> Bool {
        switch condition {
        case .textStart: place == 0
        case .textEnd: place == scalars.count
        case .lineStart: place == 0 || scalars[place - 1] == 10
        case .lineEnd: place == scalars.count || scalars[place] == 10
        case .wordBoundary: isWord(place - 1, scalars) != isWord(place, scalars)
        case .notWordBoundary: isWord(place - 1, scalars) == isWord(place, scalars)
        }
    }

    private static func isWord(_ place: Int, _ scalars: [UInt32]) -> Bool {
        scalars.indices.contains(place) && ScalarSet.word.contains(scalars[place])
    }
}
