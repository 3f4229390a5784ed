internal import Foundation
internal import FuzzTargets

/// What the command line asks for: `fuzz [TARGET…] [--seconds N] [--runs N] [--seed N] [--crash FILE] [--input FILE]`.
struct Request {
    var targets: [FuzzTarget] = []
    var seconds = 10.0
    var runs = Int.max
    var seed: UInt64 = 1
    var crash = "/tmp/fuzz-crash"
    var input: String?

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seconds": seconds = rest.popFirst().flatMap { Double($0) } ?? seconds
            case "--runs":
                runs = rest.popFirst().flatMap { Int($0) } ?? runs
                seconds = .infinity
            case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? seed
            case "--crash": crash = rest.popFirst() ?? crash
            case "--input": input = rest.popFirst()
            default:
                guard let target = FuzzTarget(rawValue: argument) else {
                    print(
                        "no target \(argument); there are \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))"
                    )
                    exit(64)
                }
                targets.append(target)
            }
        }
        if targets.isEmpty { targets = FuzzTarget.allCases }
    }
}

func attempt(_ target: FuzzTarget, _ input: [UInt8], _ name: String) {
    CrashRecord.begin(input)
    do {
        try target.run(input)
    } catch {
        print(
            "\(target.rawValue), \(name): \(error)\ninput: \(String(decoding: input, as: UTF8.self).debugDescription)"
        )
        exit(1)
    }
}

let request = Request(Array(CommandLine.arguments.dropFirst()))
CrashRecord.install(request.crash)
let regressions = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "../../Regressions"
)
for target in request.targets {
    if let path = request.input {
        attempt(target, Array(try Data(contentsOf: URL(fileURLWithPath: path))), path)
        continue
    }
    let folder = regressions.appendingPathComponent(target.rawValue)
    let kept = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    var corpus = target.seeds.map { Array($0.utf8) }
    for name in kept {
        let input = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        attempt(target, input, name)
        corpus.append(input)
    }
    let words = target.words.map { Array($0.utf8) }
    let start = Date()
    var run = 0
    while run < request.runs, run % 256 != 0 || Date().timeIntervalSince(start) < request.seconds {
        var mutation = Mutation(seed: request.seed &+ UInt64(run) &* 0x1_0000_0001)
        attempt(target, mutation.input(from: corpus, words: words), "seed \(request.seed), run \(run)")
        run += 1
    }
    print("\(target.rawValue): \(run) inputs, \(kept.count) regressions, nothing found")
}
