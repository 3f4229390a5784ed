internal import MeshAPI
internal import UpgradePlanning

extension PlanOutline {
    /// The outline with how many workloads of each wave have moved; without a crowd nothing is under way.
    func showing(_ crowd: UpgradeCrowd?) -> PlanOutline {
        var result = self
        // Those that follow a tag move last, and belong to a wave all the same.
        let moved = crowd.map { $0.moves.movedPerWave.merging($0.followers.movedPerWave, uniquingKeysWith: +) }
        for index in result.waves.indices {
            let wave = result.waves[index]
            // Waves after the last shown are counted with it.
            let isLast = index == result.waves.count - 1
            let count = moved?.filter { $0.key == wave.wave - 1 || isLast && $0.key >= wave.wave }
                .values.reduce(0, +)
            result.waves[index].moved = count.map { min($0, wave.workloads) }
        }
        return result
    }
}
