internal import KubeRuntime

/// The contract of the work queue in the plainest form: lists that are searched from end to end.
struct WorkQueueModel {
    struct Ready {
        var key: Int
        var priority: Int
        var since: Duration
        var levelOrder: Int
    }

    struct Delayed {
        var key: Int
        var priority: Int
        var deadline: Duration
        var order: Int
    }

    struct Running {
        var key: Int
        var again: (deadline: Duration, priority: Int)?
    }

    let agingInterval: Int
    var ready: [Ready] = []
    var delayed: [Delayed] = []
    var running: [Running] = []
    var isClosed = false
    var handsOut = true
    var order = 0
    var handedOut = 0

    mutating func add(_ key: Int, at deadline: Duration, priority: Int, now: Duration) -> Bool {
        if isClosed { return false }
        if let index = running.firstIndex(where: { $0.key == key }) {
            let known = running[index].again
            running[index].again = (
                min(deadline, known?.deadline ?? deadline), max(priority, known?.priority ?? priority)
            )
        } else if let index = ready.firstIndex(where: { $0.key == key }) {
            if priority > ready[index].priority {
                order += 1
                ready[index].priority = priority
                ready[index].levelOrder = order
            }
        } else if let index = delayed.firstIndex(where: { $0.key == key }) {
            let known = delayed[index]
            let raised = max(known.priority, priority)
            if deadline < known.deadline || deadline <= now {
                delayed.remove(at: index)
                place(key, at: min(deadline, known.deadline), priority: raised, now: now)
            } else {
                delayed[index].priority = raised
            }
        } else {
            place(key, at: deadline, priority: priority, now: now)
        }
        return true
    }

    private mutating func place(_ key: Int, at deadline: Duration, priority: Int, now: Duration) {
        order += 1
        if deadline <= now {
            ready.append(Ready(key: key, priority: priority, since: now, levelOrder: order))
        } else {
            delayed.append(Delayed(key: key, priority: priority, deadline: deadline, order: order))
        }
    }

    mutating func promote(now: Duration) {
        let due = delayed.filter { $0.deadline <= now }.sorted { ($0.deadline, $0.order) < ($1.deadline, $1.order) }
        delayed.removeAll { $0.deadline <= now }
        for entry in due { place(entry.key, at: now, priority: entry.priority, now: now) }
    }

    mutating func next(now: Duration) -> (key: Int, priority: Int, waited: Duration)? {
        promote(now: now)
        guard handsOut, !ready.isEmpty else { return nil }
        let index: Int
        if (handedOut + 1) % agingInterval == 0 {
            index = 0
        } else {
            let top = ready.map(\.priority).max() ?? 0
            let level = ready.indices.filter { ready[$0].priority == top }
            index = level.min { ready[$0].levelOrder < ready[$1].levelOrder } ?? 0
        }
        let taken = ready.remove(at: index)
        running.append(Running(key: taken.key))
        handedOut += 1
        return (taken.key, taken.priority, now - taken.since)
    }

    mutating func finish(_ key: Int, now: Duration) {
        guard let index = running.firstIndex(where: { $0.key == key }) else { return }
        let finished = running.remove(at: index)
        if let again = finished.again, !isClosed {
            place(key, at: again.deadline, priority: again.priority, now: now)
        }
    }

    mutating func close(_ mode: WorkQueueMachine<Int>.Closing) {
        isClosed = true
        delayed = []
        if mode == .finishRunning {
            ready = []
            handsOut = false
        }
    }
}
