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
  /** Where all answers to the same words stand side by side, with those of them that are being written. */
  readonly lanes: { readonly parentId: string; readonly running: readonly Running[] } | null
}

/** Whose answers stand side by side; `parentId` is empty for the first of a conversation. */
export interface Beside {
  readonly parentId: string
  /** False once one of them was picked. */
  readonly isOpen: boolean
  /** Were being written when another was picked: they are to be found at the fork, and take nothing's place. */
  readonly passedOver: readonly string[]
}

interface Shown {
  messages: readonly Message[]
  running: readonly Running[]
  echoes: readonly Echo[]
  branchId: string
  /** Whether the messages reach the end of the branch. */
  isAtEnd: boolean
  beside?: Beside | null
}

const HIDDEN_ROLES: ReadonlySet<string> = new Set(["system", "developer"])

/** The turns of a branch: its messages, what is being written below them, and what is on its way to the server. */
export function linesOf({ messages, running, echoes, branchId, isAtEnd, beside = null }: Shown): Line[] {
  const known = new Set(messages.map(({ id }) => id))
  const isGoing = (one: Running): boolean => one.branch_id === branchId && !known.has(one.message_id) && known.has(one.parent_id)
  const going = running.filter((one) => isGoing(one) && !beside?.passedOver.includes(one.run_id))
  // What was refused stands above the message box until somebody says what becomes of it.
  const onWay = echoes.filter(({ state, branchId: said }) => state !== "refused" && (said === null || said === branchId))
  const kept = untilChanged(untilFork(messages, going), onWay)
  const split = beside?.isOpen ? beside.parentId : null
  const lines = kept.filter(isShown).map((message): Line => {
    const isSplit = message.role === "assistant" && (message.parent_id ?? "") === split
    return {
      key: isSplit ? laneKey(split) : keyOf(message),
      message,
      running: null,
      echo: null,
      goesOn: message.sources.some(({ kind }) => kind === "continues"),
      lanes: isSplit ? { parentId: split, running: [] } : null,
    }
  })
  const isCut = kept.length < messages.length
  if (!isAtEnd && !isCut) return lines
  const below = kept.at(-1)?.id
  const here = going.filter(({ parent_id }) => parent_id === below)
  if (below !== undefined && below === split && here.length > 0) {
    const lanes = { parentId: split, running: here }
    lines.push({ key: laneKey(split), message: null, running: null, echo: null, goesOn: false, lanes })
  } else {
    const goesOn = kept.at(-1)?.role === "assistant"
    for (const one of here) lines.push({ key: one.message_id, message: null, running: one, echo: null, goesOn, lanes: null })
  }
  const shown = new Set(lines.map(({ key }) => key))
  for (const echo of onWay) {
    if (shown.has(echo.actId)) continue
    lines.push({ key: echo.actId, message: null, running: null, echo, goesOn: false, lanes: null })
  }
  return lines
}

/** Where two or more answer the same words at once on a branch: what they answer. */
export function splitBy(running: readonly Running[], branchId: string): string | null {
  const parents = running.filter((one) => one.branch_id === branchId).map(({ parent_id }) => parent_id)
  return parents.findLast((parent, at) => parents.indexOf(parent) < at) ?? null
}

function laneKey(parentId: string): string {
  return `beside ${parentId}`
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
