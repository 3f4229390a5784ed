internal import KubeRuntime
internal import MeshTestKit
internal import Testing

@Suite struct WorkQueueMachineTests {
    @Test("any history of calls gives what the model gives", .tags(.property), arguments: propertySeeds(300))
    func agreesWithModel(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let aging = 2 + random.int(below: 4)
        var machine = WorkQueueMachine<Int>(configuration: .init(agingInterval: aging))
        var model = WorkQueueModel(agingInterval: aging)
        var now = Duration.zero
        let keys = 1 + random.int(below: 12)
        for step in 0..<400 {
            let context = "seed \(seed) step \(step)"
            switch random.int(below: 20) {
            case 0...7:
                let key = random.int(below: keys)
                let delay = random.oneIn(2) ? Duration.zero : .milliseconds(random.int(below: 30))
                let priority = random.pick([-100, 0, 0, 0, 7])
                let taken = machine.add(key, at: now + delay, priority: priority, now: now)
                #expect(taken == model.add(key, at: now + delay, priority: priority, now: now), "\(context)")
            case 8...12:
                let item = machine.next(now: now)
                let expected = model.next(now: now)
                #expect(item?.key == expected?.key, "\(context)")
                #expect(item?.priority == expected?.priority, "\(context)")
                #expect(item?.waited == expected?.waited, "\(context)")
            case 13...16:
                guard let running = model.running.randomElement(using: &random) else { continue }
                #expect(machine.finish(running.key, now: now) != nil, "\(context)")
                model.finish(running.key, now: now)
            case 17, 18:
                now += .milliseconds(random.int(below: 20))
                machine.promote(now: now)
                model.promote(now: now)
            default:
                guard random.oneIn(40) else { continue }
                let mode: WorkQueueMachine<Int>.Closing = random.oneIn(2) ? .drain : .finishRunning
                machine.close(mode)
                model.close(mode)
            }
            #expect(machine.readyCount == model.ready.count, "\(context)")
            #expect(machine.delayedCount == model.delayed.count, "\(context)")
            #expect(machine.runningCount == model.running.count, "\(context)")
            #expect(machine.nextDeadline == model.delayed.map(\.deadline).min(), "\(context)")
        }
    }

    @Test("a key that is held back is not handed out before its time, whatever is added")
    func holdsBack() {
        var machine = WorkQueueMachine<String>()
        machine.hold("a", until: .seconds(7))
        machine.add("a", at: .seconds(1), now: .zero)
        machine.add("a", at: .zero, priority: 9, now: .zero)
        machine.add("b", at: .zero, now: .zero)
        #expect(machine.next(now: .zero)?.key == "b")
        machine.add("a", at: .seconds(2), now: .seconds(2))
        #expect(machine.next(now: .seconds(6)) == nil)
        #expect(machine.nextDeadline == .seconds(7))
        #expect(machine.next(now: .seconds(7))?.key == "a")
        // What is added while it runs is held back as well; afterwards nothing is.
        machine.add("a", at: .seconds(7), now: .seconds(7))
        machine.hold("a", until: .seconds(9))
        machine.hold("a", until: .seconds(8))
        machine.finish("a", now: .seconds(7))
        #expect(machine.next(now: .seconds(8)) == nil)
        #expect(machine.next(now: .seconds(9))?.key == "a")
        machine.finish("a", now: .seconds(9))
        machine.add("a", at: .seconds(9), now: .seconds(9))
        #expect(machine.next(now: .seconds(9))?.key == "a")
    }

    @Test("no key waits forever behind more urgent ones")
    func ages() {
        var machine = WorkQueueMachine<Int>(configuration: .init(agingInterval: 8))
        machine.add(-1, at: .zero, priority: -100, now: .zero)
        var taken = 0
        for key in 0..<100 {
            machine.add(key, at: .zero, priority: 10, now: .zero)
            machine.add(1_000 + key, at: .zero, priority: 10, now: .zero)
            guard let item = machine.next(now: .zero) else { break }
            machine.finish(item.key, now: .zero)
            taken += 1
            if item.key == -1 { break }
        }
        #expect(taken == 8)
    }

    @Test("a key added while it runs comes back once, when it is finished")
    func dirtyWhileRunning() {
        var machine = WorkQueueMachine<String>()
        machine.add("a", at: .zero, now: .zero)
        #expect(machine.next(now: .zero)?.key == "a")
        machine.add("a", at: .zero, now: .zero)
        machine.add("a", at: .zero, now: .zero)
        #expect(machine.next(now: .zero) == nil)
        #expect(machine.finish("a", now: .seconds(2)) == .seconds(2))
        #expect(machine.next(now: .seconds(2))?.key == "a")
        machine.finish("a", now: .seconds(2))
        #expect(machine.next(now: .seconds(2)) == nil)
        #expect(machine.finish("a", now: .seconds(2)) == nil)
    }

    @Test("failures are counted per key until forgotten")
    func failures() {
        var machine = WorkQueueMachine<String>()
        #expect(machine.recordFailure(of: "a") == 1)
        #expect(machine.recordFailure(of: "a") == 2)
        #expect(machine.recordFailure(of: "b") == 1)
        machine.add("a", at: .zero, now: .zero)
        #expect(machine.next(now: .zero)?.failures == 2)
        machine.forgetFailures(of: "a")
        #expect(machine.recordFailure(of: "a") == 1)
    }

    @Test("closing", arguments: [WorkQueueMachine<String>.Closing.drain, .finishRunning])
    func closes(mode: WorkQueueMachine<String>.Closing) {
        var machine = WorkQueueMachine<String>()
        for key in ["running", "ready"] { machine.add(key, at: .zero, now: .zero) }
        machine.add("delayed", at: .seconds(1), now: .zero)
        #expect(machine.next(now: .zero)?.key == "running")
        machine.add("running", at: .zero, now: .zero)
        machine.close(mode)
        #expect(machine.add("late", at: .zero, now: .zero) == false)
        #expect(machine.next(now: .seconds(5))?.key == (mode == .drain ? "ready" : nil))
        machine.finish("running", now: .seconds(5))
        #expect(machine.next(now: .seconds(5)) == nil)
        #expect(machine.isExhausted)
        #expect(machine.delayedCount == 0)
    }

    @Test("memory stays in proportion to the keys, whatever the history")
    func bounded() {
        var machine = WorkQueueMachine<Int>()
        var now = Duration.zero
        for round in 0..<20_000 {
            machine.add(round % 5, at: now + .seconds(60 - round % 60), priority: round % 7, now: now)
            now += .milliseconds(1)
            if round % 3 == 0, let item = machine.next(now: now) { machine.finish(item.key, now: now) }
        }
        #expect(machine.ticketCount < 500)
    }
}

extension Tag {
    @Tag static var property: Self
    @Tag static var fault: Self
}
