import {
  CHUNK,
  type ContextReport,
  END,
  type Entry,
  type Finish,
  isChunk,
  isEntry,
  isTurnEnd,
  type MessageStatus,
  type Step,
  type ToldError,
  type TurnEnd,
  type Usage,
} from "@/live/entries"
import type { RunEvent } from "@/live/frames"
import type { Part } from "@/live/parts"
import { createStepParts, type StepParts } from "@/live/step-parts"

/** Where a tool call stands that has no result yet, or how long it took. */
export interface ToolState {
  readonly state: "waiting" | "given" | "refused" | "running" | "done"
  readonly name: string
  readonly reason: string
  readonly by: string | null
  readonly startedAtMs: number
  readonly durationMs: number | null
}

/** All that an answer has said and done so far, made of its run's events: the twin of the server's own. */
export interface Gathering {
  take(event: RunEvent): void
  /** Until the end also with the call that is being written. */
  parts(): readonly Part[]
  /** The place among `parts` of the one that grows now, or -1; and its text as it grows. */
  growing(): number
  readonly tools: ReadonlyMap<string, ToolState>
  readonly steps: readonly Step[]
  readonly usage: Usage | null
  readonly finish: Finish | null
  readonly report: ContextReport | null
  /** The model of the step under way, as it was asked for. */
  readonly model: string | null
  readonly error: ToldError | null
  readonly status: MessageStatus | null
  readonly end: TurnEnd | null
  readonly firstTextAtMs: number | null
}

export function createGathering(): Gathering {
  let step: StepParts = createStepParts()
  let before: readonly Part[] = []
  let chunks: string[] = []
  let tools = new Map<string, ToolState>()
  let steps: readonly Step[] = []
  let usage: Usage | null = null
  let report: ContextReport | null = null
  let model: string | null = null
  let turn: Extract<Entry, { kind: "turn-end" }> | null = null
  let end: TurnEnd | null = null
  let firstTextAtMs: number | null = null

  const set = (id: string, atMs: number, change: Partial<ToolState>): void => {
    const had = tools.get(id)
    const first: ToolState = { state: "running", name: "", reason: "", by: null, startedAtMs: atMs, durationMs: null }
    tools = new Map(tools).set(id, { ...(had ?? first), ...change })
  }

  const takeEntry = (entry: Entry, atMs: number): void => {
    switch (entry.kind) {
      case "step-start":
        before = [...before, ...step.parts(false)]
        step = createStepParts()
        model = entry.model
        return
      case "step-end":
        steps = [...steps, entry.step]
        usage = entry.step.usage ?? usage
        return
      case "tool-result":
        step.results.set(entry.position, entry.result)
        return set(entry.result.tool_call_id, atMs, { state: "done", durationMs: entry.duration_ms })
      case "tool-approval":
        return set(entry.call_id, atMs, {
          name: entry.name,
          state: entry.state,
          reason: entry.reason ?? "",
          by: entry.by ?? null,
        })
      case "tool-start":
        return set(entry.call_id, atMs, { name: entry.name, state: "running", startedAtMs: atMs })
      case "context":
        report = entry.report
        return
      case "turn-end":
        turn = entry
        return
      case "usage":
      case "response-start":
        usage = entry.usage ?? usage
        return
      case "asked":
      case "error":
        return
      case "text-delta":
      case "reasoning-delta":
        firstTextAtMs ??= atMs
        return step.take(entry)
      default:
        step.take(entry)
    }
  }

  const takeChunk = (text: string, isLast: boolean, atMs: number): void => {
    chunks.push(text)
    if (!isLast) return
    const entry: unknown = JSON.parse(chunks.join(""))
    chunks = []
    if (isEntry(entry)) takeEntry(entry, atMs)
  }

  return {
    take({ type, data, at_ms }) {
      if (type === CHUNK) {
        if (isChunk(data)) takeChunk(data.text, data.is_last ?? false, at_ms)
      } else if (type === END) {
        if (isTurnEnd(data)) end = data
      } else if (isEntry(data)) takeEntry(data, at_ms)
    },
    parts: () => [...before, ...step.parts(end === null)],
    growing() {
      const part = end === null ? step.growing() : null
      if (part === null) return -1
      const place = step.parts(true).indexOf(part.whole())
      return place < 0 ? -1 : before.length + place
    },
    get tools() {
      return tools
    },
    get steps() {
      return steps
    },
    get usage() {
      return usage
    },
    get finish() {
      return turn?.finish ?? step.finish
    },
    get report() {
      return report
    },
    get model() {
      return model
    },
    get error() {
      return end?.data?.error ?? turn?.error?.error ?? null
    },
    get status() {
      return end?.data?.status ?? turn?.status ?? null
    },
    get end() {
      return end
    },
    get firstTextAtMs() {
      return firstTextAtMs
    },
  }
}
