package import KubeAPI
package import RolloutEngine

/// The next restarts of a move from one revision to another: a function of the inventory.
package struct WorkloadMoves: Sendable {
    /// One write.
    package enum Move: Sendable, Hashable {
        /// Pods made in this namespace from now on get the revision.
        case label(namespace: String)
        /// The pods of this workload are made anew.
        case restart(ResourceID)
        /// The pods of this workload, which choose their revision themselves, are made anew with a label that names the revision.
        case relabel(ResourceID)
    }

    /// What may be done now, and what keeps the rest.
    package struct Turn: Sendable, Hashable {
        /// The writes, in order.
        package var moves: [Move] = []
        /// What keeps the rest, for people; nil when nothing does.
        package var obstacle: String?
    }

    /// The workloads that count, in the order in which they move.
    package let order: [MeshWorkload]
    /// The revision they move to.
    package let revision: String
    /// How many may be under way at a time.
    package var maxInMotion = 1
    /// What PodDisruptionBudgets let workloads lose.
    package var room = DisruptionRoom()
    /// Whether pods of a namespace get the revision.
    package var isLabelled: @Sendable (String) -> Bool = { _ in true }
    /// The wave of each of ``order``.
    private let waves: [Int]

    /// Orders workloads by the wave they belong to; those that cannot be restarted do not count, nor do Argo Rollouts whose template would
    /// have to be changed.
    ///
    /// - Parameters:
    ///   - workloads: all of the mesh.
    ///   - revision: the revision to move to.
    ///   - wave: the wave of a workload, nil for one that does not move.
    package init(_ workloads: [MeshWorkload], to revision: String, wave: (MeshWorkload) -> Int?) {
        let counted = workloads.compactMap { workload -> (wave: Int, workload: MeshWorkload)? in
            guard workload.restart == .possible, !Self.needsOwnCanary(workload), let wave = wave(workload) else {
                return nil
            }
            return (wave, workload)
        }
        let sorted = counted.sorted {
            ($0.wave, $0.workload.id.key, $0.workload.id.kind) < ($1.wave, $1.workload.id.key, $1.workload.id.kind)
        }
        order = sorted.map(\.workload)
        waves = sorted.map(\.wave)
        self.revision = revision
    }

    /// Whether a move by its template's label would begin a canary of its own.
    private static func needsOwnCanary(_ workload: MeshWorkload) -> Bool {
        guard case .revision = workload.chooser else { return false }
        return workload.id.group == RestartableWorkload.argoRollouts.kind.group
    }

    /// How far the move is.
    package var part: RolloutPart {
        RolloutPart(
            name: "workloads",
            total: order.count,
            moved: order.count { $0.isMoved(to: revision) },
            settled: order.count { $0.isSettled(at: revision) }
        )
    }

    /// How far a wave is.
    package struct WaveCount: Sendable, Hashable {
        /// How many of its workloads have moved.
        package var moved = 0
        /// How many of them are up.
        package var settled = 0
    }

    /// How far each wave is; one of which nothing has moved is left out.
    package var countPerWave: [Int: WaveCount] {
        var result: [Int: WaveCount] = [:]
        for (wave, workload) in zip(waves, order) where workload.isMoved(to: revision) {
            result[wave, default: WaveCount()].moved += 1
            if workload.isSettled(at: revision) { result[wave]?.settled += 1 }
        }
        return result
    }

    /// The wave that moves now: the first of which not all is up with the revision; nil where all is.
    private var openWave: Int? { zip(waves, order).first { !$1.isSettled(at: revision) }?.0 }

    /// The workloads under way: restarted, not yet settled.
    package var inMotion: [MeshWorkload] { order.filter { $0.isMoved(to: revision) && !$0.isSettled(at: revision) } }

    /// The next writes towards `need` moved workloads.
    ///
    /// A wave begins once all of the one before is up with the revision; what a budget keeps in a wave keeps the later ones.
    package func turn(towards need: Int) -> Turn {
        var turn = Turn()
        let waiting = inMotion
        var free = maxInMotion - waiting.count
        var missing = need - order.count { $0.isMoved(to: revision) }
        var labelled: Set<String> = []
        var room = room
        for workload in waiting { room.reserve(workload) }
        let open = openWave
        for (wave, workload) in zip(waves, order) where missing > 0 && !workload.isMoved(to: revision) {
            guard free > 0, wave == open else {
                let names = waiting.prefix(3).map(\.id.description).joined(separator: ", ")
                turn.obstacle = turn.obstacle ?? (names.isEmpty ? nil : "waiting for \(names)")
                break
            }
            if let why = room.take(workload) {
                turn.obstacle = turn.obstacle ?? why
                continue
            }
            let namespace = workload.id.key.namespace ?? ""
            if case .revision = workload.chooser {
                turn.moves.append(.relabel(workload.id))
            } else {
                if !isLabelled(namespace), labelled.insert(namespace).inserted {
                    turn.moves.append(.label(namespace: namespace))
                }
                turn.moves.append(.restart(workload.id))
            }
            (free, missing) = (free - 1, missing - 1)
        }
        return turn
    }
}
