import { expect, test } from "vitest"
import { withWaiting } from "@/live/act-store"
import { type Act, type ActStore, idOf, type QueuedAct, waitsFor, withId } from "@/live/acts"
import { type Answer, createOutbox, type Note, type Outbox, type OutboxPorts, Refused } from "@/live/outbox"

/** A browser in which several tabs share what is kept and a server that answers as a test says. */
class Browser {
  acts: QueuedAct[] = []
  sent: string[] = []
  space: string | null = "spc_1"
  answers: ((act: QueuedAct) => Answer & { retryAfterMs?: number })[] = []
  timers: { ms: number; run: () => void }[] = []
  private seq = 0
  private readonly notes: ((note: Note) => void)[] = []
  private hasLeader = false

  readonly store: ActStore = {
    list: () => Promise.resolve([...this.acts]),
    add: async (act) => void this.acts.push({ ...act, seq: (this.seq += 1) }),
    answered: async (act, id) => {
      this.acts = this.acts.filter((one) => one.id !== act.id)
      if (id !== null) this.acts = this.acts.map((one) => (waitsFor(one, act.id) ? withId(one, act.id, id) : one))
    },
    refused: async (act, problem) => {
      const refused = withWaiting(this.acts, act, problem)
      this.acts = this.acts.map((one) => refused.find(({ id }) => id === one.id) ?? one)
      return refused
    },
    remove: async (id) => void (this.acts = this.acts.filter((one) => one.id !== id)),
    again: async (id) => void (this.acts = this.acts.map((one) => (one.id === id ? { ...one, problem: null } : one))),
    claim: () => Promise.resolve(true),
  }

  open(more: Partial<OutboxPorts> = {}): Outbox {
    const own: ((note: Note) => void)[] = []
    return createOutbox({
      store: this.store,
      send: async (act) => {
        this.sent.push(act.path)
        const answer = this.answers.shift()
        if (answer === undefined) throw new TypeError("Failed to fetch")
        return { retryAfterMs: null, ...answer(act) }
      },
      lock: (lead) => {
        if (!this.hasLeader) lead()
        return (this.hasLeader = true)
      },
      tell: (note) => {
        for (const run of this.notes) if (!own.includes(run)) run(note)
      },
      onNote: (run) => {
        own.push(run)
        this.notes.push(run)
      },
      space: () => this.space,
      lastSpace: () => this.space,
      now: () => 0,
      after: (ms, run) => {
        this.timers.push({ ms, run })
        return () => undefined
      },
      random: () => 0.5,
      ...more,
    })
  }
}

const act = (path: string, more: Partial<Act> = {}): Act => ({ method: "POST", path, kind: "x", about: "", ...more })
const well =
  (body: unknown = {}) =>
  (): Answer => ({ status: 200, body })
const refusal =
  (status: number, code = "no") =>
  (): Answer => ({ status, body: { error: { code, message: "No." } } })

test("changes are sent in order, one after the other, and are off the list when answered", async () => {
  const browser = new Browser()
  browser.answers = [well({ n: 1 }), well({ n: 2 })]
  const outbox = browser.open()
  const first = outbox.add(act("/1"))
  const second = outbox.add(act("/2"))
  expect(await second.answer).toEqual({ status: 200, body: { n: 2 } })
  expect(await first.answer).toEqual({ status: 200, body: { n: 1 } })
  expect(browser.sent).toEqual(["/1", "/2"])
  await expect.poll(outbox.state).toEqual({ isRead: true, acts: [], sending: null, blocked: null })
})

test("without an answer it stays, says why, and is sent again with the same id", async () => {
  const browser = new Browser()
  const outbox = browser.open()
  const sending = outbox.add(act("/1"))
  await expect.poll(() => outbox.state().blocked).toBe("offline")
  expect(outbox.state().acts).toMatchObject([{ id: sending.id, problem: null }])
  browser.answers = [refusal(503)]
  browser.timers.shift()?.run()
  await expect.poll(() => outbox.state().blocked).toBe("server")
  browser.answers = [(one) => ({ status: 200, body: one.id })]
  outbox.wake()
  expect((await sending.answer).body).toBe(sending.id)
})

test("a refusal is told to whoever queued it, stays in the list, and those behind it go on", async () => {
  const browser = new Browser()
  browser.answers = [refusal(409, "act_differs"), well()]
  const outbox = browser.open()
  const first = outbox.add(act("/1"))
  const second = outbox.add(act("/2"))
  await expect(first.answer).rejects.toBeInstanceOf(Refused)
  await second.answer
  await expect.poll(() => outbox.state().acts).toMatchObject([{ problem: { code: "act_differs", message: "No." } }])
  browser.answers = [well()]
  await outbox.again(first.id)
  await expect.poll(() => outbox.state().acts).toEqual([])
})

test("who is signed out loses nothing, and what came too fast waits as long as the server says", async () => {
  const browser = new Browser()
  browser.answers = [refusal(401), () => ({ status: 429, body: null, retryAfterMs: 7_000 }), well()]
  const outbox = browser.open()
  const sending = outbox.add(act("/1"))
  await expect.poll(() => outbox.state().blocked).toBe("signed-out")
  expect(browser.timers).toEqual([])
  outbox.wake()
  await expect.poll(() => browser.timers.map(({ ms }) => ms)).toEqual([7_000])
  browser.timers.shift()?.run()
  expect((await sending.answer).status).toBe(200)
})

test("a change about what an earlier one makes gets its id, or is refused with it", async () => {
  const browser = new Browser()
  browser.answers = [well({ id: "cnv/1" }), well()]
  const outbox = browser.open()
  const made = outbox.add(act("/conversations"))
  await outbox.add(act(`/conversations/${idOf(made.id)}/send`, { about: idOf(made.id) })).answer
  expect(browser.sent).toEqual(["/conversations", "/conversations/cnv%2F1/send"])
  browser.answers = [refusal(404), well()]
  const refused = outbox.add(act("/conversations"))
  await expect(outbox.add(act(`/${idOf(refused.id)}/send`)).answer).rejects.toMatchObject({ problem: { status: 404 } })
})

test("only one tab sends, the others see what waits and hear their answers", async () => {
  const browser = new Browser()
  const [one, other] = [browser.open(), browser.open()]
  const sending = other.add(act("/1"))
  await expect.poll(() => [one, other].map((tab) => tab.state().blocked)).toEqual(["offline", "offline"])
  expect(browser.sent).toEqual(["/1"])
  browser.answers = [well({ n: 1 })]
  other.wake()
  expect((await sending.answer).body).toEqual({ n: 1 })
  await expect.poll(() => one.state().acts).toEqual([])
})

test("what one person has said is not sent in the name of another, nor before that is known", async () => {
  const browser = new Browser()
  const outbox = browser.open({ lastSpace: () => "spc_ann" })
  browser.space = null
  await outbox.add(act("/ann")).kept
  browser.answers = [well(), well()]
  outbox.wake()
  browser.space = "spc_bob"
  outbox.wake()
  await expect.poll(() => outbox.state().acts).toHaveLength(1)
  expect(browser.sent).toEqual([])
  browser.space = "spc_ann"
  outbox.wake()
  await expect.poll(() => browser.sent).toEqual(["/ann"])
})

test("what could not be kept is told, and what is not wanted any more is not sent", async () => {
  const browser = new Browser()
  const outbox = browser.open()
  const lost = outbox.addWith(act("/1"), () => Promise.reject(new Error("full")))
  await expect(lost.kept).rejects.toThrow("full")
  await expect(lost.answer).rejects.toThrow("full")
  const unwanted = outbox.add(act("/2"))
  await expect.poll(() => outbox.state().blocked).toBe("offline")
  await outbox.discard(unwanted.id)
  browser.answers = [well()]
  outbox.wake()
  await expect.poll(() => outbox.state()).toEqual({ isRead: true, acts: [], sending: null, blocked: null })
  expect(browser.sent).toEqual(["/2"])
})
