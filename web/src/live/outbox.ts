import { type Act, type ActStore, type NewAct, newActId, newId, type Problem, type QueuedAct } from "@/live/acts"
import { backoffMs } from "@/lib/backoff"
import { createSignal } from "@/live/signal"

/** Changes that wait for the server: kept until they are answered, sent in order, by one tab at a time. */
export interface Outbox {
  state(): OutboxState
  subscribe(listener: () => void): () => void
  /** Keep a change and send it. It is kept when `kept` is fulfilled. */
  add(act: Act): Sending
  /** The same, but kept by `keep` in a transaction with something else. */
  addWith(act: Act, keep: (act: NewAct) => Promise<void>): Sending
  /** Take an act away unsent: one that was refused, or that nobody wants any more. */
  discard(id: string): Promise<void>
  /** Send a refused act once more. */
  again(id: string): Promise<void>
  /** Send what waits: the network is back, or somebody signed in. */
  wake(): void
  /**
   * Hears of each answer to an act that was taken, in every tab, also after a reload.
   *
   * It is called before the act leaves the list: what it puts in the act's place is there when the act goes.
   */
  onAnswered(listener: (act: QueuedAct, answer: Answer) => void): () => void
}

export interface Sending {
  readonly id: string
  readonly kept: Promise<void>
  /** The server's answer, however long that takes. Throws: Refused; what `kept` throws. */
  readonly answer: Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface OutboxState {
  /** Whether what was kept has been read. */
  readonly isRead: boolean
  /** Those that wait and those that were refused, in order. */
  readonly acts: readonly QueuedAct[]
  /** The id of the one that is being sent. */
  readonly sending: string | null
  /** Why what waits is not sent now. */
  readonly blocked: Blocked | null
}

/** No network, a server that fails, too much said, or nobody signed in. */
export type Blocked = "offline" | "server" | "limited" | "signed-out"

export class Refused extends Error {
  readonly problem: Problem
  readonly act: string

  constructor(act: string, problem: Problem) {
    super(problem.message)
    this.act = act
    this.problem = problem
  }
}

/** What tabs tell each other. */
export type Note =
  | { kind: "added" }
  | { kind: "changed"; sending: string | null; blocked: Blocked | null }
  | { kind: "answered"; act: QueuedAct; answer: Answer }
  | { kind: "refused"; id: string; problem: Problem }

export interface OutboxPorts {
  store: ActStore
  /** Throws when there was no answer. */
  send(act: QueuedAct): Promise<Answer & { retryAfterMs: number | null }>
  /** Run `lead` while no other tab does, until this tab is gone. False where tabs cannot lock: all of them lead. */
  lock(lead: () => void): boolean
  tell(note: Note): void
  onNote(run: (note: Note) => void): void
  /** As whom this tab is signed in; null until the server has said it, and nothing is sent before. */
  space(): string | null
  /** The same, or who it was the last time. */
  lastSpace(): string | null
  now(): number
  after(ms: number, run: () => void): () => void
  random(): number
}

/** Answers that say nothing about the change itself: it is sent again. */
const AGAIN = new Set([408, 425])

export function createOutbox(ports: OutboxPorts): Outbox {
  const { store } = ports
  const tab = newId("tab")
  let state: OutboxState = { isRead: false, acts: [], sending: null, blocked: null }
  let isLeader = false
  let isPumping = false
  let isAskedAgain = false
  let failures = 0
  let takeBack: (() => void) | null = null
  const news = createSignal()
  const answers = createSignal<[act: QueuedAct, answer: Answer]>()
  const asked = new Map<string, { resolve: (answer: Answer) => void; reject: (problem: unknown) => void }>()

  const set = (change: Partial<OutboxState>): void => {
    state = { ...state, ...change }
    news.tell()
  }
  const reload = async (): Promise<void> => set({ isRead: true, acts: await store.list() })
  /** The same where nobody waits for it: a store that is away is told by whoever adds something. */
  const look = (): void => void reload().catch(() => undefined)
  const settle = (note: Note): void => {
    if (note.kind === "answered") {
      answers.tell(note.act, note.answer)
      asked.get(note.act.id)?.resolve(note.answer)
      asked.delete(note.act.id)
    } else if (note.kind === "refused") {
      asked.get(note.id)?.reject(new Refused(note.id, note.problem))
      asked.delete(note.id)
    }
  }
  const share = (note: Note): void => {
    ports.tell(note)
    settle(note)
  }
  const show = async (sending: string | null, blocked: Blocked | null): Promise<void> => {
    set({ isRead: true, acts: await store.list(), sending, blocked })
    ports.tell({ kind: "changed", sending, blocked })
  }

  // -- sending ------------------------------------------------------------------------------------
  const wake = (): void => {
    takeBack?.()
    takeBack = null
    if (!isLeader) return
    isAskedAgain = true
    if (!isPumping) void pump()
  }
  const pump = async (): Promise<void> => {
    isPumping = true
    try {
      while (isAskedAgain) {
        isAskedAgain = false
        while (await sendNext());
      }
    } catch {
      later(backoffMs((failures += 1), ports.random())) // The store is away.
    } finally {
      isPumping = false
    }
  }
  const sendNext = async (): Promise<boolean> => {
    const space = ports.space()
    // What one person has said is not sent in the name of another who signs in here.
    const isOurs = (act: QueuedAct): boolean => act.space === null || act.space === space
    const act = space && (await store.list()).find((one) => one.problem === null && isOurs(one))
    if (!act) {
      if (state.sending !== null || state.blocked !== null) await show(null, null)
      return false
    }
    if (!(await store.claim(act, tab, ports.now()))) {
      later(backoffMs(3, ports.random()))
      return false
    }
    await show(act.id, null)
    try {
      return await take(act, await ports.send(act))
    } catch {
      return wait("offline", null)
    }
  }
  const take = async (act: QueuedAct, got: Answer & { retryAfterMs: number | null }): Promise<boolean> => {
    const { status, body } = got
    if (status === 401) return wait("signed-out", Number.POSITIVE_INFINITY)
    if (status === 429) return wait("limited", got.retryAfterMs)
    if (status >= 500 || AGAIN.has(status)) return wait("server", got.retryAfterMs)
    failures = 0
    if (status < 400) {
      const id: unknown = body instanceof Object ? Reflect.get(body, "id") : null
      await store.answered(act, typeof id === "string" ? id : null)
      share({ kind: "answered", act, answer: { status, body } })
    } else {
      const problem = problemOf(status, body)
      for (const one of await store.refused(act, problem)) share({ kind: "refused", id: one.id, problem })
    }
    await show(null, null)
    return true
  }
  const wait = async (blocked: Blocked, ms: number | null): Promise<boolean> => {
    failures += 1
    await show(null, blocked)
    later(ms ?? backoffMs(failures, ports.random()))
    return false
  }
  const later = (ms: number): void => {
    if (Number.isFinite(ms)) takeBack ??= ports.after(ms, wake)
  }

  // -- adding -------------------------------------------------------------------------------------
  const addWith = (act: Act, keep: (act: NewAct) => Promise<void>): Sending => {
    const made: NewAct = { ...act, id: newActId(), space: ports.lastSpace(), atMs: ports.now(), problem: null }
    const answer = new Promise<Answer>((resolve, reject) => asked.set(made.id, { resolve, reject }))
    // Who does not wait for the answer sees a refusal in the list.
    answer.catch(() => undefined)
    const kept = keep(made).then(
      async () => {
        await reload()
        ports.tell({ kind: "added" })
        wake()
      },
      (problem: unknown) => {
        asked.get(made.id)?.reject(problem)
        asked.delete(made.id)
        throw problem
      },
    )
    kept.catch(() => undefined)
    return { id: made.id, kept, answer }
  }

  ports.onNote((note) => {
    settle(note)
    if (note.kind === "changed") set({ sending: note.sending, blocked: note.blocked })
    look()
    if (note.kind === "added") wake()
  })
  const lead = (): void => {
    isLeader = true
    wake()
  }
  if (!ports.lock(lead)) lead()
  look()

  return {
    state: () => state,
    subscribe: news.on,
    add: (act) => addWith(act, store.add),
    addWith,
    async discard(id) {
      await store.remove(id)
      await reload()
      ports.tell({ kind: "added" })
    },
    async again(id) {
      await store.again(id)
      await reload()
      ports.tell({ kind: "added" })
      wake()
    },
    wake() {
      ports.tell({ kind: "added" })
      wake()
    },
    onAnswered: answers.on,
  }
}

function problemOf(status: number, body: unknown): Problem {
  const error: unknown = body instanceof Object ? Reflect.get(body, "error") : null
  const [code, message] = ["code", "message"].map((name) => (error instanceof Object ? Reflect.get(error, name) : null))
  return { status, code: String(code ?? "unknown"), message: String(message ?? `${status}`) }
}
