import type { Message } from "@/features/conversations/api/messages"
import type { MessageStatus, Step, ToldError } from "@/live/entries"
import type { ToolState } from "@/live/gathering"
import { type Part, partsOf } from "@/live/parts"
import type { RunView } from "@/live/run-store"

/** What a turn shows, wherever it comes from: a run that is followed, or a message. */
export interface TurnState {
  readonly parts: readonly Part[]
  readonly growing: number
  readonly isRunning: boolean
  /** Nothing has come yet. */
  readonly isWaiting: boolean
  readonly tools: ReadonlyMap<string, ToolState>
  readonly thoughtMs: number | null
  readonly steps: readonly Step[]
  readonly status: MessageStatus | null
  readonly error: ToldError | null
}

const DONE = { state: "done", name: "", reason: "", by: null, startedAtMs: 0 } as const
const NO_TOOLS: ReadonlyMap<string, ToolState> = new Map()
const NO_PARTS: readonly Part[] = []
const contents = new WeakMap<object, readonly Part[]>()
const timed = new WeakMap<object, ReadonlyMap<string, ToolState>>()

/** The parts of a message: the same array as long as it says the same. */
function partsIn(message: Message): readonly Part[] {
  if (message.content === null) return NO_PARTS
  const known = contents.get(message.content) ?? partsOf(message.content)
  contents.set(message.content, known)
  return known
}

/** The calls of a message that is kept, and how long they took: the same map as long as it says the same. */
function toolsIn(message: Message | null): ReadonlyMap<string, ToolState> {
  const usage = message?.usage ?? null
  if (usage === null) return NO_TOOLS
  const known = timed.get(usage) ?? new Map(Object.entries(usage.tools_ms).map(([id, durationMs]) => [id, { ...DONE, durationMs }]))
  timed.set(usage, known)
  return known
}

export function stateOf(message: Message | null, view: RunView | null): TurnState {
  const isRunning = message === null && view !== null && view.phase !== "ended" && view.phase !== "failed"
  const parts = message === null ? (view?.parts ?? NO_PARTS) : partsIn(message)
  return {
    parts,
    growing: isRunning ? view.growing : -1,
    isRunning,
    isWaiting: isRunning && parts.length === 0,
    tools: view?.tools ?? toolsIn(message),
    thoughtMs: thoughtMsOf(view),
    steps: view?.steps ?? [],
    status: message?.status ?? view?.status ?? null,
    error: view?.error ?? null,
  }
}

/** From the beginning of the run to its first word. */
function thoughtMsOf(view: RunView | null): number | null {
  if (view === null || view.firstTextAtMs === null || view.run === null) return null
  return Math.max(0, view.firstTextAtMs - view.run.started_at_ms)
}

/** What is said in words, to be copied or read aloud. */
export function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" || part.kind === "refusal" ? [part.text] : [])).join("\n\n")
}
