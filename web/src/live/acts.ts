/** A change that a person made, until the server has answered it. */
export interface Act {
  readonly method: "POST" | "PATCH" | "PUT" | "DELETE"
  /** Below the address of this Salon; `{act:ID}` stands for the `id` in the answer to another act before it. */
  readonly path: string
  readonly body?: unknown
  /** The version that is to be changed, as its ETag. */
  readonly ifMatch?: string
  /** What it is, in the page's own word: `send`, `rename` … */
  readonly kind: string
  /** What it is about: mostly the id of a conversation, or `{act:ID}` of the one that makes it. */
  readonly about: string
}

export interface Problem {
  readonly status: number
  readonly code: string
  readonly message: string
}

export interface QueuedAct extends Act {
  /** The order in which they are sent. */
  readonly seq: number
  readonly id: string
  /** Whose it is; null where that was not known yet. Another space's are not sent. */
  readonly space: string | null
  readonly atMs: number
  /** Why the server refused it; such a one stays until somebody takes it away. */
  readonly problem: Problem | null
  /** Where tabs cannot lock: which one sends it, and until when that counts. */
  readonly claim?: { readonly tab: string; readonly untilMs: number }
}

export type NewAct = Omit<QueuedAct, "seq">

/** Where acts are kept. Every method is one transaction. */
export interface ActStore {
  /** In the order of sending. */
  list(): Promise<QueuedAct[]>
  add(act: NewAct): Promise<void>
  /** Take an act off the list, and say in those that wait for it what its answer's id is. */
  answered(act: QueuedAct, id: string | null): Promise<void>
  /** Keep why an act was refused; those that wait for it are refused with it. Returns all of these. */
  refused(act: QueuedAct, problem: Problem): Promise<QueuedAct[]>
  remove(id: string): Promise<void>
  /** Let a refused act be sent once more. */
  again(id: string): Promise<void>
  /** Tell whether this tab sends the act. */
  claim(act: QueuedAct, tab: string, nowMs: number): Promise<boolean>
}

/** What stands for the id in an act's answer. */
export function idOf(actId: string): string {
  return `{act:${actId}}`
}

export function waitsFor(act: Act, actId: string): boolean {
  return act.path.includes(idOf(actId)) || act.about === idOf(actId)
}

/** The same act, now that the id it waited for is known. */
export function withId<T extends Act>(act: T, actId: string, id: string): T {
  const place = idOf(actId)
  return { ...act, path: act.path.replaceAll(place, encodeURIComponent(id)), about: act.about.replaceAll(place, id) }
}

const ACT = "web"

export function newActId(): string {
  return newId(ACT)
}

/** Tell whether an id is that of an act, which stands for what it is to make. */
export function isActId(id: string): boolean {
  return id.startsWith(`${ACT}_`)
}

/** An id that nobody else makes; also where the page is not in a secure context. */
export function newId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `${prefix}_${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`
}
