internal import Glibc

/// Runs what blocks on a thread of its own, so that Swift's few threads stay free.
enum DedicatedThread {
    /// Carries the work into the thread.
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` to its end; nil when the system refuses a thread.
    ///
    /// The thread takes no signals, and a broken pipe is an error code there rather than a signal.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { (waiter: CheckedContinuation<Value?, Never>) in
            let work = Work { waiter.resume(returning: body()) }
            if !start(work) { waiter.resume(returning: nil) }
        }
    }

    /// Memory safety: the thread takes over the one reference that is handed to it.
    private static func start(_ work: Work) -> Bool {
        var thread = pthread_t()
        let reference = unsafe Unmanaged.passRetained(work)
        let code = unsafe pthread_create(&thread, nil, entry, reference.toOpaque())
        guard code == 0 else {
            unsafe reference.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard let context = unsafe context else { return nil }
        let work = unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
        work.body()
        return nil
    }
}
