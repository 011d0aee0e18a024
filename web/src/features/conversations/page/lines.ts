import type { components } from "@/api/schema"
import { type Echo, keyOf } from "@/features/conversations/api/echo"
import type { Message } from "@/features/conversations/api/messages"

export type Running = components["schemas"]["Turns"]["items"][number]

/** One turn of the column. It keeps its key from what was sent, or began, to what the server has. */
export interface Line {
  readonly key: string
  readonly message: Message | null
  /** The answer that is being written. */
  readonly running: Running | null
  /** What was said here and is not on the server yet. */
  readonly echo: Echo | null
  /** Goes on with what the same speaker said above. */
  readonly goesOn: boolean
}

interface Shown {
  messages: readonly Message[]
  running: readonly Running[]
  echoes: readonly Echo[]
  branchId: string
  /** Whether the messages reach the end of the branch. */
  isAtEnd: boolean
}

const HIDDEN_ROLES: ReadonlySet<string> = new Set(["system", "developer"])

/** The turns of a branch: its messages, what is being written below them, and what is on its way to the server. */
export function linesOf({ messages, running, echoes, branchId, isAtEnd }: Shown): Line[] {
  const known = new Set(messages.map(({ id }) => id))
  const going = running.filter((one) => one.branch_id === branchId && !known.has(one.message_id) && known.has(one.parent_id))
  // What was refused stands above the message box until somebody says what becomes of it.
  const onWay = echoes.filter(({ state, branchId: said }) => state !== "refused" && (said === null || said === branchId))
  const kept = untilChanged(untilFork(messages, going), onWay)
  const lines = kept.filter(isShown).map((message): Line => ({
    key: keyOf(message),
    message,
    running: null,
    echo: null,
    goesOn: message.sources.some(({ kind }) => kind === "continues"),
  }))
  const isCut = kept.length < messages.length
  if (!isAtEnd && !isCut) return lines
  const below = kept.at(-1)?.id
  for (const one of going) {
    if (one.parent_id !== below) continue
    const goesOn = kept.at(-1)?.role === "assistant"
    lines.push({ key: one.message_id, message: null, running: one, echo: null, goesOn })
  }
  const shown = new Set(lines.map(({ key }) => key))
  for (const echo of onWay) {
    if (shown.has(echo.actId)) continue
    lines.push({ key: echo.actId, message: null, running: null, echo, goesOn: false })
  }
  return lines
}

/** Where an answer is made again, what stood in its place gives way to it while it is written. */
function untilFork(messages: readonly Message[], going: readonly Running[]): readonly Message[] {
  const parents = new Set(going.map(({ parent_id }) => parent_id))
  const at = messages.findLastIndex(({ id }) => parents.has(id))
  return at < 0 ? messages : messages.slice(0, at + 1)
}

/** What is being changed, and what was said below it, gives way to what is on its way in its place. */
function untilChanged(messages: readonly Message[], echoes: readonly Echo[]): readonly Message[] {
  const changed = new Set(echoes.map(({ replaces }) => replaces))
  const at = messages.findIndex(({ id }) => changed.has(id))
  return at < 0 ? messages : messages.slice(0, at)
}

function isShown({ role, hidden_at_ms, content }: Message): boolean {
  return !HIDDEN_ROLES.has(role) && hidden_at_ms === null && (content !== null || role !== "tool")
}
