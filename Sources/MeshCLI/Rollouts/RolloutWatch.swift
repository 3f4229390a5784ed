internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
package import MeshBase

/// `meshctl rollout status --watch`: draws a rollout again whenever it changes, until it is over.
///
/// The object is watched, not asked again and again; on a terminal a tick each second lets ages and the rest of a hold run.
package struct RolloutWatch: Sendable {
    /// How the view is drawn.
    package struct View: Sendable {
        /// Where to.
        package var screen: RolloutScreen
        /// What the terminal can show.
        package var style: TextStyle
        /// Prints a value at each change instead of drawing; nil draws.
        package var format: OutputFormat?

        /// Makes a view.
        package init(screen: RolloutScreen, style: TextStyle, format: OutputFormat? = nil) {
            self.screen = screen
            self.style = style
            self.format = format
        }
    }

    /// Finds the rollout and watches it.
    package let directory: RolloutDirectory
    /// How it is drawn.
    package let view: View
    /// Measures ticks, waits and the time limit.
    package let clock: any Clock<Duration>
    /// The time of day.
    package let now: WallClock
    /// How long to wait for the end; nil for as long as it takes.
    package let timeout: Duration?
    /// Whether a rollout at rest is no end: the next one is waited for, and its end.
    package let waitsForNext: Bool

    /// Makes a watch; ``run(_:)`` begins it.
    package init(
        directory: RolloutDirectory,
        view: View,
        clock: any Clock<Duration>,
        now: @escaping WallClock,
        timeout: Duration? = nil,
        waitsForNext: Bool = false
    ) {
        self.directory = directory
        self.view = view
        self.clock = clock
        self.now = now
        self.timeout = timeout
        self.waitsForNext = waitsForNext
    }

    private enum Signal: Sendable {
        case changed(KubeObject)
        case gone
        case trouble(KubeError)
        case tick
        case timedOut
    }

    /// How long a mesh that has moved may have a component that is not ready.
    package static let settleLimit = Duration.seconds(300)

    /// Draws until the rollout is over; one that is at rest is over at once, unless ``waitsForNext``.
    ///
    /// A mesh is complete once all its components are ready; one that has moved is waited for no longer than ``settleLimit``. The outcome's exit
    /// code is 0 when it is complete, 1 when it was rolled back, failed or deleted or a component did not become ready, 3 when the time limit
    /// came first. Throws ``CommandError`` where there is no such rollout or the cluster refuses; a connection that breaks
    /// is made anew. Cancelling the task ends it.
    package func run(_ reference: RolloutReference) async throws(CommandError) -> CommandOutcome {
        let subject = try await directory.find(reference)
        // Holds a few changes and ticks; when drawing is slower than they come, the oldest are passed over.
        let (signals, sender) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(32))
        let result: Result<CommandOutcome, CommandError> = await withTaskGroup(of: Void.self) { group in
            group.addTask { await observe(subject, sender) }
            let isLive = view.screen.size() != nil && view.format == nil
            group.addTask { await tick(sender, each: .seconds(isLive ? 1 : 30)) }
            if let timeout {
                group.addTask {
                    guard (try? await clock.sleep(for: timeout)) != nil else { return }
                    sender.yield(.timedOut)
                }
            }
            defer { group.cancelAll() }
            do {
                return .success(try await draw(subject, signals))
            } catch let error as CommandError {
                return .failure(error)
            } catch {
                return .success(CommandOutcome(output: "", exitCode: 1))
            }
        }
        return try result.get()
    }

    private func tick(_ sender: AsyncStream<Signal>.Continuation, each pause: Duration) async {
        while (try? await clock.sleep(for: pause)) != nil { sender.yield(.tick) }
    }

    /// Watches the object, again and again, with growing waits while the cluster cannot be reached.
    private func observe(_ subject: RolloutSubject, _ sender: AsyncStream<Signal>.Continuation) async {
        let key = subject.object.key
        var wait = Duration.milliseconds(500)
        while !Task.isCancelled {
            var isThere = false
            do {
                for try await event in directory.client.observe(subject.kind.resource, .object(key)) {
                    switch event {
                    case .initial(let object), .change(.added(let object)), .change(.modified(let object)):
                        isThere = true
                        sender.yield(.changed(object))
                    case .synced:
                        if !isThere { sender.yield(.gone) }
                        wait = .milliseconds(500)
                    case .change(.deleted): sender.yield(.gone)
                    case .change(.bookmark), .change(.error): break
                    }
                }
            } catch  where error.code == .cancelled {
                return
            } catch {
                sender.yield(.trouble(error))
            }
            guard (try? await clock.sleep(for: wait)) != nil else { return }
            wait = min(wait * 2, .seconds(15))
        }
    }

    // MARK: Drawing

    private func draw(_ first: RolloutSubject, _ signals: AsyncStream<Signal>) async throws -> CommandOutcome {
        var subject = first
        var canvas = Canvas(view: view)
        var hasBegun = !waitsForNext
        for await signal in signals {
            switch signal {
            case .changed(let object):
                guard let next = RolloutSubject(object) else { continue }
                if let uid = first.object.uid, let other = object.uid, uid != other {
                    return canvas.end(subject, "\(subject.title) was deleted and made anew", exitCode: 1)
                }
                subject = next
                canvas.show(subject, now: now(), trouble: nil)
                if !subject.standing.isOver { hasBegun = true }
                guard hasBegun, subject.standing.isOver else {
                    canvas.awaits(nil, since: nil)
                    continue
                }
                // A mesh that has moved and of which something is not up has not arrived yet.
                guard let awaited = subject.awaited else {
                    return CommandOutcome(output: "", exitCode: subject.standing.exitCode)
                }
                canvas.awaits(awaited, since: now())
                canvas.refresh(subject, now: now())
            case .tick:
                canvas.refresh(subject, now: now())
                guard let awaited = subject.awaited, let since = canvas.since, now() >= since + Self.settleLimit else {
                    continue
                }
                let waited = "has moved, but for \(GoDuration.text(Self.settleLimit)) it waits for \(awaited)"
                return canvas.end(subject, "\(subject.title) \(waited)", exitCode: 1)
            case .gone: return canvas.end(subject, "\(subject.title) was deleted", exitCode: 1)
            case .trouble(let error):
                let problem = CommandError(cluster: error)
                guard
                    [.connection, .timedOut, .unavailable, .serverFailure, .throttled, .malformedAnswer, .expired]
                        .contains(error.code)
                else { throw problem }
                canvas.show(subject, now: now(), trouble: problem.message)
            case .timedOut:
                let limit = timeout.map { GoDuration.text($0) } ?? ""
                return canvas.end(subject, "\(subject.title) is not over after \(limit)", exitCode: 3)
            }
        }
        return CommandOutcome(output: "", exitCode: 1)
    }

    /// What was drawn last, and how the next picture differs.
    private struct Canvas {
        let view: View
        private var isFirst = true
        private var shown: Tree?
        private var trouble: String?
        private var awaited: String?
        /// Since when a mesh that has moved waits for a component; nil while none does.
        private(set) var since: Timestamp?

        init(view: View) { self.view = view }

        /// Shows a state: in the place of the last on a terminal, below it elsewhere and only when it differs.
        mutating func show(_ subject: RolloutSubject, now: Timestamp, trouble: String?) {
            let isNewTrouble = trouble != nil && trouble != self.trouble
            self.trouble = trouble
            if let format = view.format {
                let tree = subject.statusTree
                if tree != shown {
                    view.screen.write((format == .yaml && shown != nil ? "---\n" : "") + format.text(tree))
                }
                shown = tree
                return
            }
            if view.screen.size() != nil { return refresh(subject, now: now) }
            let print = subject.fingerprint
            if print != shown {
                let lines = picture(subject, now: now, width: RolloutScreen.plainWidth)
                view.screen.write((shown == nil ? "" : "\n") + lines.map { $0 + "\n" }.joined())
            }
            shown = print
            if isNewTrouble, let trouble { view.screen.write("warning: \(trouble)\n") }
        }

        /// Takes up what a mesh that has moved waits for, nil for nothing.
        ///
        /// Elsewhere than on a terminal it is said when it changes.
        mutating func awaits(_ text: String?, since now: Timestamp?) {
            since = text == nil ? nil : since ?? now
            let isNew = text != awaited
            awaited = text
            guard isNew, let line = waiting, view.format == nil, view.screen.size() == nil else { return }
            view.screen.write(line + "\n")
        }

        private var waiting: String? {
            guard let awaited, let since else { return nil }
            let limit = GoDuration.text(RolloutWatch.settleLimit)
            return "waiting for \(awaited), since \(since.rfc3339), for at most \(limit)"
        }

        /// Draws the same state at another time, on a terminal.
        mutating func refresh(_ subject: RolloutSubject, now: Timestamp) {
            guard view.format == nil, let size = view.screen.size() else { return }
            var lines = picture(subject, now: now, width: size.columns)
            if let trouble {
                let warning = TextTree([.init("warning:", .bad), .init(trouble)])
                lines += warning.lines(width: size.columns, style: view.style)
            }
            if let waiting { lines += TextTree([.init(waiting, .bad)]).lines(width: size.columns, style: view.style) }
            let text = RolloutScreen.frame(lines, size, isFirst: isFirst, ellipsis: view.style.ellipsis)
            view.screen.write(text)
            isFirst = false
        }

        private func picture(_ subject: RolloutSubject, now: Timestamp, width: Int) -> [String] {
            RolloutTree(subject, now: now, style: view.style, width: width).lines
        }

        /// An end that the status does not tell.
        func end(_ subject: RolloutSubject, _ message: String, exitCode: Int32) -> CommandOutcome {
            CommandOutcome(output: "", warnings: [message], exitCode: exitCode)
        }
    }
}

extension RolloutSubject {
    /// Which component keeps a mesh that has moved from being complete, and why; nil for none.
    fileprivate var awaited: String? {
        guard standing == .complete, let first = unreadyComponents.first else { return nil }
        let why = first.message.isEmpty ? "" : ": \(TerminalText.plain(first.message))"
        let rest = unreadyComponents.count - 1
        return "component \(TerminalText.plain(first.name))\(why)" + (rest > 0 ? " (and \(rest) more)" : "")
    }

    /// What a picture shows, without the times at which gates were asked.
    fileprivate var fingerprint: Tree {
        var status = object.tree["status"] ?? .null
        for path in [["plan", "gates"], ["progress", "gates"]] {
            let parent = status[path[0]]
            guard let gates = parent?["gates"]?.array else { continue }
            let plain = gates.map { gate in
                var gate = gate
                gate["taken"] = Tree?.none
                return gate
            }
            status.set(.array(plain), at: path)
        }
        let commands = RolloutNames.Command.all.map { object.annotations[$0].map { Tree.string($0) } ?? .null }
        return ["status": status, "commands": .array(commands), "generation": .integer(object.generation ?? 0)]
    }
}
