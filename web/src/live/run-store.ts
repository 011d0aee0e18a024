import type { ContextReport, Finish, MessageStatus, Step, ToldError, Usage } from "@/live/entries"
import type { FrameClock } from "@/live/frame-clock"
import type { ClientFrame, RunEvent, RunState, SocketProblem, SubscriptionFrame } from "@/live/frames"
import { createGathering, type ToolState } from "@/live/gathering"
import type { Part } from "@/live/parts"
import { createSignal } from "@/live/signal"

/** One followed run as a page shows it. The same object until something has changed. */
export interface RunView {
  readonly runId: string
  /** `loading`: the run is over and its deltas are gone; its message is being fetched. */
  readonly phase: "waiting" | "running" | "loading" | "ended" | "failed"
  /** The run as it stood when it was asked for. */
  readonly run: RunState | null
  readonly parts: readonly Part[]
  /** The place among `parts` of the one that grows, or -1. */
  readonly growing: number
  readonly tools: ReadonlyMap<string, ToolState>
  readonly steps: readonly Step[]
  readonly usage: Usage | null
  readonly finish: Finish | null
  readonly report: ContextReport | null
  /** Of the step under way, as it was asked for. */
  readonly model: string | null
  /** Of the message; null while it is made. */
  readonly status: MessageStatus | null
  /** The message it became; null while it is made, and where what it answered was erased. */
  readonly messageId: string | null
  readonly error: ToldError | null
  /** Why it cannot be followed. */
  readonly problem: SocketProblem | null
  readonly firstTextAtMs: number | null
  /** When the last event came into being, by the server's clock. */
  readonly lastAtMs: number | null
}

export interface RunStorePorts {
  clock: FrameClock
  /** Fetch the parts of the message that a run became whose deltas are gone. */
  loadParts(run: RunState, messageId: string): Promise<readonly Part[]>
}

/** What a subscription is to do after a frame. */
export type Next = "on" | "again" | "later" | "over"

export interface RunStore {
  readonly runId: string
  subscribe(listener: () => void): () => void
  view(): RunView
  /** What to ask the server for, or null if all of it is here. */
  ask(id: string): ClientFrame | null
  take(frame: SubscriptionFrame): Next
}

/** Codes after which asking again gives the same. */
const FINAL: ReadonlySet<string> = new Set(["not_found", "not_allowed", "invalid_request", "temporary_gone"])

export function createRunStore(runId: string, ports: RunStorePorts): RunStore {
  let gathering = createGathering()
  let epoch = 0
  let number = 0
  /** All of them until the end: a rewind makes the answer anew from those before it. */
  let events: RunEvent[] = []
  let run: RunState | null = null
  let isCompacted = false
  /** What stands in place of what was gathered once deltas are missing. */
  let instead: readonly Part[] | null = null
  let isLoading = false
  let problem: SocketProblem | null = null
  let lastAtMs: number | null = null
  let cached: RunView | null = null
  const news = createSignal()

  const changed = (): void => {
    cached = null
    ports.clock.schedule(news.tell)
  }
  const isOver = (): boolean => gathering.end !== null

  const load = (messageId: string): void => {
    if (run === null) return
    isLoading = true
    ports
      .loadParts(run, messageId)
      .then((parts) => (instead = parts))
      // What was seen before stays; the page has the message by its own way.
      .catch(() => undefined)
      .finally(() => {
        isLoading = false
        changed()
      })
  }

  const add = (event: RunEvent): boolean => {
    if (isOver() || (event.number <= number && event.epoch <= epoch)) return true
    if (event.number !== number + 1 && !(isCompacted && event.number > number)) return false
    epoch = event.epoch
    number = event.number
    lastAtMs = event.at_ms
    events.push(event)
    gathering.take(event)
    if (!isOver()) return true
    events = []
    const messageId = gathering.end?.data?.message
    if (isCompacted && messageId) load(messageId)
    return true
  }

  const rewind = (frame: Extract<SubscriptionFrame, { type: "rewind" }>): void => {
    if (frame.reason === "compacted") {
      instead ??= gathering.parts()
      isCompacted = true
    }
    epoch = frame.epoch
    number = frame.number
    events = events.filter((event) => event.number <= number)
    gathering = createGathering()
    for (const event of events) gathering.take(event)
  }

  const take = (frame: SubscriptionFrame): Next => {
    switch (frame.type) {
      case "following":
        run = frame.run
        isCompacted ||= frame.run.compacted
        problem = null
        changed()
        return "on"
      case "events": {
        const isInOrder = frame.events.every(add)
        changed()
        return isInOrder ? "on" : "again"
      }
      case "rewind":
        rewind(frame)
        changed()
        return "on"
      case "left":
        return frame.reason === "ended" || isOver() ? "over" : "on"
      case "error":
        if (!FINAL.has(frame.error.code)) return "later"
        problem = frame.error
        changed()
        return "over"
      default:
        return "on"
    }
  }

  const phase = (): RunView["phase"] => {
    if (isOver()) return isLoading ? "loading" : "ended"
    return problem !== null ? "failed" : run === null ? "waiting" : "running"
  }

  const look = (): RunView => {
    const { tools, steps, usage, finish, report, model, error, status, firstTextAtMs, end } = gathering
    return {
      runId,
      phase: phase(),
      run,
      parts: instead ?? gathering.parts(),
      growing: instead === null ? gathering.growing() : -1,
      tools,
      steps,
      usage,
      finish,
      report,
      model,
      status,
      messageId: end?.data?.message ?? null,
      error,
      problem,
      firstTextAtMs,
      lastAtMs,
    }
  }

  return {
    runId,
    subscribe: news.on,
    view() {
      cached ??= look()
      return cached
    },
    ask: (id) => (isOver() || problem !== null ? null : { type: "follow", id, run: runId, epoch, number }),
    take,
  }
}
