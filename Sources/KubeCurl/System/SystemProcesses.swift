internal import CCurl
internal import Glibc
package import KubeClient
internal import Synchronization

/// Runs programs on this machine.
package struct SystemProcesses: ProcessRunning {
    /// Why a program could not be run.
    package struct Failure: Error, CustomStringConvertible {
        /// The program and the system's words.
        package let description: String
    }

    private let environment: [String: String]

    /// Makes a runner; programs inherit `environment` and what their invocation adds.
    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// Runs a program with no input, to its end or to its time limit; cancelling the task kills it.
    package func run(_ invocation: ProcessInvocation) async throws -> ProcessOutput {
        var variables = environment
        for variable in invocation.environment { variables[variable.name] = variable.value }
        let words = [invocation.command] + invocation.arguments
        guard !(words + variables.flatMap { [$0.key, $0.value] }).contains(where: { $0.utf8.contains(0) }) else {
            throw Failure(description: "\(invocation.command): an argument or variable holds a NUL")
        }
        let child = ChildProcess()
        let settings = variables.map { "\($0.key)=\($0.value)" }
        let (seconds, parts) = invocation.timeout.components
        let milliseconds = Int32(clamping: min(seconds, 86_400) * 1_000 + parts / 1_000_000_000_000_000)
        let outcome = await withTaskCancellationHandler {
            await DedicatedThread.run { child.run(words, settings, milliseconds: milliseconds) }
        } onCancel: {
            child.kill()
        }
        try Task.checkCancellation()
        guard let outcome else { throw Failure(description: "the system refused to start a thread") }
        switch outcome {
        case .success(let output): return output
        case .failure(let failure): throw failure
        }
    }
}

/// One program from its start to the collection of its exit code.
private final class ChildProcess: Sendable {
    private struct State {
        /// Set from the start of the program until its exit code is collected: only then is the number surely its own.
        var pid: pid_t?
        var isKilled = false
    }

    private static let outputLimit = 4 << 20
    private let state = Mutex(State())

    func kill() {
        state.withLock { state in
            state.isKilled = true
            if let pid = state.pid { _ = Glibc.kill(pid, SIGKILL) }
        }
    }

    func run(
        _ words: [String],
        _ environment: [String],
        milliseconds: Int32
    ) -> Result<ProcessOutput, SystemProcesses.Failure> {
        guard let output = Pipe(), let errors = Pipe() else {
            return .failure(SystemProcesses.Failure(description: "no more pipes can be made"))
        }
        defer {
            output.close()
            errors.close()
        }
        let code = spawn(words, environment, output, errors)
        guard code == 0 else {
            let why = unsafe String(cString: strerror(code))
            return .failure(SystemProcesses.Failure(description: "\(words[0]): \(why)"))
        }
        output.closeWriter()
        errors.closeWriter()
        let collected = collect(output.reader, errors.reader, milliseconds: milliseconds)
        if !collected.isWhole { kill() }
        let exitCode = reap()
        guard collected.isWhole else {
            return .failure(
                SystemProcesses.Failure(description: "\(words[0]) took too long, printed too much or was cancelled")
            )
        }
        return .success(
            ProcessOutput(exitCode: exitCode, standardOutput: collected.output, standardError: collected.errors)
        )
    }

    private func spawn(_ words: [String], _ environment: [String], _ output: Pipe, _ errors: Pipe) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output.writer, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors.writer, 2)
        // The thread takes no signals, which the program must not inherit.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        return state.withLock { state in
            guard !state.isKilled else { return ECANCELED }
            var pid = pid_t()
            let code = unsafe posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, &variables)
            if code == 0 { state.pid = pid }
            return code
        }
    }

    private func collect(
        _ output: Int32,
        _ errors: Int32,
        milliseconds: Int32
    ) -> (output: [UInt8], errors: [UInt8], isWhole: Bool) {
        var texts: [[UInt8]] = [[], []]
        var waits = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        ]
        let deadline = Self.milliseconds() + Int64(milliseconds)
        while waits.contains(where: { $0.fd >= 0 }) {
            let left = deadline - Self.milliseconds()
            guard left > 0, texts[0].count + texts[1].count <= Self.outputLimit else {
                return (texts[0], texts[1], false)
            }
            let ready = unsafe poll(&waits, nfds_t(waits.count), Int32(clamping: left))
            if ready < 0, errno != EINTR { return (texts[0], texts[1], false) }
            guard ready > 0 else { continue }
            for index in waits.indices where waits[index].revents != 0 {
                let piece = Self.readSome(waits[index].fd)
                if piece.isEmpty { waits[index].fd = -1 } else { texts[index] += piece }
            }
        }
        return (texts[0], texts[1], true)
    }

    /// Empty at the end and on errors.
    private static func readSome(_ file: Int32) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        let count = unsafe piece.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        return count > 0 ? Array(piece[..<count]) : []
    }

    private static func milliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Waits for the end first, and collects the code under the lock, so that nobody kills a number that was given anew.
    private func reap() -> Int32 {
        guard let pid = state.withLock({ $0.pid }) else { return -1 }
        var info = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        return state.withLock { state in
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
            state.pid = nil
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
    }

    /// Both ends of a pipe that programs do not inherit by themselves.
    private final class Pipe {
        let reader: Int32
        private(set) var writer: Int32

        init?() {
            var ends: [Int32] = [-1, -1]
            guard unsafe mesh_pipe(&ends) == 0 else { return nil }
            self.reader = ends[0]
            self.writer = ends[1]
        }

        func closeWriter() {
            if writer >= 0 { Glibc.close(writer) }
            writer = -1
        }

        func close() {
            closeWriter()
            Glibc.close(reader)
        }
    }
}
