internal import MeshAPI
internal import UpgradePlanning

extension PlanOutline {
    /// The outline with how far each wave is; without a crowd nothing is under way.
    func showing(_ crowd: UpgradeCrowd?) -> PlanOutline {
        var result = self
        // Those that follow a tag move last, and belong to a wave all the same.
        let counts = crowd.map { [$0.moves.countPerWave, $0.followers.countPerWave].flatMap(Array.init) }
        for index in result.waves.indices {
            let wave = result.waves[index]
            // Waves after the last shown are counted with it.
            let isLast = index == result.waves.count - 1
            let own = counts?.filter { $0.key == wave.wave - 1 || isLast && $0.key >= wave.wave }.map(\.value)
            result.waves[index].moved = own.map { min($0.map(\.moved).reduce(0, +), wave.workloads) }
            result.waves[index].ready = own.map { min($0.map(\.settled).reduce(0, +), wave.workloads) }
        }
        return result
    }
}
