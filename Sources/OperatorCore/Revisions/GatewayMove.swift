package import RolloutEngine

/// How many pods each side of a gateway has at a weight: a function of the weight, the bounds and what is observed.
///
/// The new side grows first; the old side gives up a pod only for one of the new side that is ready. Backwards the same holds
/// with the sides exchanged. Both together are never planned below the total.
package struct GatewayMove: Sendable, Hashable {
    /// One side as observed.
    package struct Count: Sendable, Hashable {
        /// How many pods its Deployment asks for, 0 where there is none.
        package var pods: Int
        /// How many of them are ready.
        package var ready: Int
        /// Whether the number of pods is one of ours, which would become 1 if it were no longer said.
        package var isHeld = false

        /// Describes a side; numbers from outside are held within bounds.
        package init(pods: Int, ready: Int) {
            self.pods = min(max(pods, 0), GatewayBounds.most)
            self.ready = min(max(ready, 0), GatewayBounds.most)
        }

        /// No Deployment.
        package static let absent = Count(pods: 0, ready: 0)
    }

    /// The share of the new side, in percent.
    package let weight: Int
    /// How many pods the gateway may have.
    package let bounds: GatewayBounds
    /// The old side.
    package let old: Count
    /// The new side.
    package let new: Count
    /// How many pods both sides are to have together once the step is done, one more where each side needs one.
    package let total: Int

    /// Plans a step.
    ///
    /// - Parameters:
    ///   - weight: the share of the new side, 0 to 100.
    ///   - bounds: how many pods the gateway may have.
    ///   - old: the old side.
    ///   - new: the new side.
    ///   - plan: what the running step was planned with, from the new side's Deployment.
    package init(weight: Int, bounds: GatewayBounds, old: Count, new: Count, plan: GatewayShare.Plan?) {
        self.weight = min(max(weight, 0), 100)
        self.bounds = bounds
        self.old = old
        self.new = new
        total = Self.total(self.weight, bounds, old, new, plan)
    }

    /// What both sides are to come to.
    package var goal: (old: Int, new: Int) { Self.goal(weight, total) }

    /// What both sides are to have now, on the way to the goal.
    package var step: (old: Int, new: Int) {
        let goal = goal
        return (
            max(goal.old, min(max(0, total - new.ready), old.pods)),
            max(goal.new, min(max(0, total - old.ready), new.pods))
        )
    }

    /// Whether both sides are what they are to come to, and the new side is ready.
    package var isSettled: Bool { old.pods <= goal.old && new.ready >= goal.new && (weight > 0 || new.pods == 0) }

    /// The share of ready pods that are of the new side, in percent, 0 and 100 only when none or all are; nil when no pod is
    /// ready.
    package var reached: Int? {
        let all = old.ready + new.ready
        guard all > 0 else { return nil }
        if new.ready == 0 { return 0 }
        return old.ready == 0 ? 100 : min(max(new.ready * 100 / all, 1), 99)
    }

    /// The gateway as a part of a rollout, in pods.
    package func part(name: String) -> RolloutPart {
        let settled = old.pods <= goal.old ? min(total, new.ready) : min(total, new.ready, max(0, goal.new - 1))
        return RolloutPart(name: name, total: total, moved: moved, settled: settled)
    }

    /// The pods that have moved; what our autoscaler adds to the new side while the old one is as the step has it is load, and no move.
    private var moved: Int {
        let isLoad =
            bounds.scaling == .rendered && weight > 0 && old.pods == goal.old && new.pods <= bounds.most - goal.old
        return min(isLoad ? goal.new : total, new.pods, total)
    }

    /// What to render for the two sides; a side that is to have no pods and is not needed for the way back is left out.
    package func share(stable: GatewayShare.Side, target: GatewayShare.Side) -> GatewayShare {
        let step = step
        var (stable, target) = (stable, target)
        let isUntouched = new.ready == 0 && goal.new >= new.pods && (old.pods >= total || new.pods == 0)
        let isAsRendered = (step.new == 0 && weight < 100) || (isUntouched && step.old > 0)
        let isHeld = bounds.scaling == .foreign && old.isHeld
        stable.pods = isHeld || !isAsRendered ? .exactly(step.old) : .asRendered
        guard step.new > 0 || weight == 100 else { return GatewayShare(stable) }
        if bounds.scaling == .rendered, step.new == goal.new {
            target.pods = .between(step.new, most: max(step.new, bounds.most - step.old))
        } else {
            target.pods = .exactly(step.new)
        }
        return GatewayShare(
            stable: stable,
            target: target,
            plan: GatewayShare.Plan(weight: weight, total: total)
        )
    }

    // MARK: Counting

    /// As many pods as a rollout needs at the weight; each side keeps one until it has all or nothing.
    static func goal(_ weight: Int, _ total: Int) -> (old: Int, new: Int) {
        guard weight > 0, total > 0 else { return (total, 0) }
        guard weight < 100 else { return (0, total) }
        let new = (total * weight + 99) / 100
        return (max(1, total - new), new)
    }

    /// The total is found once per step and kept: pods that are there only for the move must not count as load.
    private static func total(
        _ weight: Int,
        _ bounds: GatewayBounds,
        _ old: Count,
        _ new: Count,
        _ plan: GatewayShare.Plan?
    ) -> Int {
        func bounded(_ count: Int) -> Int { min(max(count, bounds.least), bounds.most) }
        guard bounds.scaling != .fixed else { return bounds.least }
        guard let plan else { return bounded(old.pods + new.pods) }
        guard plan.weight != weight else { return bounded(plan.total) }
        let last = goal(plan.weight, plan.total)
        guard old.pods <= last.old, new.ready >= last.new else { return bounded(plan.total) }
        let surplus = last.old + last.new - plan.total
        return bounded(max(plan.total, old.pods + new.pods - surplus))
    }
}
